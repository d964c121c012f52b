"""Commands about the settings file."""

from pathlib import Path

import click

from saykey.settings.finding import Grade
from saykey.settings.text import document


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Print all settings with their docs, ranges and defaults, as a settings file."""
    if ctx.invoked_subcommand is None:
        click.echo(document(), nl=False)


@command.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.pass_context
def check(context: click.Context, file: Path) -> None:
    """Say all that is wrong in the settings file FILE, a line each, if anything is.

    What `saykey run` starts without is a warning. Exit status 1 if there is a line, 0 if none.
    """
    from saykey.checks.whole import check_file  # reads models and tables

    checked = check_file(file)
    for finding in checked.findings:
        warning = "warning: " if finding.grade is Grade.WARNING else ""
        click.echo(f"{file}: {warning}{finding.line}")
    if checked.findings:
        context.exit(1)
    settings = checked.settings
    hosts = ", ".join(host.name for host in settings.host)
    click.echo(f"{file} is right: model {settings.recognizer.model}; hosts: {hosts}")
