"""The virtual clock: what a test may rely on beyond the contract."""

import asyncio

import pytest

from saykey.simulated.clock import VirtualClock


def test_it_stands_still_by_itself():
    clock = VirtualClock(start=7)
    assert [clock.now(), clock.now()] == [7, 7]


def test_each_sleeper_sees_its_own_time_and_may_sleep_again():
    async def ticks():
        clock, seen = VirtualClock(), []

        async def tick():
            while True:
                await clock.sleep_until(clock.now() + 20)
                seen.append(clock.now())

        task = asyncio.create_task(tick())
        await clock.advance_to(70)
        task.cancel()
        assert seen == [20, 40, 60]
        assert clock.now() == 70

    asyncio.run(ticks())


def test_advance_wakes_all_who_are_due_and_nobody_else():
    async def sleeps():
        clock = VirtualClock()
        due, later = (asyncio.create_task(clock.sleep_until(at)) for at in (10, 11))
        await asyncio.sleep(0)
        clock.advance(10)
        await due
        assert not later.done()
        later.cancel()

    asyncio.run(sleeps())


def test_time_never_goes_back():
    clock = VirtualClock(start=5)
    with pytest.raises(ValueError, match="never goes back"):
        clock.advance(-1)
    with pytest.raises(ValueError, match="never goes back"):
        asyncio.run(clock.advance_to(4))
