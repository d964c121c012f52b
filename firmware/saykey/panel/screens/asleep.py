"""The screen while the host is asleep."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_rest
from saykey.panel.view import View
from saykey.ports import Link


def screen(view: View) -> Screen | None:
    """Show the last text, and how to wake the host."""
    if view.link is not Link.ASLEEP:
        return None
    note = note_at_rest(view, "Press to wake it")
    return compose(view, Mark.ASLEEP, "Asleep", newest_words(view), note)
