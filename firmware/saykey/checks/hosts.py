"""Checks the hosts in the settings: their layouts, Unicode methods and transports."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from saykey.control.address import LONGEST_PATH
from saykey.errors import LayoutError
from saykey.keyboard.layouts import load_layout, nearest_layouts
from saykey.keyboard.profile import UnicodeMethod
from saykey.keyboard.unicode import fits
from saykey.settings.finding import SettingsFinding
from saykey.settings.schema import UNICODE_METHODS, HostSettings
from saykey.transport.usb import no_keyboard


def host_findings(host: HostSettings) -> Iterator[SettingsFinding]:
    """Report a layout without a table, or a Unicode method that does not work with the layout."""
    place = f'[[host]] "{host.name}":'
    try:
        layout = load_layout(host.os, host.layout)
    except LayoutError:
        near = " or ".join(f'"{name}"' for name in nearest_layouts(host.os, host.layout))
        listed = f"`saykey layouts --os {host.os}` lists all"
        yield SettingsFinding(
            f'{place} layout = "{host.layout}" is not known for os = "{host.os}"',
            f"did you mean {near}? {listed}" if near else listed,
        )
        return
    if host.unicode not in UNICODE_METHODS[host.os]:
        return  # "none", or a method of another system, which saykey.settings reports
    if not fits(UnicodeMethod(host.unicode), layout):
        advice = 'set layout = "us", whose keys it has, or unicode = "none"'
        if host.unicode != UnicodeMethod.HEX_INPUT.value:
            advice = 'set unicode = "none"'
        yield SettingsFinding(
            f'{place} unicode = "{host.unicode}" does not fit layout = "{host.layout}", '
            "which lacks keys that it needs",
            advice,
        )


def transport_findings(hosts: tuple[HostSettings, ...]) -> Iterator[SettingsFinding]:
    """Report transports that cannot work. Hosts may share one, and it may not exist yet."""
    for transport in dict.fromkeys(host.transport for host in hosts):
        kind, _, path = transport.partition(":")
        try:
            wrong = _no_socket(path) if kind == "socket" else _no_keyboard(Path(path))
        except OSError as error:  # for example a name that is too long
            wrong = str(error.strerror), "name another path"
        if wrong is not None:
            text, remedy = wrong
            yield SettingsFinding(f'[[host]] transport = "{transport}": {text}', remedy)


def _no_socket(path: str) -> tuple[str, str] | None:
    length = len(os.fsencode(path))
    if length > LONGEST_PATH:
        return (
            f"the path has {length} bytes; a socket's path may have {LONGEST_PATH}",
            "name a shorter one",
        )
    mode = _mode(Path(path))
    if mode is not None and not stat.S_ISSOCK(mode):
        return "this is not a socket", "name the socket of a simulated host, or remove this file"
    return None


def _no_keyboard(path: Path) -> tuple[str, str] | None:
    if _mode(path) is None or not (why := no_keyboard(path)):
        return None
    return why, "name the device of the USB gadget, such as /dev/hidg0"


def _mode(path: Path) -> int | None:
    """The mode of a file; None if it does not exist yet or this user may not see it."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
