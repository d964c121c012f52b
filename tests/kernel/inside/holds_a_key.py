"""A daemon that holds the key A down and does nothing else: python holds_a_key.py DEVICE."""

import asyncio
import sys

from saykey.clock import MonotonicClock
from saykey.flow import Report
from saykey.transport.fd import FdTransport
from saykey.transport.usb import UsbGadget

A_DOWN = Report(bytes((0, 0, 4, 0, 0, 0, 0, 0)))


async def hold():
    transport = FdTransport(UsbGadget(sys.argv[1]), MonotonicClock())
    await transport.open(lambda _link: None, lambda _leds: None)
    await transport.send(A_DOWN)
    await asyncio.Event().wait()


asyncio.run(hold())
