"""What stands on the display, derived from a view of the device; nothing is stored.

The display is 128 x 64: a top bar (host, link, model), a headline with a mark and sometimes a
bar, two lines of words, and a note at the bottom. Every region keeps its place in all states,
and levels are rounded to few steps, so that nothing jumps and equal looks need no redraw.
"""

from dataclasses import dataclass, field
from enum import Enum

from saykey.flow import LEVEL_STEP_DB
from saykey.panel import fit
from saykey.panel.view import Capture, ModelState, View
from saykey.ports import Link

COLUMNS = 21
"""Characters in a line of words: 128 pixels at 6 each."""

WORD_LINES = 2

HEADLINE_COLUMNS = 14
"""Characters of a headline beside its mark: 112 pixels at 8 each."""

HOST_COLUMNS = 17

BAR_STEPS = 12

QUIETEST_DB = -60.0
"""The level at which the bar is empty; a quiet room is below it. It is full at -12 dB, which loud
speech reaches."""


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
    """A bar with ``filled`` of BAR_STEPS steps."""

    kind: BarKind
    filled: int


@dataclass(frozen=True, slots=True)
class Screen:
    """Everything the picture shows. ``loud``: the note asks for something the user can do."""

    host: str
    link: Link
    model: ModelState
    mark: Mark
    headline: str
    bar: Bar | None
    words: tuple[str, ...] = field(repr=False)
    note: str
    loud: bool = False


def screen(view: View) -> Screen:
    """The screen of a view: the same for equal views, whatever was shown before."""
    mark, headline = _headline(view)
    note, loud = _note(view, mark)
    words = _words(view, mark, WORD_LINES if note else WORD_LINES + 1)
    return Screen(
        host=fit.cut(view.host, HOST_COLUMNS),
        link=view.link,
        model=view.model_state,
        mark=mark,
        headline=fit.cut(headline, HEADLINE_COLUMNS),
        bar=_bar(view, mark),
        words=words[:WORD_LINES],
        note=fit.cut(note or " ".join(words[WORD_LINES:]), COLUMNS),
        loud=loud,
    )


def _headline(view: View) -> tuple[Mark, str]:
    """The first of these that is true: work first, then what needs mending, then what waits."""
    if view.capture is Capture.LISTENING:
        return Mark.LISTENING, "Listening"
    if view.typing is not None:
        return Mark.TYPING, "Typing"
    if view.capture is Capture.FINISHING:
        return Mark.WORKING, "Finishing"
    if view.faults:
        return Mark.WARNING, view.faults[0].title
    if view.model_state is not ModelState.READY:
        return _MODEL[view.model_state]
    if view.phrases:
        return Mark.WORKING, "Thinking"
    if view.held:
        return Mark.HELD, "Held"
    if view.failed:
        return Mark.WARNING, "Not recognised"
    return _LINK[view.link]


_MODEL = {
    ModelState.LOADING: (Mark.LOADING, "Loading"),
    ModelState.FAILED: (Mark.WARNING, "No model"),
}

_LINK = {
    Link.UP: (Mark.READY, "Ready"),
    Link.ASLEEP: (Mark.ASLEEP, "Asleep"),
    Link.DOWN: (Mark.UNPLUGGED, "Not connected"),
    Link.UNKNOWN: (Mark.UNPLUGGED, "Connecting"),
}


def _words(view: View, mark: Mark, lines: int) -> tuple[str, ...]:
    """Two lines under the headline; advice goes on in the place of the note if that is free."""
    if mark is Mark.WARNING and view.faults:
        return fit.beginning(view.faults[0].advice, COLUMNS, lines)
    if mark is Mark.WARNING and view.model_state is ModelState.FAILED:
        return fit.beginning(f"{view.model} cannot be used.", COLUMNS, lines)
    if mark is Mark.WARNING:
        kept = "1 phrase is kept." if view.failed == 1 else f"{view.failed} phrases are kept."
        return kept, "Run: saykey retry"
    if mark is Mark.HELD and view.held_doubtful:
        return (*fit.newest(view.held_text, COLUMNS, 1), "Start may be doubled")
    if mark is Mark.HELD:
        return fit.newest(view.held_text, COLUMNS, WORD_LINES)
    if mark is Mark.LOADING:
        return fit.beginning(view.model, COLUMNS, WORD_LINES)
    if mark is Mark.READY and not view.text:
        return fit.beginning(view.model, COLUMNS, WORD_LINES)
    if mark is Mark.UNPLUGGED and not view.text:
        return ("Plug the cable in.",)
    return fit.newest(view.text, COLUMNS, WORD_LINES)


def _note(view: View, mark: Mark) -> tuple[str, bool]:
    if mark in {Mark.LISTENING, Mark.TYPING, Mark.WORKING}:
        return _note_at_work(view, mark), False
    if view.held:
        return _note_of_held(view)
    if mark is Mark.WARNING:
        return "", False
    if view.lost_ms:
        return f"Lost {view.lost_ms} ms of sound", False
    if view.substitutions:
        return _note_of_replaced(view), False
    if mark is Mark.LOADING:
        return "", False
    if view.link is Link.ASLEEP:
        return "Press to wake it", False
    if view.link is not Link.UP:
        return "Text will be held", False
    return ("Tap to talk" if view.toggle else "Hold to talk"), False


def _note_at_work(view: View, mark: Mark) -> str:
    if view.link is not Link.UP:
        return "Text will be held"
    if view.phrases > (mark is Mark.WORKING):
        return f"{view.phrases} phrase{'s'[: view.phrases - 1]} at work"
    if view.substitutions and mark is Mark.TYPING:
        return _note_of_replaced(view)
    return f"{view.held} held" if view.held else ""


def _note_of_replaced(view: View) -> str:
    """The most that fits: which script the layout lacks, or what stands for what, or how many."""
    if view.lacking:
        return f"No {view.lacking} keys"
    wanted, typed = view.replaced or ("", "")
    example = f"{view.substitutions} replaced: {wanted} > {typed}"
    if typed.strip() and len(example) <= COLUMNS:
        return example
    letters = "1 letter" if view.substitutions == 1 else f"{view.substitutions} letters"
    return f"{letters} replaced"


def _note_of_held(view: View) -> tuple[str, bool]:
    if view.link is not Link.UP:
        return f"{view.held} wait for the link", False
    wish = f"{'Hold' if view.toggle else 'Tap'} to type {view.held}"
    longer = f"{wish} held"
    return (longer if len(longer) <= COLUMNS else wish), True


def _bar(view: View, mark: Mark) -> Bar | None:
    if mark is Mark.LISTENING:
        filled = round((view.level_db - QUIETEST_DB) / LEVEL_STEP_DB)
        return Bar(BarKind.LEVEL, min(max(filled, 0), BAR_STEPS))
    if mark is Mark.TYPING and view.typing is not None and view.typing[1]:
        done, all_of_it = view.typing
        return Bar(BarKind.PROGRESS, done * BAR_STEPS // all_of_it)
    return None
