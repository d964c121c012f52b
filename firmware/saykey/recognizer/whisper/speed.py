"""Compares the length of a text with the time there was to say it. Pure.

A decoder can run in a loop, or stop before the phrase does. Both show in the number of syllables.
"""

import unicodedata

import regex

_WORD = regex.compile(r"[\p{L}\p{M}]+|\p{N}")
_VOWELS = regex.compile(r"[aeiouyæœøаеёиоуыэюяєіїαεηιουω]+")  # noqa: RUF001
_SYLLABIC = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_MARKS = regex.compile(r"\p{M}")

_FASTEST = 9.0
"""Syllables a second. The fastest of 467 right texts of human voices had 5.3, counted as here
(docs/hearing.md). Those were prompts; people can speak faster."""

_ALWAYS_SAID = 2
"""Syllables that fit into the shortest phrase."""

_SLOWEST = 0.6
"""Syllables a second. The slowest of 26 right texts of 6 s and more had 2.8 (docs/hearing.md)."""

_LONG_S = 6.0
"""A shorter phrase may hold one short word and silence."""


def syllables(text: str) -> int:
    """How many syllables it takes at least to say the text, whatever its language.

    A digit counts as one. A word in a script whose vowels are not known counts as one.
    """
    plain = _MARKS.sub("", unicodedata.normalize("NFD", text.casefold()))
    return sum(
        len(_SYLLABIC.findall(word)) or len(_VOWELS.findall(word)) or 1
        for word in _WORD.findall(plain)
    )


def too_much(text: str, seconds: float) -> bool:
    """Whether nobody can say this text in so short a time."""
    return syllables(text) > _ALWAYS_SAID + _FASTEST * seconds


def too_little(text: str, seconds: float) -> bool:
    """Whether the text is so short that most of what was said must be missing."""
    return seconds >= _LONG_S and syllables(text) < _SLOWEST * seconds
