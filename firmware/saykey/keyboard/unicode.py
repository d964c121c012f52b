"""Computes the strokes that enter a character by its code point.

Each method needs software or settings on the host, so the user chooses it per host. A method
returns None for what it cannot type, and a substitute is typed instead. A stroke of usage 0, before
or after the keys, holds modifiers with no key: the host must see these in a report of their own.
"""

import unicodedata
from collections.abc import Callable, Iterable

from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import UnicodeMethod

CTRL, SHIFT, ALT, RIGHT_ALT = 0x01, 0x02, 0x04, 0x40
"""Bits of the boot report's first byte (HID 1.11, appendix B.1)."""

_UP = Stroke(0)
_ENTER = Stroke(0x28)
_KEYPAD_1, _KEYPAD_0 = 0x59, 0x62  # HID Usage Tables, page 0x07; 2 to 9 follow 1
_NEVER = frozenset({"Cc", "Cs", "Cn"})  # controls, lone surrogates, unassigned code points

Strokes = tuple[Stroke, ...]


def unicode_strokes(character: str, method: UnicodeMethod, layout: Layout) -> Strokes | None:
    """The strokes for one code point by this method; None if it cannot type it on this layout."""
    if method is UnicodeMethod.NONE or unicodedata.category(character) in _NEVER:
        return None
    return _METHODS[method](character, layout)


def fits(method: UnicodeMethod, layout: Layout) -> bool:
    """Whether this layout has the keys that this method needs to enter code points."""
    if method is UnicodeMethod.HEX_INPUT and layout.name != _KEYS_OF_HEX_INPUT:
        return False
    return all(unicode_strokes(sample, method, layout) for sample in _SAMPLES[method])


def _ctrl_shift_u(character: str, layout: Layout) -> Strokes | None:
    """GTK and IBus: Ctrl and Shift are held for U and the digits; their release ends the input.

    GTK accepts a digit by any symbol of its key (gtkimcontextsimple.c, canonical_hex_keyval), so it
    does not matter whether the layout has the digit with or without Shift. Other firmware taps
    Ctrl+Shift+U first and types the digits after it: this types junk if digits need Shift (fr, cz).
    """
    keys = _keys_of(f"u{ord(character):x}", layout, allowed=SHIFT)
    if keys is None:
        return None
    held = CTRL | SHIFT
    return (Stroke(0, held), *(Stroke(key.usage, held) for key in keys), _UP)


def _alt_numpad(character: str, _layout: Layout) -> Strokes | None:
    """Windows: Alt is held for 0 and the ANSI code page's number on the keypad, with Num Lock on.

    The code page is assumed to be 1252, that of western systems.
    """
    try:
        number = character.encode("cp1252")[0]
    except UnicodeEncodeError:
        return None
    digits = (int(digit) for digit in f"{number:04}")
    usages = (_KEYPAD_1 + digit - 1 if digit else _KEYPAD_0 for digit in digits)
    return (Stroke(0, ALT), *(Stroke(usage, ALT) for usage in usages), _UP)


def _wincompose(character: str, layout: Layout) -> Strokes | None:
    """WinCompose on Windows, with its Compose key at Right Alt: Compose, u, the digits, Enter."""
    keys = _keys_of(f"u{ord(character):x}", layout, allowed=SHIFT)
    if keys is None:
        return None
    return (Stroke(0, RIGHT_ALT), _UP, *keys, _ENTER, _UP)


def _hex_input(character: str, layout: Layout) -> Strokes | None:
    """Unicode Hex Input, an input source of macOS: UTF-16, four digits a unit, with Option held.

    Units that begin and end with 0 print nothing there, so their characters are substituted.
    """
    utf16 = character.encode("utf-16-be").hex()
    units = [utf16[at : at + 4] for at in range(0, len(utf16), 4)]
    if any(unit[0] == unit[3] == "0" for unit in units):
        return None
    keys = _keys_of(utf16, layout, allowed=0)
    if keys is None:
        return None
    return (Stroke(0, ALT), *(Stroke(key.usage, ALT) for key in keys), _UP)


def _keys_of(characters: Iterable[str], layout: Layout, allowed: int) -> list[Stroke] | None:
    """The single stroke of each character, with allowed modifiers only; None if one has none."""
    keys = []
    for character in characters:
        strokes = layout.strokes.get(character, ())
        if len(strokes) != 1 or strokes[0].held or strokes[0].modifiers & ~allowed:
            return None
        keys.append(strokes[0])
    return keys


_METHODS: dict[UnicodeMethod, Callable[[str, Layout], Strokes | None]] = {
    UnicodeMethod.CTRL_SHIFT_U: _ctrl_shift_u,
    UnicodeMethod.ALT_NUMPAD: _alt_numpad,
    UnicodeMethod.WINCOMPOSE: _wincompose,
    UnicodeMethod.HEX_INPUT: _hex_input,
}

_KEYS_OF_HEX_INPUT = "us"
"""Unicode Hex Input is an input source with keys of its own, so no other layout is set there."""

_ALL_DIGITS = "\u1203\u4567\u89ab\ucdef"
"""Characters whose code points together contain each hexadecimal digit."""

_SAMPLES = {
    UnicodeMethod.NONE: "",
    UnicodeMethod.CTRL_SHIFT_U: _ALL_DIGITS,
    UnicodeMethod.ALT_NUMPAD: "é",
    UnicodeMethod.WINCOMPOSE: _ALL_DIGITS,
    UnicodeMethod.HEX_INPUT: _ALL_DIGITS,
}
