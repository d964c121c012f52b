"""Keeps the display and the lamp up to date: the latest look wins, equal ones are not drawn."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from saykey.errors import HardwareError
from saykey.panel.screen import Screen
from saykey.panel.screens.order import screen_of
from saykey.panel.view import View
from saykey.ports import Clock, Display, Lamp, Light

if TYPE_CHECKING:
    from PIL.Image import Image

FRAME_NS = 100_000_000
"""Between two pictures at least: 1 KB over I2C at 400 kHz takes 25 ms."""

_log = logging.getLogger(__name__)


class Painter:
    """Call `changed` after each step of the device; `run` draws when there is time."""

    def __init__(
        self,
        display: Display | None,
        lamp: Lamp | None,
        clock: Clock,
        view: Callable[[], View],
        light: Callable[[], Light],
    ) -> None:
        self._display = display
        self._lamp = lamp
        self._clock = clock
        self._view = view
        self._light = light
        self._lit: Light | None = None
        self._shown: Screen | None = None
        self._failed = False
        self._loaded = False
        self._changed = asyncio.Event()
        self._drawn_at = -FRAME_NS

    def changed(self) -> None:
        """The device may look different now. Cheap."""
        light = self._light()
        if self._lamp is not None and light is not self._lit:
            self._lamp.show(light)
            self._lit = light
        self._changed.set()

    async def run(self) -> None:
        """Draw until cancelled. A display that fails is logged once, and tried again."""
        if self._display is None:
            return
        while True:
            await self._changed.wait()
            await self._clock.sleep_until(self._drawn_at + FRAME_NS)
            self._changed.clear()
            try:
                await self._draw(self._display)
            except HardwareError as error:
                if not self._failed:
                    _log.warning("%s", error)
                self._failed = True
            self._drawn_at = self._clock.now()

    async def _draw(self, display: Display) -> None:
        latest = screen_of(self._view())
        if latest == self._shown:
            return
        if self._loaded:
            picture = _drawn(latest)
        else:  # it loads Pillow and the fonts, which takes too long for the loop
            picture = await asyncio.to_thread(_drawn, latest)
            self._loaded = True
        await display.show(picture)
        self._shown, self._failed = latest, False

    async def close(self) -> None:
        """Dark."""
        if self._lamp is not None:
            self._lamp.close()
        if self._display is not None:
            await self._display.close()


def _drawn(screen: Screen) -> Image:
    from saykey.panel.picture import draw

    return draw(screen)
