"""The screen of a fault that only the user can fix."""

from saykey.panel.screen import Screen
from saykey.panel.screens.parts import warning
from saykey.panel.view import View


def screen(view: View) -> Screen | None:
    """Show the first fault, and what to do about it."""
    if not view.faults:
        return None
    return warning(view, view.faults[0].title, view.faults[0].advice)
