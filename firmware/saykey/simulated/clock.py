"""A clock that stands still until it is told to go on, so that a test never sleeps."""

import asyncio
import heapq
from itertools import count

TURNS_TO_SETTLE = 25
"""Turns the loop gets after each sleeper is woken: more than any chain of awaits here takes."""


class VirtualClock:
    """Time goes on only by `advance` and `advance_to`, in nanoseconds."""

    def __init__(self, start: int = 0) -> None:
        self._now = start
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now(self) -> int:
        """Nanoseconds; starts at the constructor's ``start``."""
        return self._now

    async def sleep_until(self, at: int) -> None:
        """Return once ``now() >= at``; at once if it already is."""
        if at <= self._now:
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (at, next(self._order), woken))
        await woken

    def advance(self, ns: int) -> None:
        """Let this much time pass at once: all who are due wake, the earliest first."""
        if ns < 0:
            raise ValueError("time never goes back")
        target = self._now + ns
        while self._wake_next(target):
            pass
        self._now = target

    async def advance_to(self, at: int) -> None:
        """Let time pass sleeper by sleeper: each sees its own time and may sleep again."""
        if at < self._now:
            raise ValueError("time never goes back")
        await _settle()
        while self._wake_next(at):
            await _settle()
        self._now = at
        await _settle()

    def _wake_next(self, until: int) -> bool:
        """Go to the earliest sleeper due by then and wake it; False if there is none."""
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.done():
                self._now = at
                sleeper.set_result(None)
                return True
        return False


async def _settle() -> None:
    """Let everything run that waits for no more than the loop."""
    for _ in range(TURNS_TO_SETTLE):
        await asyncio.sleep(0)
