"""A simulated button, lamp and display. They exist in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from saykey.flow import Edge
from saykey.ports import Clock, Light

if TYPE_CHECKING:
    from PIL.Image import Image


class DeskButton:
    """A button that is pressed by calls. It does not bounce. A second press in a row is ignored."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._down = False
        self._on_edge: Callable[[Edge], None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def open(self, on_edge: Callable[[Edge], None]) -> None:
        """Call back from the running event loop on each edge."""
        self._loop = asyncio.get_running_loop()
        self._on_edge = on_edge

    def check(self) -> None:
        """Do nothing: this button never goes away."""

    def press(self) -> None:
        """Press the button."""
        self._move(down=True)

    def release(self) -> None:
        """Release the button."""
        self._move(down=False)

    def close(self) -> None:
        """No further callbacks."""
        self._on_edge = None

    def _move(self, *, down: bool) -> None:
        if down == self._down:
            return
        self._down = down
        if self._loop is not None and self._on_edge is not None:
            self._loop.call_soon_threadsafe(self._deliver, Edge(self._clock.now(), down))

    def _deliver(self, edge: Edge) -> None:
        if self._on_edge is not None:
            self._on_edge(edge)


class DeskLamp:
    """A lamp that remembers what it shows."""

    def __init__(self) -> None:
        self.light = Light.OFF

    def open(self) -> None:
        """Start dark."""
        self.light = Light.OFF

    def show(self, light: Light) -> None:
        """Show this light until the next call."""
        self.light = light

    def close(self) -> None:
        """Switch the lamp off."""
        self.light = Light.OFF


class DeskDisplay:
    """A display that keeps the picture that it shows; None while it is dark."""

    def __init__(self) -> None:
        self.picture: Image | None = None

    async def show(self, picture: Image) -> None:
        """Show a copy of the picture."""
        self.picture = picture.copy()

    async def close(self) -> None:
        """Switch the display off."""
        self.picture = None
