"""The screen while the host is connected and the device is idle."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, model_name, newest_words, note_at_rest
from saykey.panel.view import View
from saykey.ports import Link


def screen(view: View) -> Screen | None:
    """Show the last text, or else the model's name, and how to start."""
    if view.link is not Link.UP:
        return None
    words = newest_words(view) if view.text else model_name(view)
    note = note_at_rest(view, "Tap to talk" if view.toggle else "Hold to talk")
    return compose(view, Mark.READY, "Ready", words, note)
