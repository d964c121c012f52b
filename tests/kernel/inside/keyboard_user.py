"""The device's end of the cable: our transport and our typist on the kernel's /dev/hidg0."""

import asyncio

from saykey.clock import MonotonicClock
from saykey.effects import TypeText
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.typist import Typist
from saykey.transport.fd import FdTransport, UsbGadget

PATIENCE_S = 60
US = load_layout("linux", "us")
DEVICE = "/dev/hidg0"


class Keyboard:
    """``async with Keyboard() as keyboard: await keyboard.type(text)``."""

    def __init__(self):
        self.clock = MonotonicClock()
        self.transport = FdTransport(UsbGadget(DEVICE), self.clock)
        self.links = []
        self.leds = []
        self.events = []
        self._told = asyncio.Event()
        self._pieces = 0

    async def __aenter__(self):
        await self.transport.open(self._to(self.links), self._to(self.leds))
        self.typist = Typist(self.transport, US, self.clock, self._to(self.events), "host")
        self._running = asyncio.create_task(self.typist.run())
        return self

    async def __aexit__(self, *_):
        self._running.cancel()
        await asyncio.wait({self._running})
        await self.transport.close()

    def begin(self, text):
        self._pieces += 1
        self.typist.type_text(TypeText(self._pieces, "host", text))

    async def end(self):
        """The outcome of all that was begun."""
        async with asyncio.timeout(PATIENCE_S):
            await self.typist.settled()
        return self.events[-1]

    async def type(self, text):
        self.begin(text)
        return await self.end()

    async def until(self, true):
        """Wait for what transport and typist tell."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._told.clear()
                await self._told.wait()

    def _to(self, told):
        def tell(what):
            told.append(what)
            self._told.set()

        return tell
