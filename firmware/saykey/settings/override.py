"""Changes single keys of the settings, written as "speech.pause_ms=300"."""

import tomllib

import msgspec

from saykey.errors import UsageError
from saykey.settings.check import prune
from saykey.settings.contradictions import contradictions
from saykey.settings.load import refuse
from saykey.settings.schema import Settings


def overridden(settings: Settings, change: str) -> Settings:
    """The settings with one key changed. ``change`` is SECTION.KEY=VALUE.

    The value is TOML; text may be written without quotes. Raises UsageError, one line that names
    the key and its allowed values.
    """
    place, equals, value = change.partition("=")
    section, dot, key = place.strip().partition(".")
    if not (equals and dot and key):
        raise UsageError(f'"{change}" changes no setting: write SECTION.KEY=VALUE')
    tables = msgspec.to_builtins(settings)
    if isinstance(tables.get(section), (list, tuple)):
        raise UsageError(f'"{change}": there may be several {section}: change them in a file')
    given = {section: {key.strip(): _value(value.strip())}}
    _, findings = prune(given, Settings)
    if findings:
        raise UsageError(findings[0].line)
    tables[section] |= given[section]
    changed = msgspec.convert(tables, Settings)
    refuse(tuple(contradictions(changed)), change)
    return changed


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
