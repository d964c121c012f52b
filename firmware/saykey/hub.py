"""The hub: one inbox, one state. Steps the state with each event and has the effects performed."""

import asyncio
from collections.abc import Callable

from saykey.effects import Effect, Exit
from saykey.events import Event
from saykey.ports import Clock
from saykey.state.device import Device, Step
from saykey.state.step import step

Observer = Callable[[Event, Device, tuple[Effect, ...], int], None]
"""Looks at each step: the event, the device after it, what it began, and when (ns)."""


class Hub:
    """Everything that happens passes here, in order. `post` and `ask` are the only ways in."""

    def __init__(self, first: Step, clock: Clock, perform: Callable[[Effect], None]) -> None:
        self.device, self._effects = first.device, first.effects
        self._clock = clock
        self._perform = perform
        self._observers: list[Observer] = []
        self._inbox: asyncio.Queue[tuple[Event, asyncio.Future[str] | None]] = asyncio.Queue()

    def observe(self, observer: Observer) -> None:
        """Have this called after every step, from the event loop; it must not block."""
        self._observers.append(observer)

    def post(self, event: Event) -> None:
        """Something happened. Returns at once."""
        self._inbox.put_nowait((event, None))

    async def ask(self, event: Event) -> str:
        """Post an event and wait until the device has taken it in.

        Returns why it refused, one line, or "" if it did not.
        """
        taken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, taken))
        return await taken

    async def run(self) -> Exit:
        """Until the device has put everything away after a ShutdownWanted."""
        for effect in self._effects:
            self._perform(effect)
        while True:
            event, taken = await self._inbox.get()
            now = self._clock.now()
            self.device, effects, refusal = step(self.device, event, now)
            for effect in effects:
                self._perform(effect)
            for observer in self._observers:
                observer(event, self.device, effects, now)
            if taken is not None and not taken.done():
                taken.set_result(refusal)
            for effect in effects:
                if isinstance(effect, Exit):
                    return effect
