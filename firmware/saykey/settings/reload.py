"""Compares two versions of the settings: what changes, when it may be applied, and where. Pure.

The running settings are compared with the newest file, never with a change that still waits. So a
newer change replaces a waiting one, and a change that is taken back disappears. A model or host
that the user chose while saykey runs is not a setting. It stays in use until its value in the file
changes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, assert_never

from msgspec.structs import replace

from saykey.settings.schema import HostSettings, Settings


class When(Enum):
    """When a change may be applied.

    IDLE: when no dictation is open and nothing is being recognised or typed.
    """

    NOW = "now"
    IDLE = "when idle"
    RESTART = "at restart"


class Part(Enum):
    """A part that is built from settings. It is updated or built again when they change."""

    RULES = "the rules of the device state"
    MODEL = "the model in use"
    RECOGNIZER = "the recognizer and its worker process"
    MICROPHONE = "the microphone"
    CAPTURE = "how much is heard around a press"
    CUTTER = "how phrases are cut"
    GESTURES = "the gestures of the button"
    BUTTON = "the button's pin"
    LAMP = "the light's pin"
    DISPLAY = "the display"
    TRANSPORT = "the way to a host"
    TYPIST = "how a host is typed to"
    MIRROR = "the file of held text"
    CONTROL = "the control socket"


@dataclass(frozen=True, slots=True)
class KeyChanged:
    """A key of an ordinary section has another value."""

    section: str
    key: str
    value: Any
    when: When
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class HostAdded:
    """A host was added. A host whose name changed counts as another host."""

    host: HostSettings
    when: When = When.NOW


@dataclass(frozen=True, slots=True)
class HostChanged:
    """A host of the same name has other settings."""

    host: HostSettings
    parts: tuple[Part, ...]
    when: When = When.IDLE


@dataclass(frozen=True, slots=True)
class HostRemoved:
    """A host was removed. Its held text is then held for no host."""

    name: str
    when: When = When.IDLE


@dataclass(frozen=True, slots=True)
class HostsReordered:
    """The hosts are in another order."""

    names: tuple[str, ...]
    when: When = When.IDLE


@dataclass(frozen=True, slots=True)
class FirstHostChanged:
    """Another host is first. It is used from now on, whatever the user chose while running."""

    name: str
    when: When = When.IDLE


Change = KeyChanged | HostAdded | HostChanged | HostRemoved | HostsReordered | FirstHostChanged

EFFECTS: dict[str, tuple[When, tuple[Part, ...]]] = {
    "button.mode": (When.IDLE, (Part.RULES, Part.GESTURES)),
    "button.gpio": (When.IDLE, (Part.BUTTON,)),
    "button.tap_ms": (When.IDLE, (Part.GESTURES,)),
    "button.bounce_ms": (When.IDLE, (Part.BUTTON,)),
    "microphone.source": (When.IDLE, (Part.MICROPHONE,)),
    "microphone.pre_roll_ms": (When.IDLE, (Part.CAPTURE,)),
    "microphone.post_roll_ms": (When.IDLE, (Part.CAPTURE,)),
    "speech.aggressiveness": (When.IDLE, (Part.CUTTER,)),
    "speech.onset_ms": (When.IDLE, (Part.CUTTER,)),
    "speech.pre_roll_ms": (When.IDLE, (Part.CUTTER,)),
    "speech.pause_ms": (When.IDLE, (Part.CUTTER,)),
    "speech.hang_over_ms": (When.IDLE, (Part.CUTTER,)),
    "speech.longest_s": (When.IDLE, (Part.CUTTER,)),
    "recognizer.model": (When.IDLE, (Part.MODEL,)),
    # A model that lacks the language is refused, so both change together.
    "recognizer.language": (When.IDLE, (Part.RULES, Part.RECOGNIZER)),
    "recognizer.threads": (When.IDLE, (Part.RECOGNIZER,)),
    "recognizer.speculate": (When.IDLE, (Part.RULES,)),
    "recognizer.gate": (When.IDLE, (Part.RECOGNIZER,)),
    "recognizer.doubtful": (When.IDLE, (Part.RULES,)),
    "recognizer.vocabulary": (When.IDLE, (Part.RULES,)),
    "text.join_s": (When.IDLE, (Part.RULES,)),
    "host.transport": (When.IDLE, (Part.TRANSPORT, Part.TYPIST)),
    "host.os": (When.IDLE, (Part.TYPIST,)),
    "host.layout": (When.IDLE, (Part.TYPIST,)),
    "host.pace": (When.IDLE, (Part.TYPIST,)),
    "host.unicode": (When.IDLE, (Part.TYPIST,)),
    "host.newline": (When.IDLE, (Part.TYPIST,)),
    "host.caps": (When.IDLE, (Part.TYPIST,)),
    "host.transliterate": (When.IDLE, (Part.TYPIST,)),
    # When idle, like the button: one part may take over the pin of the other.
    "panel.display": (When.IDLE, (Part.DISPLAY,)),
    "panel.i2c_port": (When.IDLE, (Part.DISPLAY,)),
    "panel.i2c_address": (When.IDLE, (Part.DISPLAY,)),
    "panel.led_gpio": (When.IDLE, (Part.LAMP,)),
    # At restart: clients are connected to it, perhaps also the one that requests the change.
    "control.socket": (When.RESTART, (Part.CONTROL,)),
    "held.mirror": (When.NOW, (Part.MIRROR,)),
}
"""For each key, when a change may be applied, and to which parts. A host's name is not in the
table, because it identifies the host."""


def diff(running: Settings, newest: Settings) -> tuple[Change, ...]:
    """The changes from ``running`` to ``newest``; () if they are equal."""
    return (*_keys(running, newest), *_hosts(running.host, newest.host))


def applied(settings: Settings, changes: Iterable[Change]) -> Settings:
    """The settings after these changes. They are some or all of a `diff` from ``settings``."""
    for change in changes:
        settings = _applied(settings, change)
    return settings


def _keys(running: Settings, newest: Settings) -> Iterator[KeyChanged]:
    for section in Settings.__struct_fields__:
        if section == "host":
            continue
        old, new = getattr(running, section), getattr(newest, section)
        for key in _changed(old, new):
            when, parts = EFFECTS[f"{section}.{key}"]
            yield KeyChanged(section, key, getattr(new, key), when, parts)


def _hosts(running: tuple[HostSettings, ...], newest: tuple[HostSettings, ...]) -> Iterator[Change]:
    old = {host.name: host for host in running}
    new = {host.name: host for host in newest}
    added = [name for name in new if name not in old]
    yield from (HostAdded(new[name]) for name in added)
    for name, host in old.items():
        if name not in new:
            yield HostRemoved(name)
        elif keys := _changed(host, new[name]):
            yield HostChanged(new[name], _parts(keys))
    order = [name for name in old if name in new] + added
    if order != list(new):
        yield HostsReordered(tuple(new))
    if running[0].name != newest[0].name:
        yield FirstHostChanged(newest[0].name)


def _changed(old: Any, new: Any) -> list[str]:
    return [key for key in old.__struct_fields__ if getattr(old, key) != getattr(new, key)]


def _parts(keys: list[str]) -> tuple[Part, ...]:
    return tuple(dict.fromkeys(part for key in keys for part in EFFECTS[f"host.{key}"][1]))


def _applied(settings: Settings, change: Change) -> Settings:
    hosts = settings.host
    match change:
        case KeyChanged(section=section, key=key, value=value):
            changed = replace(getattr(settings, section), **{key: value})
            return replace(settings, **{section: changed})
        case HostAdded(host=host):
            hosts = (*hosts, host)
        case HostChanged(host=host):
            hosts = tuple(host if each.name == host.name else each for each in hosts)
        case HostRemoved(name=name):
            hosts = tuple(each for each in hosts if each.name != name)
        case HostsReordered(names=names):
            places = {name: place for place, name in enumerate(names)}
            hosts = tuple(sorted(hosts, key=lambda each: places.get(each.name, len(names))))
        case FirstHostChanged():
            pass  # HostsReordered has put it first
        case _:
            assert_never(change)
    return replace(settings, host=hosts)
