"""Reads the button, and posts gestures. It keeps the timer that gestures depend on."""

import asyncio
from collections.abc import Callable

from saykey.clock import NS_PER_S
from saykey.errors import HardwareError
from saykey.events import Event, Gestured
from saykey.flow import Edge
from saykey.panel.gestures import ButtonState, deadline, step
from saykey.ports import Button, Clock
from saykey.settings.schema import ButtonSettings

CHECK_NS = 5 * NS_PER_S
"""How often the button is checked: one that went away delivers no edges, and so no error."""


class Hand:
    """Posts each gesture of the button while `run` runs."""

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

    async def run(self, works: Callable[[], None]) -> None:
        """Read the button until cancelled. See saykey.attach.Use. Raises HardwareError.

        A button that goes away while it is down counts as released, because its release would never
        be reported.
        """
        self._button.open(self._happened)
        works()
        try:
            while True:
                await self._clock.sleep_until(self._clock.now() + CHECK_NS)
                self._button.check()
        except HardwareError:
            self._happened(Edge(self._clock.now(), down=False))
            raise
        finally:
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
