"""Computes how many backspaces remove typed text.

All editors delete a letter of one code point with one backspace, and most languages need no other
letters. Editors differ on graphemes of several code points: combining marks, Indic syllables, emoji
sequences. The rule of a host is guessed from its system; `Editor` describes the rules.
"""

import unicodedata
from collections.abc import Iterable
from enum import Enum

import regex

from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.strokes import Strokes, graphemes, strokes_for

BACKSPACE = Stroke(0x2A)
"""Keyboard DELETE (Backspace), HID Usage Tables page 0x07."""

_JOINER = "\u200d"
_WHOLE_IN_PANGO = (  # first and last code points of scripts
    (0x0000, 0x02AF), (0x1E00, 0x1EFF),  # Latin
    (0x0370, 0x03FF), (0x1F00, 0x1FFF),  # Greek
    (0x0400, 0x052F),  # Cyrillic
    (0x3040, 0x30FF),  # kana
    (0xAC00, 0xD7A3),  # Hangul syllables
)  # fmt: skip
_WHOLE_AT_THE_END = frozenset(  # precomposed letters and vowel signs of Arabic and Indic scripts
    "\u0622\u0623\u0624\u0625\u0626\u0931\u09cb\u09cc\u0b48\u0b4b\u0b4c\u0bca\u0bcb\u0bcc"
    "\u0c48\u0cc7\u0cc8\u0cca\u0ccb\u0d4a\u0d4b\u0d4c"
)
_EMOJI = regex.compile(r"\p{Emoji}")


class Editor(Enum):
    """What one backspace deletes.

    GRAPHEMES: a grapheme; macOS text views (NSResponder, deleteBackward).

    PANGO: a grapheme if its base is Latin, Greek, Cyrillic, kana, a Hangul syllable or an emoji,
    or if it ends in one of some precomposed signs. Of any other grapheme, the last code point of
    its decomposition: of ≠ first the stroke, then the =. GTK (pango's break.c and its Arabic and
    Indic breaks, backspace_deletes_character; gtk_text_buffer_backspace). This rule agrees with
    libpango 1.50 on random text of eleven scripts.

    EMOJI_WHOLE: an emoji sequence, otherwise one code point, so combining marks are deleted one by
    one. Chromium and programs built on it (Blink's backspace_state_machine.cc).

    CODE_POINTS: one code point. Qt (QTextCursor::deletePreviousChar) and most controls of Windows.
    """

    GRAPHEMES = "graphemes"
    PANGO = "pango"
    EMOJI_WHOLE = "emoji whole"
    CODE_POINTS = "code points"


EDITORS = {"linux": Editor.PANGO, "windows": Editor.CODE_POINTS, "macos": Editor.GRAPHEMES}
"""The rule of each system's own text fields."""


def backspaces(shown: str, editor: Editor) -> int:
    """How many backspaces remove this text, which ends before the cursor."""
    return sum(_backspaces_of(grapheme, editor) for grapheme in graphemes(shown))


def shown_for(text: str, layout: Layout, profile: Profile) -> str:
    """The text that the host shows after this text was typed: substitutions applied, in NFC."""
    known: dict[str, str] = {}
    for grapheme in graphemes(text):
        if grapheme not in known:
            known[grapheme] = _shown(grapheme, layout, profile)
    return "".join(known[grapheme] for grapheme in graphemes(text))


def erasing(grapheme: str, layout: Layout, profile: Profile) -> Strokes:
    """The strokes that erase one grapheme that was typed with this layout and profile.

    Empty if nothing was typed for the grapheme.
    """
    shown = _shown(grapheme, layout, profile)
    return (BACKSPACE,) * backspaces(shown, EDITORS[layout.os])


def _shown(grapheme: str, layout: Layout, profile: Profile) -> str:
    made = strokes_for(grapheme, layout, profile).substitution
    text = unicodedata.normalize("NFC", grapheme) if made is None else made.typed
    return text.replace("\r\n", "\n")


def _backspaces_of(grapheme: str, editor: Editor) -> int:
    if editor is Editor.PANGO:
        return 1 if _whole_in_pango(grapheme) else len(unicodedata.normalize("NFD", grapheme))
    if len(grapheme) == 1 or editor is Editor.GRAPHEMES:
        return 1
    if editor is Editor.EMOJI_WHOLE and _is_emoji(grapheme):
        return 1
    return len(grapheme)


def _whole_in_pango(grapheme: str) -> bool:
    base = ord(grapheme[0])
    return (
        any(first <= base <= last for first, last in _WHOLE_IN_PANGO)
        or _EMOJI.match(grapheme) is not None
        or grapheme[-1] in _WHOLE_AT_THE_END
    )


def _is_emoji(characters: Iterable[str]) -> bool:
    """Whether a grapheme of several code points is an emoji sequence: no letter, no accent."""
    kinds = {unicodedata.category(c) for c in characters if c not in {_JOINER, "\ufe0f", "\u20e3"}}
    return kinds <= {"So", "Sk", "Nd", "Po", "Cf"}
