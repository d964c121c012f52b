"""The kernel's USB gadget in the contract of the port Transport."""

import asyncio

from keyboard_user import DEVICE, type_anywhere, type_on_the_readers_processor
from usb_cable import Cable, the_computer

from saykey.clock import MonotonicClock
from saykey.ports import Link
from saykey.simulated.clock import VirtualClock
from saykey.transport.fd import LOOK_NS, REOPEN_NS, FdTransport
from saykey.transport.usb import UsbGadget

PAUSE_S = 0.002


class GadgetHand:
    """Gives the transport a clock of its own, so that the test decides when it checks the link."""

    def prepare(self):
        self.clock = MonotonicClock()
        self.looks = VirtualClock()
        self.transport = FdTransport(UsbGadget(DEVICE), self.looks)
        self.cable = Cable(the_computer())

    async def begin(self):
        type_on_the_readers_processor()
        await asyncio.to_thread(self.cable.__enter__)
        await self.open()

    async def end(self):
        await self.transport.close()
        await asyncio.to_thread(self.cable.__exit__)
        type_anywhere()

    async def shows(self, text):
        await asyncio.to_thread(self.cable.shows, text)

    def stall(self):
        self.cable.let_sleep()

    def resume(self):
        self.cable.resume()

    async def sleep(self):
        await asyncio.to_thread(self.cable.let_sleep)
        await self.look(LOOK_NS)
        await self.until(lambda: self.links[-1] is Link.ASLEEP)

    async def wake(self):
        await self.transport.wake()
        await asyncio.to_thread(self.cable.until_awake)
        while self.links[-1] is not Link.UP:
            await self.look(LOOK_NS)

    async def cut(self):
        await asyncio.to_thread(self.cable.unplug)

    async def unplug(self):
        await self.cut()
        await self.until(lambda: self.links[-1] is Link.DOWN)

    async def plug(self):
        await asyncio.to_thread(self.cable.plug)
        await asyncio.to_thread(self.cable.until_plugged)
        while self.links[-1] is not Link.UP:
            await self.look(REOPEN_NS)

    async def pass_time(self):
        for _ in range(5):
            await asyncio.sleep(PAUSE_S)

    async def look(self, after_ns):
        await self.looks.advance_to(self.looks.now() + after_ns)
        await asyncio.sleep(PAUSE_S)
