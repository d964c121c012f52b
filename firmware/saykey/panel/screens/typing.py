"""The screen while text is being typed."""

from saykey.panel.screen import BAR_STEPS, Bar, BarKind, Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_work, note_of_replaced
from saykey.panel.view import View


def screen(view: View) -> Screen | None:
    """Show how much of the piece is typed, and its words."""
    if view.typing is None:
        return None
    done, all_of_it = view.typing
    bar = Bar(BarKind.PROGRESS, done * BAR_STEPS // all_of_it) if all_of_it else None
    note = note_at_work(view, doing=note_of_replaced(view))
    return compose(view, Mark.TYPING, "Typing", newest_words(view), note, bar=bar)
