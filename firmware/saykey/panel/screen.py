"""The content of the display. `screens` derives it from a view of the device. Nothing is stored.

The display is 128 x 64: a top bar (host, link, model), a headline with a mark and sometimes a
bar, two lines of words, and a note at the bottom. Every region keeps its place in all states, so
that nothing jumps. Levels are rounded to few steps, so that an equal screen needs no redraw.
"""

from dataclasses import dataclass, field
from enum import Enum

from saykey.panel.view import ModelState
from saykey.ports import Link

COLUMNS = 21
"""Characters in a line of words: 128 pixels at 6 pixels each."""

WORD_LINES = 2

HEADLINE_COLUMNS = 14
"""Characters of a headline beside its mark: 112 pixels at 8 pixels each."""

HOST_COLUMNS = 17

BAR_STEPS = 12


class Mark(Enum):
    """The picture beside the headline."""

    READY = "ready"
    LISTENING = "listening"
    WORKING = "working"
    TYPING = "typing"
    HELD = "held"
    LOADING = "loading"
    ASLEEP = "asleep"
    UNPLUGGED = "unplugged"
    WARNING = "warning"


class BarKind(Enum):
    """What a bar measures."""

    LEVEL = "level"
    PROGRESS = "progress"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of BAR_STEPS steps, of which ``filled`` are filled."""

    kind: BarKind
    filled: int


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything that the picture shows. ``loud``: the note asks the user to do something."""

    host: str
    link: Link
    model: ModelState
    mark: Mark
    headline: str
    bar: Bar | None
    words: tuple[str, ...] = field(repr=False)
    note: str
    loud: bool = False
