"""What every Transport does: the simulated host, and a host in a process behind a socket.

In the virtual machine of tests/kernel, where SAYKEY_KERNEL=real: the kernel's USB gadget.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from saykey.clock import MonotonicClock
from saykey.effects import TypeText
from saykey.errors import LinkLost
from saykey.events import Event, TypingFinished, TypingStopped
from saykey.flow import ALL_UP, Report
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.typist import Typist
from saykey.ports import Clock, Link, Transport
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import Host
from saykey.transport.endpoints import HostSocket
from saykey.transport.fd import FdTransport

MS = 1_000_000
IN_THE_VM = os.environ.get("SAYKEY_KERNEL") == "real"
PATIENCE_S = 60 if IN_THE_VM else 20
US = load_layout("linux", "us")
TEXT = "The quick brown fox — jumps over: 13 (lazy) dogs!"
AS_TYPED = TEXT.replace("—", "--")


def key(usage: int) -> Report:
    return Report(bytes((0, 0, usage, 0, 0, 0, 0, 0)))


class Rig(ABC):
    """A transport, and a hand on its host."""

    clock: Clock
    transport: Transport

    def __init__(self) -> None:
        self.links: list[Link] = []
        self.leds: list[int] = []
        self.told = asyncio.Event()

    async def open(self) -> None:
        await self.transport.open(self.on_link, self.on_leds)

    def on_link(self, link: Link) -> None:
        self.links.append(link)
        self.told.set()

    def on_leds(self, leds: int) -> None:
        self.leds.append(leds)
        self.told.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what the transport tells."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self.told.clear()
                await self.told.wait()

    @abstractmethod
    async def begin(self) -> None: ...

    @abstractmethod
    async def end(self) -> None: ...

    @abstractmethod
    async def shows(self, text: str) -> None:
        """See that the host comes to show this text with all keys up."""

    @abstractmethod
    def stall(self) -> None: ...

    @abstractmethod
    def resume(self) -> None: ...

    @abstractmethod
    async def sleep(self) -> None:
        """Let the host fall asleep and see that the transport notices."""

    @abstractmethod
    async def wake(self) -> None:
        """Have the transport wake the host, and see that it notices."""

    @abstractmethod
    async def cut(self) -> None:
        """Pull the cable, whether or not the transport notices."""

    @abstractmethod
    async def unplug(self) -> None:
        """Pull the cable and see that the transport notices."""

    @abstractmethod
    async def plug(self) -> None: ...

    @abstractmethod
    async def pass_time(self) -> None:
        """Let the host do what it can do by now."""


class SimulatedRig(Rig):
    def __init__(self, _path: Path) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.transport = self.host = Host(self.clock, poll_ns=MS)

    async def begin(self) -> None:
        await self.open()

    async def end(self) -> None:
        await self.transport.close()

    async def shows(self, text: str) -> None:
        await self.pass_time()
        assert (self.host.text, self.host.keys_down) == (text, frozenset())

    def stall(self) -> None:
        self.host.stall()

    def resume(self) -> None:
        self.host.resume()

    async def sleep(self) -> None:
        self.host.sleep()
        assert self.links[-1] is Link.ASLEEP

    async def wake(self) -> None:
        await self.transport.wake()
        while self.links[-1] is not Link.UP:
            await self.pass_time()

    async def cut(self) -> None:
        self.host.unplug()

    async def unplug(self) -> None:
        await self.cut()
        assert self.links[-1] is Link.DOWN

    async def plug(self) -> None:
        self.host.plug()

    async def pass_time(self) -> None:
        await self.clock.advance_to(self.clock.now() + 200 * MS)


class ProcessRig(Rig):
    """The host is a process: stopped when it stalls, killed when the cable is pulled."""

    def __init__(self, path: Path, *options: str) -> None:
        super().__init__()
        self.path = path / "host"
        self.options = options
        self.clock = MonotonicClock()
        self.transport = FdTransport(HostSocket(str(self.path)), self.clock)

    async def begin(self) -> None:
        await self._start(*self.options)
        await self.open()

    async def end(self) -> None:
        await self.transport.close()
        self.process.kill()
        self.process.stdout.close()
        await asyncio.to_thread(self.process.wait)

    async def shows(self, text: str) -> None:
        screen = {"text": "", "keys_down": []}
        try:
            async with asyncio.timeout(PATIENCE_S):
                while (screen["text"], screen["keys_down"]) != (text, []):
                    screen = json.loads(await asyncio.to_thread(self.process.stdout.readline))
        except TimeoutError:
            pytest.fail(f"wanted {text!r}, got {screen}")

    async def shown_when_cut(self) -> str:
        while True:
            screen = json.loads(await asyncio.to_thread(self.process.stdout.readline))
            if screen["event"] == "disconnected":
                return screen["text"]

    def stall(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.process.pid, os.WSTOPPED)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def sleep(self) -> None:
        pytest.fail("a process behind a socket is there or not: it never sleeps")

    async def wake(self) -> None:
        pytest.fail("it never sleeps")

    async def cut(self) -> None:
        self.process.kill()
        await asyncio.to_thread(self.process.wait)
        self.process.stdout.close()

    async def unplug(self) -> None:
        await self.cut()
        await self.until(lambda: self.links[-1] is Link.DOWN)

    async def plug(self) -> None:
        await self._start()
        await self.until(lambda: self.links[-1] is Link.UP)

    async def pass_time(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def _start(self, *options: str) -> None:
        program = [sys.executable, "-m", "saykey.simulated.host_process"]
        command = [*program, str(self.path), *options]
        self.process = await asyncio.to_thread(
            subprocess.Popen, command, stdout=subprocess.PIPE, text=True
        )
        line = await asyncio.to_thread(self.process.stdout.readline)
        assert json.loads(line)["event"] == "listening"


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
def test_the_first_state_of_the_link_is_told(rig_kind, tmp_path):
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
def test_the_hosts_lock_lights_are_told(rig_kind, tmp_path):
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
def test_a_pulled_cable_is_told_refuses_reports_and_ends_a_waiting_send(rig_kind, tmp_path):
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
def test_a_host_plugged_in_again_is_told_and_takes_reports(rig_kind, tmp_path):
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
def test_a_sleeping_host_that_is_unplugged_is_told(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.sleep()
        await rig.unplug()
        assert rig.links == [Link.UP, Link.ASLEEP, Link.DOWN]

    play(rig_kind(tmp_path), scene)


@RIGS
def test_a_closed_transport_calls_back_no_more(rig_kind, tmp_path):
    async def scene(rig: Rig) -> None:
        await rig.transport.close()
        await rig.cut()
        await rig.pass_time()
        assert rig.links == [Link.UP]

    play(rig_kind(tmp_path), scene)


async def type_on(rig: Rig, text: str) -> Event:
    posted: list[Event] = []
    typist = Typist(rig.transport, US, rig.clock, posted.append, "host")
    running = asyncio.create_task(typist.run())
    typist.type_text(TypeText(1, "host", text))
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
        assert end == TypingStopped(1, typed="", doubtful="", rest=TEXT)

    play(rig_kind(tmp_path), scene)


@pytest.mark.parametrize("reports", [1, 2, 9, 26, 47])
def test_a_cable_pulled_in_mid_word_leaves_what_was_typed_and_a_part_of_what_is_in_doubt(
    reports, tmp_path
):
    async def scene(rig: Rig) -> None:
        end = await type_on(rig, TEXT)
        assert isinstance(end, TypingStopped)
        assert end.typed + end.doubtful + end.rest == TEXT
        typed, doubtful = (part.replace("—", "--") for part in (end.typed, end.doubtful))
        shown = await rig.shown_when_cut()
        assert shown.startswith(typed)
        assert doubtful.startswith(shown.removeprefix(typed))
        await rig.until(lambda: rig.links == [Link.UP, Link.DOWN, Link.UP])
        await send_all(rig, ALL_UP, key(5), ALL_UP)
        await rig.shows(shown + "b")

    play(ProcessRig(tmp_path, "--unplug-after", str(reports)), scene)
