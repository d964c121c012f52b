"""Implements ports.Clock with the system's monotonic clock."""

import asyncio
import time

NS_PER_S = 1_000_000_000


class MonotonicClock:
    """CLOCK_MONOTONIC: does not jump when the time of day is set (clock_gettime(2))."""

    def now(self) -> int:
        """Nanoseconds since an arbitrary start; never goes back."""
        return time.monotonic_ns()

    async def sleep_until(self, at: int) -> None:
        """Return once ``now() >= at``; at once if it already is."""
        while (left := at - self.now()) > 0:  # noqa: ASYNC110 - the loop may wake a tick early
            await asyncio.sleep(left / NS_PER_S)
