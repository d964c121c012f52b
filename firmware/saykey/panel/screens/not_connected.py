"""The screen while the host is not connected, or its link is not known yet."""

from saykey.panel.screen import Mark, Screen
from saykey.panel.screens.parts import compose, newest_words, note_at_rest
from saykey.panel.view import View
from saykey.ports import Link


def screen(view: View) -> Screen | None:
    """Show the last text, or what to do."""
    if view.link not in _HEADLINES:
        return None
    words = newest_words(view) if view.text else ("Plug the cable in.",)
    note = note_at_rest(view, "Text will be held")
    return compose(view, Mark.UNPLUGGED, _HEADLINES[view.link], words, note)


_HEADLINES = {Link.DOWN: "Not connected", Link.UNKNOWN: "Connecting"}
