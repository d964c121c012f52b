"""Which strokes type a grapheme, and what stands in for one the layout lacks.

Nothing here raises and nothing is dropped silently: whatever text comes, each grapheme has a
defined outcome, and each one not typed as written is a flow.Substitution.
"""

import unicodedata
from dataclasses import dataclass

import regex

from saykey.flow import Stroke, Substitution
from saykey.keyboard.layouts import Layout

ENTER = Stroke(0x28)
"""Keyboard Return (ENTER), HID Usage Tables page 0x07."""

NEW_LINES = frozenset({"\n", "\r\n"})
PLACEHOLDERS = ("?", "*", "-", " ")
"""Stands for what has nothing similar: the first of these that the layout types."""

PUNCTUATION = {
    **dict.fromkeys("‘’‚‛‹›′", "'"),  # noqa: RUF001  look-alikes are what this is about
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‐‑‒–−", "-"),  # noqa: RUF001
    **dict.fromkeys("—―", "--"),
    "…": "...",
    "→": "->",
    "←": "<-",
    "\u2028": "\n",
    "\u2029": "\n",
}
"""What recognisers write and plain layouts lack, by what people type instead."""

_CLUSTERS = regex.compile(r"\X")  # UAX #29 extended grapheme clusters
_INVISIBLE = frozenset({"Cf", "Mn", "Me"})  # joiners, direction marks, accents, variation selectors


@dataclass(frozen=True, slots=True)
class Typed:
    """A grapheme's strokes (none for an invisible character), and the substitution if any."""

    strokes: tuple[Stroke, ...]
    substitution: Substitution | None = None


def graphemes(text: str) -> list[str]:
    """The text cut into extended grapheme clusters: what a reader takes for one character."""
    if text.isascii() and "\r" not in text:
        return list(text)
    clusters: list[str] = _CLUSTERS.findall(text)
    return clusters


def strokes_for(grapheme: str, layout: Layout) -> Typed:
    """The strokes for one grapheme as written, else for the nearest that the layout types."""
    composed = unicodedata.normalize("NFC", grapheme)
    direct = layout.strokes.get(composed)
    if direct is not None:
        return Typed(direct)
    if grapheme in NEW_LINES:
        return Typed((ENTER,))
    typed = "".join(_similar(character, layout) for character in composed)
    if all(unicodedata.category(character) == "Cf" for character in composed):
        reason = "invisible character"
    elif unicodedata.category(composed[0]) == "Cc":
        reason = "control character"
    elif typed:
        reason = f"not on the {layout.name} layout"
    else:
        typed = _placeholder(layout)
        reason = f"nothing similar on the {layout.name} layout"
    enter = (ENTER,)
    keys = tuple(stroke for character in typed for stroke in layout.strokes.get(character, enter))
    return Typed(keys, Substitution(grapheme, typed, reason))


def _similar(character: str, layout: Layout) -> str:
    """Text the layout types in place of one code point; "" if none, or if nobody would see it."""
    if character in layout.strokes:
        return character
    category = unicodedata.category(character)
    if category in _INVISIBLE:
        return ""
    if category in {"Cc", "Zs"}:  # a tab would leave the text field, an escape close the window
        return _typable(" ", layout)
    mapped = PUNCTUATION.get(character)
    if mapped == "\n":
        return mapped
    return _typable(mapped or "", layout) or _typable(_to_ascii(character), layout)


def _typable(text: str, layout: Layout) -> str:
    return text if all(character in layout.strokes for character in text) else ""


def _to_ascii(character: str) -> str:
    from anyascii import anyascii

    return anyascii(character)


def _placeholder(layout: Layout) -> str:
    return next((mark for mark in PLACEHOLDERS if mark in layout.strokes), "")
