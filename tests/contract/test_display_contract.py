"""One contract for every display: the desk's, and OLEDs behind an I2C bus in memory.

In the virtual machine of tests/kernel, where SAYKEY_KERNEL=real, the bus is the kernel's, with
i2c-stub on it. i2c-stub does SMBus transfers only; a display on a board gets plain I2C (I2C_RDWR).
"""

import asyncio
import os

import pytest
from display_panels import ADDRESS, PANELS, Bus
from PIL import Image

from saykey.errors import HardwareError
from saykey.panel.oled import OledDisplay
from saykey.simulated.desk import DeskDisplay


class DeskRig:
    def __init__(self):
        self.display = DeskDisplay()

    def seen(self):
        return self.display.picture


class OledRig:
    def __init__(self, kind):
        self.kind = kind
        self.bus = Bus(PANELS[kind]())
        self.display = OledDisplay(kind, 1, ADDRESS, self.bus)

    def seen(self):
        return self.bus.panel.seen()


class KernelRig:
    """Feeds a panel with the transfers in the kernel's trace of the bus."""

    def __init__(self, kind):
        port = oled_bus.insert_bus()
        oled_bus.clear_trace()
        self.panel = PANELS[kind]()
        self.display = OledDisplay(kind, port, ADDRESS, smbus2.SMBus(port))

    def seen(self):
        for control, values in oled_bus.transfers():
            self.panel.take(control, values)
        oled_bus.clear_trace()
        return self.panel.seen()


OLEDS = {"ssd1306": lambda: OledRig("ssd1306"), "sh1106": lambda: OledRig("sh1106")}

if os.environ.get("SAYKEY_KERNEL") == "real":
    import oled_bus
    import smbus2

    RIGS = {
        "kernel, ssd1306": lambda: KernelRig("ssd1306"),
        "kernel, sh1106": lambda: KernelRig("sh1106"),
    }
else:
    RIGS = {"desk": DeskRig} | OLEDS


@pytest.fixture(params=RIGS)
def rig(request):
    return RIGS[request.param]()


@pytest.fixture(params=OLEDS)
def oled(request):
    return OLEDS[request.param]()


def chequers(seed):
    """A picture in which no two parts are alike, even mirrored or rotated."""
    picture = Image.new("1", (128, 64))
    for x in range(128):
        for y in range(64):
            picture.putpixel((x, y), (x * 7919 + y * 104729 + x * y * (seed + 1)) % 31 < 11)
    return picture


def same(left, right):
    return left is not None and left.tobytes() == right.tobytes()


def test_a_display_shows_the_picture_pixel_by_pixel(rig):
    async def use():
        await rig.display.show(chequers(1))
        assert same(rig.seen(), chequers(1))
        await rig.display.show(chequers(2))
        assert same(rig.seen(), chequers(2))
        await rig.display.close()

    asyncio.run(use())


def test_a_display_is_dark_before_the_first_picture_and_after_close(rig):
    async def use():
        assert rig.seen() is None
        await rig.display.show(chequers(1))
        await rig.display.close()
        assert rig.seen() is None

    asyncio.run(use())


def test_a_display_never_used_can_be_closed(rig):
    asyncio.run(rig.display.close())


def test_drawing_on_a_picture_after_it_was_shown_changes_nothing(rig):
    async def use():
        picture = chequers(1)
        await rig.display.show(picture)
        picture.paste(0, (0, 0, 128, 64))
        assert same(rig.seen(), chequers(1))
        await rig.display.close()

    asyncio.run(use())


async def until(event):
    assert await asyncio.to_thread(event.wait, 10)


def test_while_the_bus_is_slow_the_loop_runs_on_and_only_the_newest_picture_is_written(oled):
    async def use():
        await oled.display.show(chequers(0))
        before = oled.bus.frames
        oled.bus.going.clear()
        shows = [asyncio.create_task(oled.display.show(chequers(1)))]
        await until(oled.bus.held_up)
        waiting = [chequers(n) for n in (2, 3, 4)]
        shows += [asyncio.create_task(oled.display.show(picture)) for picture in waiting]
        await asyncio.to_thread(int)  # lets the loop begin the shows above
        waiting[-1].paste(0, (0, 0, 128, 64))  # the picture that waits is a copy
        oled.bus.going.set()
        await asyncio.gather(*shows)
        assert same(oled.seen(), chequers(4))
        assert oled.bus.frames - before == 2
        await oled.display.close()

    asyncio.run(use())


def test_a_missing_display_is_reported_in_one_line_with_advice(oled):
    async def use():
        oled.bus.plugged = False
        await oled.display.show(chequers(1))

    with pytest.raises(HardwareError, match=r"^display \w+ at 0x3C on i2c-1 .*i2cdetect -y 1.*$"):
        asyncio.run(use())


def test_a_display_unplugged_and_plugged_in_again_shows_the_next_picture(oled):
    async def use():
        await oled.display.show(chequers(1))
        oled.bus.plugged = False
        with pytest.raises(HardwareError):
            await oled.display.show(chequers(2))
        oled.bus.plugged = True
        oled.bus.panel = PANELS[oled.kind]()  # the panel lost power and with it its configuration
        await oled.display.show(chequers(3))
        assert same(oled.seen(), chequers(3))
        await oled.display.close()

    asyncio.run(use())


def test_closing_a_display_that_is_gone_is_no_error(oled):
    async def use():
        await oled.display.show(chequers(1))
        oled.bus.plugged = False
        await oled.display.close()

    asyncio.run(use())


def test_a_machine_without_i2c_is_reported_in_one_line_with_advice():
    async def use():
        await OledDisplay("ssd1306", 22, ADDRESS).show(chequers(1))

    with pytest.raises(HardwareError, match=r"^display ssd1306 at 0x3C on i2c-22 .*raspi-config"):
        asyncio.run(use())
