"""Chooses the screen: the first one in order that applies to the view."""

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
    # what the device is doing
    listening.screen,
    typing.screen,
    finishing.screen,
    # what the user has to fix
    fault.screen,
    no_model.screen,
    loading.screen,
    # what waits
    thinking.screen,
    held.screen,
    failed.screen,
    # the state of the link
    ready.screen,
    asleep.screen,
    not_connected.screen,
)
"""The order of precedence. The last three cover all states of the link, so one always applies."""


def screen_of(view: View) -> Screen:
    """The screen for a view. Equal views have equal screens, whatever was shown before."""
    return next(shown for screen in SCREENS if (shown := screen(view)) is not None)
