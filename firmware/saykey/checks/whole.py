"""The whole check of a settings file: the file itself, then layouts, models, files and sockets."""

from dataclasses import dataclass
from pathlib import Path

from saykey.checks.hosts import host_findings, transport_findings
from saykey.checks.model import model_findings
from saykey.checks.places import place_findings
from saykey.settings.finding import SettingsFinding
from saykey.settings.load import STANDARD_FILE, examine, read
from saykey.settings.schema import Settings


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of a check.

    ``settings`` are the valid settings: a faulty section has its defaults. ``origin`` names the
    file in messages.
    """

    settings: Settings
    findings: tuple[SettingsFinding, ...]
    origin: str


def check_file(path: Path | None = None, standard: Path = STANDARD_FILE) -> Checked:
    """Check the settings file that `saykey.settings.load.load` would read.

    Raises SettingsError when it cannot be read. Missing hardware is not a finding: the device
    starts without it and uses it when it appears. Some kB of a model are read. Of a GGUF file the
    header is read, which may have 10 MB.
    """
    toml_text, origin = read(path, standard)
    settings, findings = examine(toml_text)
    return Checked(settings, (*findings, *machine_findings(settings)), origin)


def machine_findings(settings: Settings) -> tuple[SettingsFinding, ...]:
    """The findings that depend on this machine, for settings that are valid in themselves."""
    return (
        *model_findings(settings.recognizer),
        *(finding for host in settings.host for finding in host_findings(host)),
        *transport_findings(settings.host),
        *place_findings(settings),
    )
