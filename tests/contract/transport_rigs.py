"""Transports whose host the test controls: simulated, and in a process behind a socket."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import pytest

from saykey.clock import MonotonicClock
from saykey.ports import Clock, Link, Transport
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import SimulatedHost
from saykey.transport.fd import FdTransport
from saykey.transport.socket import HostSocket

MS = 1_000_000
IN_THE_VM = os.environ.get("SAYKEY_KERNEL") == "real"
PATIENCE_S = 60 if IN_THE_VM else 20


class Rig(ABC):
    """A transport, and the controls of its host."""

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
        """Wait until the transport has reported this."""
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
        """Check that the host shows this text with all keys up, now or soon."""

    @abstractmethod
    def stall(self) -> None: ...

    @abstractmethod
    def resume(self) -> None: ...

    @abstractmethod
    async def sleep(self) -> None:
        """Let the host fall asleep and check that the transport notices."""

    @abstractmethod
    async def wake(self) -> None:
        """Have the transport wake the host, and check that it notices."""

    @abstractmethod
    async def cut(self) -> None:
        """Pull the cable, whether or not the transport notices."""

    @abstractmethod
    async def unplug(self) -> None:
        """Pull the cable and check that the transport notices."""

    @abstractmethod
    async def plug(self) -> None: ...

    @abstractmethod
    async def pass_time(self) -> None:
        """Give the host time to do what it can."""


class SimulatedRig(Rig):
    def __init__(self, _path: Path) -> None:
        super().__init__()
        self.clock = VirtualClock()
        self.transport = self.host = SimulatedHost(self.clock, poll_ns=MS)

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
