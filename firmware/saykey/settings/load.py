"""Reads a settings file in TOML. Returns `Settings`, or findings that say what is wrong."""

from pathlib import Path

import msgspec

from saykey.errors import SettingsError
from saykey.settings.check import parse_toml, prune
from saykey.settings.contradictions import contradictions
from saykey.settings.finding import Grade, SettingsFinding
from saykey.settings.schema import Settings

STANDARD_FILE = Path("/etc/saykey/saykey.toml")
"""Read if no file is named and this one exists."""


def load(path: Path | None = None, standard: Path = STANDARD_FILE) -> Settings:
    """The settings in the file ``path``; without one, those in ``standard`` or else the defaults.

    Raises SettingsError, one line that names the file, when it cannot be read or is invalid. What
    depends on the machine, such as whether the model exists, is checked by `saykey.checks`.
    """
    toml_text, origin = read(path, standard)
    return parse(toml_text, origin)


def read(path: Path | None = None, standard: Path = STANDARD_FILE) -> tuple[str, str]:
    """The text of the settings file that `load` would read, and its name in messages.

    Raises SettingsError when it cannot be read.
    """
    if path is None:
        if not standard.exists():
            return "", "the default settings"
        path = standard
    try:
        # Notepad writes a byte order mark, which TOML does not allow.
        return path.read_text("utf-8-sig"), str(path)
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such settings file; `saykey settings` prints one"
        ) from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from None


def parse(toml_text: str, origin: str) -> Settings:
    """The settings in ``toml_text``. Keys that are left out have their defaults.

    ``origin`` names the text in messages. Raises SettingsError as `refuse` does.
    """
    settings, findings = examine(toml_text)
    refuse(findings, origin)
    return settings


def examine(toml_text: str) -> tuple[Settings, tuple[SettingsFinding, ...]]:
    """The valid settings, and all findings about the text alone.

    A faulty section has its defaults, and a faulty [[host]] is left out, so that the rest can be
    checked further.
    """
    tables, finding = parse_toml(toml_text)
    if finding is not None:
        return Settings(), (finding,)
    right, faults = prune(tables, Settings)
    settings = msgspec.convert(right, Settings)
    return settings, (*faults, *contradictions(settings))


def refuse(findings: tuple[SettingsFinding, ...], origin: str) -> None:
    """Raise SettingsError if there is an error: one line with the first, and how many follow."""
    errors = [finding for finding in findings if finding.grade is Grade.ERROR]
    if not errors:
        return
    more = len(findings) - 1
    rest = f" ({more} more: `saykey settings check {origin}` prints all)" if more else ""
    raise SettingsError(f"{origin}: {errors[0].line}{rest}")
