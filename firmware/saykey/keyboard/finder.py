"""Finds the layout of a host from what a few keys typed there show.

Each question is one stroke and then a space, so that a dead key shows its accent. The next question
is the stroke that leaves the fewest layouts on average, given the answers so far. Layouts without a
variant are distinguished first, since most people have one of those. AltGr is pressed only if no
other stroke helps, and never with a letter key: where AltGr is a plain Alt, that could open a menu.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from saykey.flow import Stroke
from saykey.keyboard.layouts import MODIFIERS, parse_stroke
from saykey.keyboard.tables import KEYS, NOTHING, Head, Row

SPACE = Stroke(0x2C)
"""Keyboard Spacebar, HID Usage Tables page 0x07."""

MOST_QUESTIONS = 6
"""Layouts left after so many questions differ only on keys that few people use, or not at all."""

_NOT_ON_EVERY_KEYBOARD = frozenset({0x64, 0x87, 0x89})  # the ISO key left of Z, Ro, Yen
_LETTERS = range(0x04, 0x1E)
_SHIFT, _ALT_GR = MODIFIERS["Shift"], MODIFIERS["AltGr"]
_CHORDS = ("", "Shift", "AltGr")


@dataclass(frozen=True, slots=True, eq=False)
class Board:
    """What the keys of a layout show alone, with Shift and with AltGr, each before a space.

    "" means that nothing is shown, because the layout does not use that modifier. A stroke whose
    effect is unknown is left out: it is no evidence for or against the layout.
    """

    name: str
    shows: Mapping[Stroke, str]


def board_of(row: Row, head: Head) -> Board:
    """The keys of a layout, from its line in the file of tables."""
    shows = {}
    for chord in _CHORDS:
        modifiers = parse_stroke(f"{chord}+0" if chord else "0").modifiers
        level = row.levels.get(chord, NOTHING * len(KEYS))
        for usage, character in zip(KEYS, level, strict=True):
            if character != NOTHING:
                shows[Stroke(usage, modifiers)] = character
            elif chord not in row.levels:
                shows[Stroke(usage, modifiers)] = ""
    for written, composed in row.dead.items():
        pairs = head.compositions[composed]
        accent = dict(zip(pairs[::2], pairs[1::2], strict=True)).get(" ")
        shows.pop(parse_stroke(written), None)
        if accent is not None:
            shows[parse_stroke(written)] = accent
    asked = {key: shown for key, shown in shows.items() if _asked(key) and _readable(shown)}
    return Board(row.name, asked)


def _readable(shown: str) -> bool:
    """Whether people can see this before a space, and type it: no combining accent."""
    return shown.isprintable() and not any(map(unicodedata.combining, shown))


def _asked(stroke: Stroke) -> bool:
    if stroke.usage in _NOT_ON_EVERY_KEYBOARD or stroke.usage == SPACE.usage:
        return False
    return stroke.modifiers in {0, _SHIFT} or (
        stroke.modifiers == _ALT_GR and stroke.usage not in _LETTERS
    )


@dataclass(frozen=True, slots=True)
class Search:
    """The layouts that fit all answers, and the strokes already asked about."""

    left: tuple[Board, ...]
    asked: tuple[Stroke, ...] = ()

    def question(self) -> Stroke | None:
        """The stroke to type next, before a space; None when the search has ended."""
        if len(self.asked) == MOST_QUESTIONS:
            return None
        usual = tuple(board for board in self.left if "+" not in board.name)
        return next_stroke(usual, self.asked) or next_stroke(self.left, self.asked)

    def fitting(self) -> tuple[Board, ...]:
        """The layouts left for which the effect of at least one stroke asked about is known."""
        return tuple(board for board in self.left if not board.shows.keys().isdisjoint(self.asked))

    def answers(self, stroke: Stroke) -> tuple[str, ...]:
        """What this stroke shows on the layouts left, the most common first; "" is nothing."""
        shown = Counter(board.shows.get(stroke) for board in self.left)
        return tuple(answer for answer, _ in shown.most_common() if answer is not None)

    def answered(self, stroke: Stroke, answer: str) -> "Search":
        """The search narrowed by this answer; no layout is left if none can show it."""
        return Search(matching(self.left, stroke, answer), (*self.asked, stroke))


def next_stroke(boards: Sequence[Board], asked: Iterable[Stroke] = ()) -> Stroke | None:
    """The stroke whose answer leaves the fewest of these layouts on average.

    None if no stroke distinguishes any two of them.
    """
    strokes = {stroke for board in boards for stroke in board.shows}.difference(asked)
    for modifiers in ({0, _SHIFT}, {_ALT_GR}):
        left = {
            stroke: _left_on_average(boards, stroke)
            for stroke in strokes
            if stroke.modifiers in modifiers
        }
        best = min(left, key=lambda s: (left[s], s.modifiers, s.usage), default=None)
        if best is not None and left[best] < len(boards):
            return best
    return None


def matching(boards: Iterable[Board], stroke: Stroke, answer: str) -> tuple[Board, ...]:
    """The layouts on which this stroke shows this answer, or on which its effect is unknown."""
    return tuple(board for board in boards if board.shows.get(stroke, answer) == answer)


def _left_on_average(boards: Sequence[Board], stroke: Stroke) -> float:
    answers = Counter(board.shows.get(stroke) for board in boards)
    unknown = answers.pop(None, 0)
    known = len(boards) - unknown
    if not known:
        return float(len(boards))
    left = sum(count * (count + unknown) for count in answers.values()) / known
    return (known * left + unknown * len(boards)) / len(boards)
