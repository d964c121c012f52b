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
    """Print all errors and warnings for the settings file FILE, one per line.

    `saykey run` refuses a file with errors, and starts with warnings. The exit status is 1 if
    there are errors or warnings, else 0.
    """
    from saykey.checks.whole import check_file  # here, because its imports take time

    checked = check_file(file)
    for finding in checked.findings:
        warning = "warning: " if finding.grade is Grade.WARNING else ""
        click.echo(f"{file}: {warning}{finding.line}")
    if checked.findings:
        context.exit(1)
    settings = checked.settings
    hosts = ", ".join(host.name for host in settings.host)
    click.echo(f"{file} is valid: model {settings.recognizer.model}; hosts: {hosts}")
