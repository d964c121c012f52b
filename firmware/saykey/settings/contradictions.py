"""Finds contradictions between keys of a settings file that are each valid alone."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import PurePosixPath

from saykey.settings.finding import Grade, SettingsFinding
from saykey.settings.schema import UNICODE_METHODS, HostSettings, Settings

_BUS_PINS: dict[int, tuple[int, ...]] = {0: (0, 1), 1: (2, 3)}
"""Number of an I2C bus -> the BCM numbers of its pins, on the header of all Raspberry Pis. The pins
of other buses depend on an overlay."""


def contradictions(settings: Settings) -> Iterator[SettingsFinding]:
    """Report contradictions between hosts, times, pins and paths. They do not need the machine."""
    yield from _names(settings.host)
    for host in settings.host:
        yield from _of_system(host)
    yield from _times(settings)
    yield from _pins(settings)
    yield from _paths(settings)


def _names(hosts: tuple[HostSettings, ...]) -> Iterator[SettingsFinding]:
    names = [host.name for host in hosts]
    if not names:
        yield SettingsFinding("there must be at least one [[host]]")
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield SettingsFinding(f'two hosts are called "{name}"', "give each [[host]] another name")


def _of_system(host: HostSettings) -> Iterator[SettingsFinding]:
    methods = ("none", *UNICODE_METHODS[host.os])
    if host.unicode not in methods:
        yield SettingsFinding(
            f'[[host]] "{host.name}": unicode = "{host.unicode}" is not for os = "{host.os}", '
            f"which has: {', '.join(methods)}"
        )
    if host.pace == "wire" and host.os != "linux":
        yield SettingsFinding(  # keyboard.pace.Order says why
            f'[[host]] "{host.name}": pace = "wire" types wrong capitals on os = "{host.os}"',
            'set pace = "safe"',
            Grade.WARNING,
        )


def _times(settings: Settings) -> Iterator[SettingsFinding]:
    speech, button = settings.speech, settings.button
    if speech.pause_ms >= speech.hang_over_ms:
        yield SettingsFinding(
            f"[speech] pause_ms = {speech.pause_ms} must be less than "
            f"hang_over_ms = {speech.hang_over_ms}"
        )
    if button.tap_ms <= button.bounce_ms:
        yield SettingsFinding(
            f"[button] tap_ms = {button.tap_ms} must be more than "
            f"bounce_ms = {button.bounce_ms}: no shorter press is noticed"
        )


def _pins(settings: Settings) -> Iterator[SettingsFinding]:
    button, panel = settings.button.gpio, settings.panel.led_gpio
    if button is not None and button == panel:
        yield SettingsFinding(
            f"[button] gpio and [panel] led_gpio are both {button}", "use two pins"
        )
    bus = () if settings.panel.display == "none" else _BUS_PINS.get(settings.panel.i2c_port, ())
    for key, pin in (("[button] gpio", button), ("[panel] led_gpio", panel)):
        if pin in bus:
            yield SettingsFinding(
                f"{key} = {pin} is a pin of the display's bus: "
                f"i2c_port = {settings.panel.i2c_port} has GPIO {bus[0]} and {bus[1]}",
                "use another pin",
            )


def _paths(settings: Settings) -> Iterator[SettingsFinding]:
    """Report paths that are used twice. Hosts may share a transport: only one of them is open."""
    users: dict[PurePosixPath, list[str]] = defaultdict(list)
    users[PurePosixPath(settings.control.socket)].append("[control] socket")
    if settings.held.mirror:
        users[PurePosixPath(settings.held.mirror)].append("[held] mirror")
    kind, _, sound = settings.microphone.source.partition(":")
    if kind == "file":
        users[PurePosixPath(sound)].append("[microphone] source")
    for path in {PurePosixPath(host.transport.partition(":")[2]) for host in settings.host}:
        users[path].append("[[host]] transport")
    for path, keys in users.items():
        if len(keys) > 1:
            yield SettingsFinding(
                f"{' and '.join(keys)} both name {path}", "give each a path of its own"
            )
