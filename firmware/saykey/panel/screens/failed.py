"""The screen after phrases could not be recognised."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose
from saykey.panel.view import View


def screen(view: View) -> Screen | None:
    """Show how many failed phrases are kept, and how to try again."""
    if not view.failed:
        return None
    kept = "1 phrase is kept." if view.failed == 1 else f"{view.failed} phrases are kept."
    return compose(view, Mark.WARNING, "Not recognised", (kept, "Run: saykey retry"), "")
