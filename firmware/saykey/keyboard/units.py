"""Cuts edits into units, which a host receives wholly or not at all.

A unit is a grapheme to type, a grapheme to erase, or a chord. Erasing begins at the end of the
text, so the units of an Erase are in reverse order.
"""

from collections.abc import Iterator
from typing import assert_never

from saykey.flow import Edit, Edits, Erase, Insert, Press
from saykey.keyboard.strokes import graphemes


def split(edits: Edits, count: int) -> tuple[Edits, Edits]:
    """The edits in the first ``count`` units, and the edits that are left."""
    first: list[Edit] = []
    for number, edit in enumerate(edits):
        size = units_in(edit)
        if count < size:
            done, left = _parts(edit, count)
            return (*first, *done), (*left, *edits[number + 1 :])
        count -= size
        first.append(edit)
    return tuple(first), ()


def units_in(edit: Edit) -> int:
    """How many units an edit has."""
    match edit:
        case Insert(text) | Erase(text):
            return len(graphemes(text))
        case Press():
            return 1
        case _:
            assert_never(edit)


def _parts(edit: Edit, count: int) -> tuple[Edits, Edits]:
    """An edit of more than ``count`` units, cut after the first ``count``."""
    match edit:
        case Insert(text):
            clusters = graphemes(text)
            return tuple(_kept(Insert, clusters[:count])), (Insert("".join(clusters[count:])),)
        case Erase(text):
            clusters = graphemes(text)
            at = len(clusters) - count
            return tuple(_kept(Erase, clusters[at:])), (Erase("".join(clusters[:at])),)
        case Press():
            return (), (edit,)
        case _:
            assert_never(edit)


def _kept(kind: type[Insert] | type[Erase], clusters: list[str]) -> Iterator[Edit]:
    if clusters:
        yield kind("".join(clusters))
