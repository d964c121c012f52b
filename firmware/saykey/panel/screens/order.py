"""Which screen is shown: the first that has something to show."""

from collections.abc import Callable

from saykey.panel.screen import Screen
from saykey.panel.screens import (
    asleep,
    failed,
    fault,
    finishing,
    held,
    listening,
    loading,
    no_model,
    not_connected,
    ready,
    thinking,
    typing,
)
from saykey.panel.view import View

SCREENS: tuple[Callable[[View], Screen | None], ...] = (
    # what the device does
    listening.screen,
    typing.screen,
    finishing.screen,
    # what the user has to mend
    fault.screen,
    no_model.screen,
    loading.screen,
    # what waits
    thinking.screen,
    held.screen,
    failed.screen,
    # what the link allows
    ready.screen,
    asleep.screen,
    not_connected.screen,
)
"""The order of precedence. The last three match every state of the link, so one always matches."""


def screen_of(view: View) -> Screen:
    """The screen of a view: the same for equal views, whatever was shown before."""
    return next(shown for screen in SCREENS if (shown := screen(view)) is not None)
