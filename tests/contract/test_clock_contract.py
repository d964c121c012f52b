"""The contract of the port Clock, for the real and the virtual clock."""

import asyncio

import pytest

from saykey.clock import MonotonicClock
from saykey.simulated.clock import VirtualClock

MS = 1_000_000


async def _passes(clock, ns):
    """Let time pass. The real clock advances by itself; the virtual one is advanced."""
    if isinstance(clock, VirtualClock):
        await clock.advance_to(clock.now() + ns)


@pytest.fixture(params=[MonotonicClock, VirtualClock], ids=["monotonic", "virtual"])
def clock(request):
    return request.param()


def test_now_is_whole_nanoseconds_and_never_goes_back(clock):
    times = [clock.now() for _ in range(100)]
    assert all(isinstance(time, int) for time in times)
    assert times == sorted(times)


def test_sleep_until_returns_at_once_when_the_time_is_past(clock):
    asyncio.run(asyncio.wait_for(clock.sleep_until(clock.now()), 1))
    asyncio.run(asyncio.wait_for(clock.sleep_until(clock.now() - MS), 1))


def test_sleep_until_returns_no_earlier_than_asked(clock):
    async def sleeps():
        at = clock.now() + 3 * MS
        sleeper = asyncio.create_task(clock.sleep_until(at))
        await _passes(clock, 3 * MS)
        await asyncio.wait_for(sleeper, 5)
        assert clock.now() >= at

    asyncio.run(sleeps())


def test_sleepers_wake_in_the_order_of_their_times(clock):
    async def sleeps():
        woken = []

        async def sleeper(ms):
            await clock.sleep_until(start + ms * MS)
            woken.append(ms)

        start = clock.now()
        tasks = [asyncio.create_task(sleeper(ms)) for ms in (9, 3, 6)]
        await _passes(clock, 9 * MS)
        await asyncio.gather(*tasks)
        assert woken == [3, 6, 9]

    asyncio.run(sleeps())


def test_a_cancelled_sleeper_disturbs_no_other(clock):
    async def sleeps():
        start = clock.now()
        cancelled = asyncio.create_task(clock.sleep_until(start + 1 * MS))
        other = asyncio.create_task(clock.sleep_until(start + 2 * MS))
        await asyncio.sleep(0)
        cancelled.cancel()
        await _passes(clock, 2 * MS)
        await asyncio.wait_for(other, 5)
        assert cancelled.cancelled()

    asyncio.run(sleeps())
