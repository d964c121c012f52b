"""Finds the strokes for a grapheme, or for a substitute if the layout lacks it.

Nothing here raises, and nothing is dropped silently. Each grapheme of any text has a defined
outcome, and each one that is not typed as written gives a flow.Substitution. The order of
preference: the layout's entries for the longest parts of the grapheme; for a part without an entry
the entries of its decomposition (a letter, then a combining mark); the host's Unicode method, if
the user chose one; last, what keyboard.similar finds.
"""

import unicodedata
from dataclasses import dataclass

import regex

from saykey.flow import Stroke, Substitution
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import NewLine, Profile
from saykey.keyboard.similar import placeholder, script_lacking, similar
from saykey.keyboard.unicode import SHIFT, unicode_strokes

ENTER = Stroke(0x28)
"""Keyboard Return (ENTER), HID Usage Tables page 0x07."""

NEW_LINES = frozenset({"\n", "\r\n"})

_NEW_LINE_KEYS = {NewLine.ENTER: ENTER, NewLine.SHIFT_ENTER: Stroke(0x28, SHIFT)}
_CLUSTERS = regex.compile(r"\X")  # UAX #29 extended grapheme clusters
_PLAIN = Profile()

Strokes = tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    """A grapheme's strokes (none for an invisible character), and the substitution if any."""

    strokes: Strokes
    substitution: Substitution | None = None


def graphemes(text: str) -> list[str]:
    """The text cut into extended grapheme clusters: what a reader sees as one character each."""
    if text.isascii() and "\r" not in text:
        return list(text)
    clusters: list[str] = _CLUSTERS.findall(text)
    return clusters


def strokes_for(grapheme: str, layout: Layout, profile: Profile = _PLAIN) -> Typed:
    """The strokes for one grapheme as written, or else for the nearest substitute."""
    if grapheme in NEW_LINES:
        return _new_line(grapheme, layout, profile)
    composed = unicodedata.normalize("NFC", grapheme)
    kind = unicodedata.category(composed[0])
    if kind == "Cc":  # some layouts have Tab and Escape as symbols
        return _instead(grapheme, _similar_to(composed, layout), "control character", layout)
    invisible = kind == "Cf" and all(unicodedata.category(c) == "Cf" for c in composed)
    parts = [
        (part, _exactly(part, layout, Profile() if invisible else profile))
        for part in _longest_parts(composed, layout)
    ]
    if all(strokes is not None for _, strokes in parts):
        return Typed(tuple(stroke for _, strokes in parts for stroke in strokes or ()))
    if invisible:
        return _instead(grapheme, "", "invisible character", layout)
    return _nearest(grapheme, parts, layout, profile)


def _nearest(
    grapheme: str, parts: list[tuple[str, Strokes | None]], layout: Layout, profile: Profile
) -> Typed:
    lacking = script_lacking(grapheme, layout)
    reason = f"not on the {layout.name} layout"
    if lacking:
        reason = f"no {lacking} letters on the {layout.name} layout"
    allowed = profile.transliterate or not lacking
    pieces = [
        (part, exact) if exact is not None else _keys(similar(part, layout), layout, profile)
        for part, exact in parts
    ]
    typed = "".join(text for text, _ in pieces) if allowed else ""
    if not typed:
        if not lacking:
            reason = f"nothing similar on the {layout.name} layout"
        return _instead(grapheme, placeholder(layout), reason, layout, lacking)
    strokes = tuple(stroke for _, keys in pieces for stroke in keys)
    return Typed(strokes, Substitution(grapheme, typed, reason, lacking))


def _keys(text: str, layout: Layout, profile: Profile) -> tuple[str, Strokes]:
    """What is typed for a text of the layout, and its strokes; a line separator is a new line."""
    if text == "\n":
        typed = _new_line(text, layout, profile)
        return (typed.substitution.typed if typed.substitution else text), typed.strokes
    return text, tuple(stroke for character in text for stroke in layout.strokes[character])


def _new_line(grapheme: str, layout: Layout, profile: Profile) -> Typed:
    key = _NEW_LINE_KEYS.get(profile.newline)
    if key is not None:
        return Typed((key,))
    return _instead(grapheme, _similar_to(" ", layout), "new lines are off for this host", layout)


def _similar_to(text: str, layout: Layout) -> str:
    return "".join(similar(character, layout) for character in text)


def _instead(grapheme: str, typed: str, reason: str, layout: Layout, lacking: str = "") -> Typed:
    strokes = tuple(stroke for character in typed for stroke in layout.strokes[character])
    return Typed(strokes, Substitution(grapheme, typed, reason, lacking))


def _longest_parts(text: str, layout: Layout) -> list[str]:
    """The text cut into the longest parts the layout has, and single code points elsewhere."""
    if len(text) == 1:
        return [text]
    parts = []
    at = 0
    while at < len(text):
        ends = range(len(text), at + 1, -1)
        end = next((end for end in ends if text[at:end] in layout.strokes), at + 1)
        parts.append(text[at:end])
        at = end
    return parts


def _exactly(part: str, layout: Layout, profile: Profile) -> Strokes | None:
    """The strokes that type exactly this part or its canonical equivalent; None if none do."""
    if part in layout.strokes:
        return layout.strokes[part]
    decomposed = unicodedata.normalize("NFD", part)
    if len(part) == 1 and all(character in layout.strokes for character in decomposed):
        return tuple(stroke for character in decomposed for stroke in layout.strokes[character])
    return unicode_strokes(part, profile.unicode, layout) if len(part) == 1 else None
