"""The contract of the port Transport, for the simulated host and a host process behind a socket.

In the virtual machine of tests/kernel, where SAYKEY_KERNEL=real, also for the kernel's USB gadget.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from transport_rigs import IN_THE_VM, PATIENCE_S, ProcessRig, Rig, SimulatedRig

from saykey.effects import TypeEdits
from saykey.errors import LinkLost
from saykey.events import Event, TypingFinished, TypingStopped
from saykey.flow import ALL_UP, Insert, Report, inserted
from saykey.keyboard.typist import Typist
from saykey.ports import Link
from saykey.settings.schema import HostSettings

HOST = HostSettings()
TEXT = "The quick brown fox — jumps over: 13 (lazy) dogs!"
AS_TYPED = TEXT.replace("—", "--")


def key(usage: int) -> Report:
    return Report(bytes((0, 0, usage, 0, 0, 0, 0, 0)))


if IN_THE_VM:
    from gadget_rig import GadgetHand

    class GadgetRig(GadgetHand, Rig):
        def __init__(self, _path: Path) -> None:
            super().__init__()
            self.prepare()

    KINDS = SLEEPING_KINDS = [pytest.param(GadgetRig, id="kernel")]
else:
    KINDS = [SimulatedRig, ProcessRig]
    SLEEPING_KINDS = [SimulatedRig]

RIGS = pytest.mark.parametrize("rig_kind", KINDS)
RIGS_THAT_SLEEP = pytest.mark.parametrize("rig_kind", SLEEPING_KINDS)


def play(rig: Rig, scene: Callable[[Rig], Awaitable[None]]) -> None:
    async def perform() -> None:
        await rig.begin()
        try:
            await scene(rig)
        finally:
            await rig.end()

    asyncio.run(perform())


async def finished(rig: Rig, work: asyncio.Task[None]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not work.done():
            await rig.pass_time()
    await work


async def send_all(rig: Rig, *reports: Report) -> None:
    for report in reports:
        await finished(rig, asyncio.create_task(rig.transport.send(report)))


@RIGS
def test_the_first_state_of_the_link_is_reported(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        assert rig.links == [Link.UP]

    play(rig_kind(tmp_path), scene)


@RIGS
def test_reports_reach_the_host_in_order(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await send_all(rig, key(4), key(5), key(6), key(7), ALL_UP)
        await rig.shows("abcd")

    play(rig_kind(tmp_path), scene)


@RIGS
def test_the_hosts_lock_lights_are_reported(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        caps_lock, light = key(0x39), 0x02
        await send_all(rig, caps_lock, ALL_UP, key(4), ALL_UP)
        await rig.shows("A")
        await rig.until(lambda: rig.leds[-1:] == [light])

    play(rig_kind(tmp_path), scene)


@RIGS
def test_no_more_than_in_doubt_reports_are_accepted_while_the_host_does_not_poll(
    rig_kind, tmp_path
):
    async def scene(rig: Rig) -> None:
        await rig.pass_time()
        rig.stall()
        accepted = 0
        sending: asyncio.Task[None] | None = None
        for usage in range(4, 10):
            sending = asyncio.create_task(rig.transport.send(key(usage)))
            await rig.pass_time()
            await rig.pass_time()
            if not sending.done():
                break
            accepted += 1
        assert accepted == rig.transport.in_doubt
        rig.resume()
        await finished(rig, sending)
        await send_all(rig, ALL_UP)
        await rig.shows("abc")

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_send_cancelled_in_a_stall_leaves_the_reports_in_order(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        rig.stall()
        await send_all(rig, key(4), key(5))
        third = asyncio.create_task(rig.transport.send(key(6)))
        await rig.pass_time()
        third.cancel()
        await asyncio.wait({third})
        assert third.cancelled()
        rig.resume()
        await send_all(rig, key(7), ALL_UP)
        await rig.shows("abd")

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_pulled_cable_is_reported_refuses_reports_and_ends_a_waiting_send(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        rig.stall()
        await send_all(rig, key(4), key(5))
        third = asyncio.create_task(rig.transport.send(key(6)))
        await rig.pass_time()
        await rig.unplug()
        with pytest.raises(LinkLost):
            await third
        with pytest.raises(LinkLost):
            await rig.transport.send(ALL_UP)
        assert rig.links == [Link.UP, Link.DOWN]

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_host_plugged_in_again_is_reported_and_takes_reports(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.unplug()
        await rig.plug()
        assert rig.links == [Link.UP, Link.DOWN, Link.UP]
        await send_all(rig, key(5), ALL_UP)
        await rig.shows("b")

    play(rig_kind(tmp_path), scene)


@RIGS
def test_waking_a_host_that_is_up_or_down_does_nothing(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.transport.wake()
        await rig.unplug()
        await rig.transport.wake()
        await rig.pass_time()
        assert rig.links == [Link.UP, Link.DOWN]

    play(rig_kind(tmp_path), scene)


@RIGS_THAT_SLEEP
def test_a_sleeping_host_takes_no_more_than_is_in_doubt(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.sleep()
        one_too_many = [ALL_UP] * (rig.transport.in_doubt + 1)
        with pytest.raises(LinkLost):
            await send_all(rig, *one_too_many)
        assert rig.links == [Link.UP, Link.ASLEEP]

    play(rig_kind(tmp_path), scene)


@RIGS_THAT_SLEEP
def test_a_host_that_is_woken_takes_reports_again(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.sleep()
        await rig.wake()
        assert rig.links == [Link.UP, Link.ASLEEP, Link.UP]
        await send_all(rig, key(4), ALL_UP)
        await rig.shows("a")

    play(rig_kind(tmp_path), scene)


@RIGS_THAT_SLEEP
def test_a_sleeping_host_that_is_unplugged_is_reported(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.sleep()
        await rig.unplug()
        assert rig.links == [Link.UP, Link.ASLEEP, Link.DOWN]

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_closed_transport_makes_no_more_callbacks(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.transport.close()
        await rig.cut()
        await rig.pass_time()
        assert rig.links == [Link.UP]

    play(rig_kind(tmp_path), scene)


async def type_on(rig: Rig, text: str) -> Event:
    posted: list[Event] = []
    typist = Typist(rig.transport, HOST, rig.clock, posted.append)
    running = asyncio.create_task(typist.run())
    typist.type_edits(TypeEdits(1, HOST.name, HOST, (Insert(text),)))
    await finished(rig, asyncio.create_task(typist.settled()))
    running.cancel()
    await asyncio.wait({running})
    return posted[-1]


@RIGS
def test_a_typist_types_on_it(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        end = await type_on(rig, TEXT)
        assert isinstance(end, TypingFinished)
        assert [made.wanted for made in end.substitutions] == ["—"]
        await rig.shows(AS_TYPED)

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_typist_on_an_unplugged_host_hands_the_text_back(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.unplug()
        end = await type_on(rig, TEXT)
        assert end == TypingStopped(1, typed=(), doubtful=(), rest=(Insert(TEXT),))

    play(rig_kind(tmp_path), scene)


@pytest.mark.parametrize("reports", [1, 2, 9, 26, 47])
def test_a_cable_pulled_in_mid_word_leaves_what_was_typed_and_a_part_of_what_is_in_doubt(
    reports, tmp_path
):
    async def scene(rig: Rig) -> None:
        end = await type_on(rig, TEXT)
        assert isinstance(end, TypingStopped)
        assert inserted(end.typed + end.doubtful + end.rest) == TEXT
        typed, doubtful = (inserted(part).replace("—", "--") for part in (end.typed, end.doubtful))
        shown = await rig.shown_when_cut()
        assert shown.startswith(typed)
        assert doubtful.startswith(shown.removeprefix(typed))
        await rig.until(lambda: rig.links == [Link.UP, Link.DOWN, Link.UP])
        await send_all(rig, ALL_UP, key(5), ALL_UP)
        await rig.shows(shown + "b")

    play(ProcessRig(tmp_path, "--unplug-after", str(reports)), scene)
