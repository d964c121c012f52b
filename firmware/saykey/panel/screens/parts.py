"""Functions that several screens share: the layout of a screen, and the notes at the bottom."""

from typing import assert_never

from saykey.flow import Loudness
from saykey.panel import fit
from saykey.panel.screen import (
    COLUMNS,
    HEADLINE_COLUMNS,
    HOST_COLUMNS,
    WORD_LINES,
    Bar,
    Mark,
    Screen,
)
from saykey.panel.view import View
from saykey.ports import Link


def compose(  # noqa: PLR0913  one argument per region
    view: View,
    mark: Mark,
    headline: str,
    words: tuple[str, ...],
    note: str,
    *,
    loud: bool = False,
    bar: Bar | None = None,
) -> Screen:
    """A screen with these contents and the top bar of the view. Lines that are too long are cut."""
    return Screen(
        host=fit.cut(view.host, HOST_COLUMNS),
        link=view.link,
        model=view.model_state,
        mark=mark,
        headline=fit.cut(headline, HEADLINE_COLUMNS),
        bar=bar,
        words=words,
        note=fit.cut(note, COLUMNS),
        loud=loud,
    )


def warning(view: View, headline: str, advice: str) -> Screen:
    """A screen that says what is wrong and what to do.

    The third line of the advice is shown in place of the note, unless text is held.
    """
    if view.held:
        words = fit.beginning(advice, COLUMNS, WORD_LINES)
        note, loud = note_of_held(view)
        return compose(view, Mark.WARNING, headline, words, note, loud=loud)
    lines = fit.beginning(advice, COLUMNS, WORD_LINES + 1)
    rest = " ".join(lines[WORD_LINES:])
    return compose(view, Mark.WARNING, headline, lines[:WORD_LINES], rest)


def newest_words(view: View) -> tuple[str, ...]:
    """The end of the last recognised text."""
    return fit.newest(view.text, COLUMNS, WORD_LINES)


def model_name(view: View) -> tuple[str, ...]:
    """The name of the model, for the lines of words."""
    return fit.beginning(view.model, COLUMNS, WORD_LINES)


def note_at_work(view: View, told: int = 0, doing: str = "") -> str:
    """The note while the device works. The most important one wins.

    ``told`` is how many phrases in flight the headline already stands for. ``doing`` is a note on
    the work itself.
    """
    if view.link is not Link.UP:
        return "Text will be held"
    if note := note_of_loudness(view):
        return note
    if view.phrases > told:
        return f"{view.phrases} phrase{'s'[: view.phrases - 1]} at work"
    return doing or (f"{view.held} held" if view.held else "")


def note_at_rest(view: View, otherwise: str) -> str:
    """The note on the last dictation, or else the note ``otherwise``."""
    if view.lost_ms:
        return f"Lost {view.lost_ms} ms of sound"
    if note := note_of_loudness(view) or note_of_replaced(view):
        return note
    return "No words heard" if view.wordless else otherwise


def note_of_loudness(view: View) -> str:
    """The note on phrases that are too quiet or clipped, or ""."""
    match view.loudness:
        case Loudness.FINE:
            return ""
        case Loudness.TOO_QUIET:
            return "Too quiet: go closer"
        case Loudness.CLIPPED:
            return "Too loud: move back"
        case _:
            assert_never(view.loudness)


def note_of_replaced(view: View) -> str:
    """The note on replaced characters, or "".

    It names the script that the layout lacks, or else one replacement if that fits, or else the
    number of replacements.
    """
    if not view.substitutions:
        return ""
    if view.lacking:
        return f"No {view.lacking} keys"
    wanted, typed = view.replaced or ("", "")
    example = f"{view.substitutions} replaced: {wanted} > {typed}"
    if typed.strip() and len(example) <= COLUMNS:
        return example
    letters = "1 letter" if view.substitutions == 1 else f"{view.substitutions} letters"
    return f"{letters} replaced"


def note_of_held(view: View) -> tuple[str, bool]:
    """The note while text is held, and whether the user can have it typed now."""
    if view.link is not Link.UP:
        return f"{view.held} wait for the link", False
    wish = f"{'Hold' if view.toggle else 'Tap'} to type {view.held}"
    longer = f"{wish} held"
    return (longer if len(longer) <= COLUMNS else wish), True
