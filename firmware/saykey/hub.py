"""The hub: one inbox and one device state.

It steps the state with each event, in order, and has the effects performed.
"""

import asyncio
from collections.abc import Callable

from saykey.effects import Effect, Exit
from saykey.events import Event
from saykey.ports import Clock
from saykey.state.device import Device, Step
from saykey.state.step import step

Observer = Callable[[Event, Device, tuple[Effect, ...], int], None]
"""Called after each step with the event, the device after it, the effects, and the time (ns)."""


class Hub:
    """Handles all events, in order. They come in by `post` and `ask` only."""

    def __init__(self, first: Step, clock: Clock, perform: Callable[[Effect], None]) -> None:
        self.device, self._effects = first.device, first.effects
        self._clock = clock
        self._perform = perform
        self._observers: list[Observer] = []
        self._inbox: asyncio.Queue[tuple[Event, asyncio.Future[str] | None]] = asyncio.Queue()

    def observe(self, observer: Observer) -> None:
        """Call this observer after every step, from the event loop. It must not block."""
        self._observers.append(observer)

    def post(self, event: Event) -> None:
        """Put an event into the inbox. Returns at once."""
        self._inbox.put_nowait((event, None))

    async def ask(self, event: Event) -> str:
        """Put an event into the inbox and wait until the state has handled it.

        Returns the reason, one line, if the state refused it; else "".
        """
        taken: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, taken))
        return await taken

    async def run(self) -> Exit:
        """Handle events until the shutdown after a ShutdownWanted is complete."""
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
