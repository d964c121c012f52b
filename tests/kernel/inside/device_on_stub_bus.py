"""The device as `saykey run` wires it, its display on i2c-stub: python … SETTINGS.

The display gets a bus object, with which luma.oled does SMBus transfers; i2c-stub does no others.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import smbus2
from oled_bus import ADDRESS, stub_bus

from saykey.adapters import real_adapters
from saykey.app import App
from saykey.panel.oled import OledDisplay
from saykey.settings.load import load


class StubBus:
    """i2c-stub, if it is there. Opened anew for each transfer: an open bus cannot be removed."""

    def write_i2c_block_data(self, address, control, values):
        with smbus2.SMBus(stub_bus()) as bus:
            bus.write_i2c_block_data(address, control, values)


async def live():
    settings = load(Path(sys.argv[1]))
    display = OledDisplay("ssd1306", 0, ADDRESS, StubBus())
    await App(settings, replace(real_adapters(settings), display=display)).run()


asyncio.run(live())
