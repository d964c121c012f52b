"""Commands about the settings file."""

from pathlib import Path

import click

from saykey.settings.schema import load
from saykey.settings.text import document


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Print all settings with their docs, ranges and defaults, as a settings file."""
    if ctx.invoked_subcommand is None:
        click.echo(document(), nl=False)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Say what is wrong in the settings file FILE, if anything is."""
    settings = load(file)
    hosts = ", ".join(host.name for host in settings.host)
    click.echo(f"{file} is right: model {settings.recognizer.model}; hosts: {hosts}")
