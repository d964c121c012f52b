"""The device as `saykey run` wires it, its display on i2c-stub: python … SETTINGS PORT.

The display is given an open bus: luma.oled then does SMBus transfers, the only ones of i2c-stub.
"""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import smbus2
from oled_bus import ADDRESS

from saykey.adapters import real_adapters
from saykey.app import App
from saykey.panel.oled import OledDisplay
from saykey.settings.load import load


async def live():
    settings = load(Path(sys.argv[1]))
    port = int(sys.argv[2])
    display = OledDisplay("ssd1306", port, ADDRESS, smbus2.SMBus(port))
    await App(settings, replace(real_adapters(settings), display=display)).run()


asyncio.run(live())
