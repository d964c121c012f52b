"""A clock whose time is advanced by calls, so that a test never sleeps."""

import asyncio
import heapq
from itertools import count

TURNS_TO_SETTLE = 25
"""Turns of the event loop after each sleeper is woken: more than any chain of awaits here needs."""


class VirtualClock:
    """A clock in nanoseconds. Only `advance` and `advance_to` change its time."""

    def __init__(self, start: int = 0) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        """The time in nanoseconds. It starts at the constructor's ``start``."""
        return self._now

    async def sleep_until(self, at: int) -> None:
        """Return when ``now() >= at``, at once if ``at`` is past."""
        if at <= self._now:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), woken))
        await woken

    def advance(self, ns: int) -> None:
        """Advance the time at once. All sleepers that are due wake, the earliest first."""
        if ns < 0:
            raise ValueError("time never goes back")
        target = self._now + ns
        while self._wake_next(target):
            pass
        self._now = target

    async def advance_to(self, at: int) -> None:
        """Advance the time from sleeper to sleeper. Each sees its own time and may sleep again."""
        if at < self._now:
            raise ValueError("time never goes back")
        await _settle()
        while self._wake_next(at):
            await _settle()
        self._now = at
        await _settle()

    def _wake_next(self, until: int) -> bool:
        """Wake the earliest sleeper that is due by ``until``. False if there is none."""
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                self._now = at
                sleeper.set_result(None)
                return True
        return False


async def _settle() -> None:
    """Run all tasks that wait only for a turn of the event loop."""
    for _ in range(TURNS_TO_SETTLE):
        await asyncio.sleep(0)
