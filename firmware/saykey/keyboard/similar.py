"""What people type in place of a character their keyboard lacks, from the keys of a layout."""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from saykey.keyboard.layouts import Layout

PLACEHOLDERS = ("?", "\u061f", "*", "-", " ")
"""Stands for what has nothing similar: the first of these that the layout types."""

SIMILAR: Mapping[str, tuple[str, ...]] = {
    # What recognisers write and plain layouts lack
    **dict.fromkeys("‘’‚‛‹›′ʼ", ("'", "’")),  # noqa: RUF001  look-alikes are the point
    **dict.fromkeys("“”„‟«»″", ('"',)),
    **dict.fromkeys("‐‑‒–−", ("-",)),  # noqa: RUF001
    **dict.fromkeys("—―", ("--", "-")),
    **dict.fromkeys("•‣·", ("*", "-")),
    "…": ("...",),
    "→": ("->",),
    "←": ("<-",),
    "×": ("x", "*"),  # noqa: RUF001
    "÷": ("/", ":"),
    "±": ("+/-", "+-"),
    "≤": ("<=",),
    "≥": (">=",),
    "≠": ("!=",),
    "≈": ("~",),
    "\u2028": ("\n",),
    "\u2029": ("\n",),
    # ASCII that some layouts lack, by what they have
    "'": ("’", "\u02bc", "\u00b4", "`"),
    '"': ("”", "“", "»"),
    "-": ("‐", "–"),  # noqa: RUF001
    ",": ("\u060c",),  # Arabic comma, semicolon, question mark
    ";": ("\u061b",),
    "?": ("\u061f",),
}
"""Alternatives for a character, the best first; a layout that has none of one's keys is next."""

_INVISIBLE = frozenset({"Cf", "Mn", "Me"})  # joiners, direction marks, accents, variation selectors
_SPACES = frozenset({"Cc", "Zs"})  # a tab would leave the text field, an escape close the window


def similar(character: str, layout: Layout) -> str:
    """Text the layout types, or a new line, in place of one character.

    "" if there is none, or if nobody would see it.
    """
    category = unicodedata.category(character)
    if character in layout.strokes and category != "Cc":
        return character
    if category in _INVISIBLE:
        return ""
    if category in _SPACES:
        return _typable(" ", layout)
    for alternative in (*SIMILAR.get(character, ()), _same_digit(character, layout)):
        if alternative == "\n" or _typable(alternative, layout):
            return alternative
    return _typable(_to_ascii(character), layout)


def placeholder(layout: Layout) -> str:
    """What stands for a character with nothing similar; "" on a layout that lacks all of them."""
    return next((mark for mark in PLACEHOLDERS if mark in layout.strokes), "")


def script_lacking(grapheme: str, layout: Layout) -> str:
    """The script, such as "Cyrillic", of a letter if the layout has no letter of it; else ""."""
    script = next(filter(None, map(_script, grapheme)), "")
    return "" if script in _scripts(layout) else script


def _typable(text: str, layout: Layout) -> str:
    return text if all(map(layout.strokes.__contains__, text)) else ""


def _to_ascii(character: str) -> str:
    from anyascii import anyascii

    return anyascii(character)


def _same_digit(character: str, layout: Layout) -> str:
    """The layout's own digit of the same value, such as an Arabic one."""
    value = unicodedata.decimal(character, None)
    return "" if value is None else _digits(layout).get(int(value), "")


@lru_cache(maxsize=16)
def _digits(layout: Layout) -> Mapping[int, str]:
    characters = [c for c in layout.strokes if len(c) == 1 and c.isdecimal()]
    return {int(unicodedata.decimal(character)): character for character in characters}


@lru_cache(maxsize=16)
def _scripts(layout: Layout) -> frozenset[str]:
    return frozenset(filter(None, (_script(character[0]) for character in layout.strokes)))


def _script(character: str) -> str:
    """The script of a letter, as its Unicode name begins; "" for what is no letter."""
    if not unicodedata.category(character).startswith("L"):
        return ""
    first, _, rest = unicodedata.name(character, "").partition(" ")
    words = rest.split()
    if first == "CJK":
        return "Chinese"
    named = {"LETTER", "SYLLABLE", "SYLLABLES", "SYLLABICS"}.intersection(words)
    return first.capitalize() if named and first != "MODIFIER" else ""
