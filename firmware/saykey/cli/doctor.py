"""`saykey doctor`: reports what keeps this machine from typing, and what to do about it."""

from pathlib import Path

import click
import msgspec

from saykey.checks.whole import check_file
from saykey.doctor.examine import examine
from saykey.doctor.finding import Finding, advice, fault, faulty, in_words, well
from saykey.doctor.reader import Reader
from saykey.errors import SettingsError
from saykey.settings.finding import printable
from saykey.settings.schema import Settings


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each finding.")
@click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE", help="Settings file to check."
)
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default="/",
    metavar="FOLDER",
    help="Read the files of a machine below this folder instead of this machine's.",
)
@click.pass_context
def command(context: click.Context, config: Path | None, root: Path, *, as_json: bool) -> None:
    """Say what keeps this machine from typing, and what to do. Changes nothing.

    Exit status 1 if there is a fault, 0 if there is none; advice does not count.
    """
    settings, found = _settings(config)
    devices = _devices(settings)
    if devices:
        found += examine(Reader(root).machine(devices))
    else:
        found += (
            advice(
                "usb",
                "no [[host]] in the settings uses USB",
                'if one should, set its transport = "usb:/dev/hidg0"',
            ),
        )
    if as_json:
        for finding in found:
            click.echo(msgspec.json.encode(finding))
    else:
        click.echo(in_words(found))
    context.exit(int(faulty(found)))


def _settings(config: Path | None) -> tuple[Settings, tuple[Finding, ...]]:
    """The settings as far as they are right, and the findings about them."""
    try:
        checked = check_file(config)
    except SettingsError as error:
        return Settings(), (fault("settings", str(error), "correct the file: saykey settings"),)
    if not checked.findings:
        return checked.settings, (well("settings", f"{checked.origin}: nothing is wrong"),)
    return checked.settings, tuple(
        fault("settings", printable(found.text), found.remedy or f"correct it in {checked.origin}")
        for found in checked.findings
    )


def _devices(settings: Settings) -> tuple[str, ...]:
    transports = (host.transport.partition(":") for host in settings.host)
    return tuple(path for kind, _, path in transports if kind == "usb")
