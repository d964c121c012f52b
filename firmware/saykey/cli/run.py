"""`saykey run`: the device itself."""

import asyncio
import logging
from pathlib import Path

import click

from saykey.adapters import real_adapters
from saykey.app import App
from saykey.checks.whole import check_file
from saykey.settings.load import refuse

_log = logging.getLogger(__name__)


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file; default: /etc/saykey/saykey.toml if it exists.",
)
@click.option("--verbose", is_flag=True, help="Log more. Spoken text is never logged.")
def command(config: Path | None, *, verbose: bool) -> None:
    """Run the device: listen, recognise and type until SIGTERM, SIGHUP or Ctrl-C."""
    checked = check_file(config)
    refuse(checked.findings, checked.origin)
    settings = checked.settings
    logging.basicConfig(
        level=logging.DEBUG if verbose else logging.INFO, format="%(levelname)s %(message)s"
    )
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    for warning in checked.findings:
        _log.warning("%s: %s", checked.origin, warning.line)
    asyncio.run(App(settings, real_adapters(settings)).run())
