"""Reads the button: its edges, and the time when a gesture depends on it, become gestures."""

import asyncio
from collections.abc import Callable

from saykey.events import Event, Gestured
from saykey.flow import Edge
from saykey.panel.gestures import ButtonState, deadline, step
from saykey.ports import Button, Clock
from saykey.settings.schema import ButtonSettings


class Hand:
    """Posts each gesture made on the button, from ``open`` to ``close``."""

    def __init__(
        self,
        button: Button,
        settings: ButtonSettings,
        clock: Clock,
        post: Callable[[Event], None],
    ) -> None:
        self._button = button
        self._settings = settings
        self._clock = clock
        self._post = post
        self._state = ButtonState()
        self._alarm: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Start to read. Raises HardwareError."""
        self._button.open(self._happened)

    def close(self) -> None:
        """Read no more."""
        self._button.close()
        self._disarm()

    def _happened(self, happened: Edge | int) -> None:
        self._state, gestures = step(self._state, happened, self._settings)
        for gesture in gestures:
            self._post(Gestured(gesture))
        at = deadline(self._state)
        if isinstance(happened, Edge):
            self._disarm()
        if at is not None:
            self._alarm = asyncio.get_running_loop().create_task(self._ring(at))

    def _disarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    async def _ring(self, at: int) -> None:
        await self._clock.sleep_until(at)
        self._happened(at)
