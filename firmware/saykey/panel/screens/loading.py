"""The screen while the model is being loaded."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, model_name, note_at_rest, note_of_held
from saykey.panel.view import ModelState, View


def screen(view: View) -> Screen | None:
    """Show the name of the model."""
    if view.model_state is not ModelState.LOADING:
        return None
    note, loud = note_of_held(view) if view.held else (note_at_rest(view, ""), False)
    return compose(view, Mark.LOADING, "Loading", model_name(view), note, loud=loud)
