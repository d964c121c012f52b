"""Parts that are missing at the start, go away and come back, on a virtual clock."""

import asyncio
from collections.abc import Callable

import pytest

from saykey.attach import attach
from saykey.clock import NS_PER_S
from saykey.errors import HardwareError
from saykey.events import Event, PartFound, PartMissing
from saykey.simulated.clock import VirtualClock


class Socket:
    """Where a part is plugged in; ``reason`` is why it cannot be used, empty when it works."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.tried_at: list[int] = []
        self.clock = VirtualClock()
        self.told: list[Event] = []
        self._changed = asyncio.Event()

    async def use(self, works: Callable[[], None]) -> None:
        self.tried_at.append(self.clock.now() // NS_PER_S)
        while not self.reason:
            works()
            self._changed.clear()
            await self._changed.wait()
        raise HardwareError(self.reason)

    def becomes(self, reason: str) -> None:
        self.reason = reason
        self._changed.set()

    async def until(self, second: int) -> None:
        await self.clock.advance_to(second * NS_PER_S)


def play(scene: Callable[[Socket], object], reason: str = "") -> Socket:
    async def life() -> Socket:
        socket = Socket(reason)
        task = asyncio.create_task(attach("button", socket.use, socket.clock, socket.told.append))
        await scene(socket)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
        return socket

    return asyncio.run(life())


def test_a_part_that_works_from_the_start_is_not_reported() -> None:
    assert play(lambda socket: socket.until(60)).told == []


def test_a_missing_part_is_tried_after_growing_pauses_and_reported_once() -> None:
    socket = play(lambda socket: socket.until(40), "plug it in")
    assert socket.tried_at == [0, 1, 3, 7, 15, 25, 35]
    assert socket.told == [PartMissing("button", "plug it in")]


def test_a_part_that_comes_is_reported_and_not_tried_any_more() -> None:
    async def scene(socket: Socket) -> None:
        await socket.until(2)
        socket.becomes("")
        await socket.until(60)

    socket = play(scene, "plug it in")
    assert socket.tried_at == [0, 1, 3]
    assert socket.told == [PartMissing("button", "plug it in"), PartFound("button")]


def test_another_reason_is_reported() -> None:
    async def scene(socket: Socket) -> None:
        await socket.until(2)
        socket.becomes("join the group gpio")
        await socket.until(20)

    told = play(scene, "plug it in").told
    assert [event.reason for event in told] == ["plug it in", "join the group gpio"]


def test_a_part_that_goes_away_is_soon_tried_again() -> None:
    async def scene(socket: Socket) -> None:
        await socket.until(20)
        socket.becomes("")
        await socket.until(30)
        socket.becomes("it went away")
        await socket.until(30)
        socket.becomes("")
        await socket.until(31)

    socket = play(scene, "plug it in")
    assert socket.tried_at[-2:] == [25, 31]
    assert [type(event) for event in socket.told] == [PartMissing, PartFound] * 2
