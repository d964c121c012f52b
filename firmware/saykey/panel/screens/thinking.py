"""The screen while phrases are being recognised."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_work
from saykey.panel.view import View


def screen(view: View) -> Screen | None:
    """Show the words recognised so far."""
    if not view.phrases:
        return None
    note = note_at_work(view, told=1)
    return compose(view, Mark.WORKING, "Thinking", newest_words(view), note)
