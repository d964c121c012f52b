"""How one host is typed to, besides its layout: the keyboard part of its settings."""

from dataclasses import dataclass
from enum import Enum

from saykey.errors import UsageError
from saykey.keyboard.pace import SAFE, Pace, pace_named
from saykey.settings.schema import UNICODE_METHODS, HostSettings


class NewLine(Enum):
    """The key for a new line. NONE: a space is typed, and the substitution is told."""

    ENTER = "enter"
    SHIFT_ENTER = "shift+enter"
    NONE = "none"


class UnicodeMethod(Enum):
    """How a host is told the number of a character that its layout lacks; see keyboard.unicode."""

    NONE = "none"
    CTRL_SHIFT_U = "ctrl+shift+u"
    ALT_NUMPAD = "alt+numpad"
    WINCOMPOSE = "wincompose"
    HEX_INPUT = "hex-input"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the planner and the typist need to know of a host.

    ``fix_caps``: tap Caps Lock off while typing. ``transliterate``: type text of a script that the
    layout has no letter of in the letters it has; if not, placeholders.
    """

    pace: Pace = SAFE
    unicode: UnicodeMethod = UnicodeMethod.NONE
    newline: NewLine = NewLine.ENTER
    fix_caps: bool = True
    transliterate: bool = True


def profile_of(host: HostSettings) -> Profile:
    """The profile in a host's settings."""
    return Profile(
        pace=pace_named(host.pace),
        unicode=unicode_method(host.os, host.unicode),
        newline=NewLine(host.newline),
        fix_caps=host.caps == "fix",
        transliterate=host.transliterate,
    )


def unicode_method(os: str, name: str) -> UnicodeMethod:
    """The method of this name, if that system has it. Raises UsageError."""
    known = UNICODE_METHODS.get(os, ())
    if name == UnicodeMethod.NONE.value:
        return UnicodeMethod.NONE
    if name not in known:
        listed = ", ".join(("none", *known))
        raise UsageError(f"There is no Unicode method {name!r} on {os}. Known there: {listed}.")
    return UnicodeMethod(name)
