"""The screen after the release, while the last audio is being read."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_work
from saykey.panel.view import Listening, View


def screen(view: View) -> Screen | None:
    """Show the words recognised so far."""
    if view.capture is not Listening.FINISHING:
        return None
    note = note_at_work(view, told=1)
    return compose(view, Mark.WORKING, "Finishing", newest_words(view), note)
