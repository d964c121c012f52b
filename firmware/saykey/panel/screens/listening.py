"""The screen while the device listens."""

from saykey.flow import LEVEL_STEP_DB
from saykey.panel.screen import BAR_STEPS, Bar, BarKind, Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_work
from saykey.panel.view import Listening, View

QUIETEST_DB = -60.0
"""The level at which the bar is empty. A quiet room is below it. The bar is full at -12 dB, which
loud speech reaches."""


def screen(view: View) -> Screen | None:
    """Show the level, and the words recognised so far."""
    if view.capture is not Listening.LISTENING:
        return None
    filled = round((view.level_db - QUIETEST_DB) / LEVEL_STEP_DB)
    bar = Bar(BarKind.LEVEL, min(max(filled, 0), BAR_STEPS))
    note = "Recorded, not typed" if view.lent else note_at_work(view)
    return compose(view, Mark.LISTENING, "Listening", newest_words(view), note, bar=bar)
