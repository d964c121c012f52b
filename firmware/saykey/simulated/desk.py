"""The things on the desk: a button, a lamp and a display that exist in memory only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from saykey.flow import Edge
from saykey.ports import Clock, Light

if TYPE_CHECKING:
    from PIL.Image import Image


class DeskButton:
    """A button that code presses. It does not bounce; pressing it twice without release is once."""

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
        """It never goes away."""

    def press(self) -> None:
        """Push it down."""
        self._move(down=True)

    def release(self) -> None:
        """Let it go."""
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
        """Dark."""
        self.light = Light.OFF

    def show(self, light: Light) -> None:
        """Show it until told otherwise."""
        self.light = light

    def close(self) -> None:
        """Dark."""
        self.light = Light.OFF


class DeskDisplay:
    """A display that keeps the picture it shows; None while it is dark."""

    def __init__(self) -> None:
        self.picture: Image | None = None

    async def show(self, picture: Image) -> None:
        """Show a copy of the picture."""
        self.picture = picture.copy()

    async def close(self) -> None:
        """Dark."""
        self.picture = None
