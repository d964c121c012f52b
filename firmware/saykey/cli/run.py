"""`saykey run`: the device itself."""

import asyncio
import logging
from pathlib import Path

import click

from saykey.adapters import real_adapters
from saykey.app import App
from saykey.settings.schema import load


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file; default: /etc/saykey/saykey.toml if there is one.",
)
@click.option("--verbose", is_flag=True, help="Log more; never what was spoken.")
def command(config: Path | None, *, verbose: bool) -> None:
    """Run the device: listen, recognise and type until SIGTERM, SIGHUP or Ctrl-C."""
    settings = load(config)
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(levelname)s %(message)s"
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    asyncio.run(App(settings, real_adapters(settings)).run())
