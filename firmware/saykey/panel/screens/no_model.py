"""The screen when the model cannot be used and no fault says why."""

from saykey.panel.screen import Screen
from saykey.panel.screens.parts import warning
from saykey.panel.view import ModelState, View


def screen(view: View) -> Screen | None:
    """Show the name of the model."""
    if view.model_state is not ModelState.FAILED:
        return None
    return warning(view, "No model", f"{view.model} cannot be used.")
