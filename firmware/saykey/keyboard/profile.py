"""The keyboard settings of one host, except its layout."""

from dataclasses import dataclass
from enum import Enum

from saykey.errors import UsageError
from saykey.keyboard.pace import SAFE, Pace, pace_named
from saykey.settings.schema import UNICODE_METHODS, HostSettings


class NewLine(Enum):
    """The key for a new line. NONE: a space is typed, and the substitution is reported."""

    ENTER = "enter"
    SHIFT_ENTER = "shift+enter"
    NONE = "none"


class UnicodeMethod(Enum):
    """How to enter a character that the layout lacks by its code point; see keyboard.unicode."""

    NONE = "none"
    CTRL_SHIFT_U = "ctrl+shift+u"
    ALT_NUMPAD = "alt+numpad"
    WINCOMPOSE = "wincompose"
    HEX_INPUT = "hex-input"


@dataclass(frozen=True, slots=True)
class Profile:
    """What the planner and the typist need to know of a host.

    ``fix_caps``: tap Caps Lock off while typing. ``transliterate``: if the layout has no letter of
    a script, type that script's text in letters the layout has; if False, type placeholders.
    """

    pace: Pace = SAFE
    unicode: UnicodeMethod = UnicodeMethod.NONE
    newline: NewLine = NewLine.ENTER
    fix_caps: bool = True
    transliterate: bool = True


def profile_of(host: HostSettings) -> Profile:
    """The profile in a host's settings. Raises UsageError."""
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
