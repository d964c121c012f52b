"""Asks libxkbcommon what a dead key and a base compose on a Linux host."""

import unicodedata
from collections.abc import Iterable

from layouts.linux import LOCALE, Sequences, can_be_entry
from saykey.simulated.xkb import Composing

_SPACING_MARKS = "^`\u00b4~¨°'\""
_NOT_IN_GTK_3 = frozenset("·ẛ≠Ǯǯ")
"""Characters that GTK 3 composes from no dead key; found by trying all entries of all layouts."""


def composed_by(dead: Iterable[int], bases: dict[str, int]) -> dict[int, str]:
    """For each dead keysym its pairs of base and result, as one text.

    ``bases`` maps each base to its keysym. The results are only those that every toolkit agrees on:
    one precomposed character, or an accent by itself. GTK 3 fails on sequences that give several
    code points.
    """
    compose = Sequences(LOCALE)
    return {
        symbol: "".join(
            base + result
            for base, keysym in sorted(bases.items(), key=_simple_first)
            if (result := _typed(compose, symbol, keysym)) and _portable(result)
        )
        for symbol in sorted(dead)
    }


def _typed(compose: Sequences, dead: int, base: int) -> str:
    compose.reset()
    compose.feed(dead)
    progress = compose.feed(base)
    text = compose.text() if progress is Composing.COMPOSED else ""
    compose.reset()
    return text


def _simple_first(base: tuple[str, int]) -> tuple[bool, str]:
    """Sort key: the space before other bases, because it types an accent by itself everywhere."""
    return base[0] != " ", base[0]


def _portable(result: str) -> bool:
    if not can_be_entry(result) or result in _NOT_IN_GTK_3:
        return False
    if len(unicodedata.normalize("NFD", result)) > 1:
        return True
    return result in _SPACING_MARKS or unicodedata.category(result) in {"Sk", "Po"}
