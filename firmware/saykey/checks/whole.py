"""The whole check: what the file says alone, what the rooms know, and what the machine has."""

from dataclasses import dataclass
from pathlib import Path

from saykey.checks.hosts import host_findings, transport_findings
from saykey.checks.model import model_findings
from saykey.checks.places import place_findings
from saykey.settings.finding import Finding
from saykey.settings.load import STANDARD_FILE, examine, read
from saykey.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """The settings as far as they are right, all that is wrong, and what messages call the file."""

    settings: Settings
    findings: tuple[Finding, ...]
    origin: str


def check_file(path: Path | None = None, standard: Path = STANDARD_FILE) -> Checked:
    """Check the settings file that `saykey.settings.load.load` would read.

    Raises SettingsError when it cannot be read. Hardware that is not there is no finding: the
    device starts without it and takes it when it comes. Of a model some kB are read, of one in
    GGUF its header, which may have 10 MB.
    """
    toml_text, origin = read(path, standard)
    settings, findings = examine(toml_text)
    return Checked(settings, (*findings, *machine_findings(settings)), origin)


def machine_findings(settings: Settings) -> tuple[Finding, ...]:
    """What is wrong with right settings on this machine, with these layouts and models."""
    return (
        *model_findings(settings.recognizer),
        *(finding for host in settings.host for finding in host_findings(host)),
        *transport_findings(settings.host),
        *place_findings(settings),
    )
