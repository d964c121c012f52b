"""The screen while text is held for the current host."""

from saykey.panel import fit
from saykey.panel.screen import COLUMNS, WORD_LINES, Mark, Screen
from saykey.panel.screens.parts import compose, note_of_held
from saykey.panel.view import View


def screen(view: View) -> Screen | None:
    """Show the end of the held text, and how to type it."""
    if not view.held:
        return None
    words = fit.newest(view.held_text, COLUMNS, WORD_LINES)
    if view.held_doubtful:
        words = (*fit.newest(view.held_text, COLUMNS, 1), "Start may be doubled")
    note, loud = note_of_held(view)
    return compose(view, Mark.HELD, "Held", words, note, loud=loud)
