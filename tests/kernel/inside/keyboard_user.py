"""The device's end of the cable: our transport and typist on the kernel's /dev/hidg0."""

import asyncio
import os

from usb_host import READERS_PROCESSOR

from saykey.clock import MonotonicClock
from saykey.effects import TypeEdits
from saykey.flow import Insert
from saykey.keyboard.typist import Typist
from saykey.settings.schema import HostSettings
from saykey.transport.fd import FdTransport
from saykey.transport.usb import UsbGadget

PATIENCE_S = 180
DEVICE = "/dev/hidg0"


def type_on_the_readers_processor():
    """Move this thread to the reader's processor; see usb_host.records."""
    os.sched_setaffinity(0, READERS_PROCESSOR)


def type_anywhere():
    os.sched_setaffinity(0, range(os.cpu_count()))


class Keyboard:
    """``async with Keyboard() as keyboard: await keyboard.type(text)``."""

    def __init__(self, pace="safe"):
        self._host = HostSettings(pace=pace)
        self.clock = MonotonicClock()
        self.transport = FdTransport(UsbGadget(DEVICE), self.clock)
        self.links = []
        self.leds = []
        self.events = []
        self._told = asyncio.Event()
        self._pieces = 0

    async def __aenter__(self):
        type_on_the_readers_processor()
        await self.transport.open(self._to(self.links), self._to(self.leds))
        self.typist = Typist(self.transport, self._host, self.clock, self._to(self.events))
        self._running = asyncio.create_task(self.typist.run())
        return self

    async def __aexit__(self, *_):
        self._running.cancel()
        await asyncio.wait({self._running})
        await self.transport.close()
        type_anywhere()

    def begin(self, text):
        self._pieces += 1
        self.typist.type_edits(
            TypeEdits(self._pieces, self._host.name, self._host, (Insert(text),))
        )

    async def end(self, patience_s=PATIENCE_S):
        """Wait until all that was begun has ended, and return the last outcome."""
        async with asyncio.timeout(patience_s):
            await self.typist.settled()
        return self.events[-1]

    async def type(self, text):
        self.begin(text)
        return await self.end()

    async def until(self, true):
        """Wait until transport and typist have reported this."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._told.clear()
                await self._told.wait()

    def _to(self, told):
        def tell(what):
            told.append(what)
            self._told.set()

        return tell
