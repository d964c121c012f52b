"""Keeps the display and the LED up to date.

Only the latest state is drawn, and only if it looks different.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from saykey.panel.screen import Screen
from saykey.panel.screens.order import screen_of
from saykey.panel.view import View
from saykey.ports import Clock, Display, Lamp, Light

if TYPE_CHECKING:
    from PIL.Image import Image

FRAME_NS = 100_000_000
"""The shortest time between two pictures. 1 KB over I2C at 400 kHz takes 25 ms."""


class Painter:
    """Draws on the display while `run` runs. Call `changed` after each step of the device."""

    def __init__(self, display: Display, clock: Clock, view: Callable[[], View]) -> None:
        self._display = display
        self._clock = clock
        self._view = view
        self._loaded = False
        self._changed = asyncio.Event()
        self._drawn_at = -FRAME_NS

    def changed(self) -> None:
        """Note that the device may look different now. Cheap."""
        self._changed.set()

    async def run(self, works: Callable[[], None]) -> None:
        """Draw until cancelled. See saykey.attach.Use. Raises HardwareError."""
        shown: Screen | None = None  # a display that was away has lost its picture
        while True:
            await self._clock.sleep_until(self._drawn_at + FRAME_NS)
            self._changed.clear()
            latest = screen_of(self._view())
            if latest != shown:
                await self._display.show(await self._picture(latest))
                works()
            shown = latest
            self._drawn_at = self._clock.now()
            await self._changed.wait()

    async def _picture(self, latest: Screen) -> Image:
        if self._loaded:
            return _drawn(latest)
        # The first picture loads Pillow and the fonts, which would block the loop too long.
        picture = await asyncio.to_thread(_drawn, latest)
        self._loaded = True
        return picture

    async def close(self) -> None:
        """Switch the display off."""
        await self._display.close()


class Lighter:
    """Sets the LED while `run` runs. Call `changed` after each step of the device."""

    def __init__(self, lamp: Lamp, light: Callable[[], Light]) -> None:
        self._lamp = lamp
        self._light = light
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Note that the light may have changed. Cheap."""
        self._changed.set()

    async def run(self, works: Callable[[], None]) -> None:
        """Show the light until cancelled, then switch it off. See saykey.attach.Use.

        Raises HardwareError.
        """
        try:
            self._lamp.open()
            works()
            while True:
                self._changed.clear()
                self._lamp.show(self._light())
                await self._changed.wait()
        finally:
            self._lamp.close()


def _drawn(screen: Screen) -> Image:
    from saykey.panel.picture import draw

    return draw(screen)
