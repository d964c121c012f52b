"""One contract for every display: the desk's, and OLEDs behind an I2C bus that stands in memory.

The panels below behave like the controllers: they decode the bytes on the bus, and show what
their memory holds. Commands and addressing: Solomon Systech SSD1306 rev. 1.1, tables 9-1 and
10.1; Sino Wealth SH1106 v2.3. In the virtual machine of tests/kernel, where SAYKEY_KERNEL=real,
the bus is the kernel's, with i2c-stub on it: it does SMBus transfers only, where a display on a
board gets plain I2C (I2C_RDWR).
"""

import asyncio
import errno
import os
import threading

import pytest
from PIL import Image

from saykey.errors import HardwareError
from saykey.panel.oled import OledDisplay
from saykey.simulated.desk import DeskDisplay

ADDRESS = 0x3C
COMMANDS, PIXELS = 0x00, 0x40
ARGUMENTS = {0x20: 1, 0x21: 2, 0x22: 2, 0x81: 1, 0x8D: 1, 0xA8: 1, 0xD3: 1, 0xD5: 1, 0xD9: 1}
ARGUMENTS |= {0xDA: 1, 0xDB: 1}
SEGMENT_REMAP, COM_REVERSED, DISPLAY_ON, DISPLAY_OFF = 0xA1, 0xC8, 0xAF, 0xAE


class Panel:
    """The memory of a controller: 8 pages of columns, a byte each, the lowest bit on top."""

    def __init__(self, *, columns, first_visible, linear):
        self.memory = [bytearray(b"\xa5" * columns) for _ in range(8)]  # noise, as after power-up
        self.first_visible = first_visible
        self.linear = linear
        self.on = self.mirrored = self.flipped = False
        self.window = (0, columns - 1, 0, 7)
        self.column = self.page = 0
        self.horizontal = False

    def take(self, control, values):
        """A transfer (SSD1306, 8.1.5.2)."""
        if control == COMMANDS:
            self.commands(values)
        else:
            assert control == PIXELS
            self.data(values)

    def commands(self, values):
        values = list(values)
        while values:
            code = values.pop(0)
            arguments = [values.pop(0) for _ in range(self._arguments(code))]
            self._obey(code, arguments)

    def _arguments(self, code):
        if not self.linear and code in {0x20, 0x21, 0x22}:
            return 0  # the SH1106 has no such modes; what follows is taken as commands
        return ARGUMENTS.get(code, 0)

    def _obey(self, code, arguments):
        if code in {DISPLAY_ON, DISPLAY_OFF}:
            self.on = code == DISPLAY_ON
        elif code in {0xA0, SEGMENT_REMAP}:
            self.mirrored = code == SEGMENT_REMAP
        elif code in {0xC0, COM_REVERSED}:
            self.flipped = code == COM_REVERSED
        elif code == 0x20 and self.linear:
            self.horizontal = arguments == [0]
        elif code == 0x21 and self.linear:
            self.window = (*arguments, *self.window[2:])
            self.column = arguments[0]
        elif code == 0x22 and self.linear:
            self.window = (*self.window[:2], *arguments)
            self.page = arguments[0]
        elif code & 0xF8 == 0xB0:
            self.page = code & 0x07
        elif code <= 0x0F:
            self.column = self.column & 0xF0 | code
        elif code <= 0x1F:
            self.column = self.column & 0x0F | (code & 0x0F) << 4

    def data(self, values):
        for value in values:
            self.memory[self.page][self.column] = value
            self.column += 1
            if self.horizontal and self.column > self.window[1]:
                self.column = self.window[0]
                self.page = self.page + 1 if self.page < self.window[3] else self.window[2]
            elif self.column == len(self.memory[0]):
                self.column = 0

    def seen(self):
        """What the viewer sees; None when dark. Modules are mounted turned by 180 degrees."""
        if not self.on:
            return None
        picture = Image.new("1", (128, 64))
        for x in range(128):
            for y in range(64):
                byte = self.memory[y // 8][self.first_visible + x]
                place = (x if self.mirrored else 127 - x, y if self.flipped else 63 - y)
                picture.putpixel(place, byte >> y % 8 & 1)
        return picture


class Bus:
    """An SMBus with one panel on it, that can be unplugged, or kept waiting."""

    def __init__(self, panel):
        self.panel = panel
        self.plugged = True
        self.going = threading.Event()
        self.going.set()
        self.held_up = threading.Event()
        self.frames = 0

    def write_i2c_block_data(self, address, control, values):
        assert len(values) <= 32  # I2C_SMBUS_BLOCK_MAX of linux/i2c.h
        if not self.going.is_set():
            self.held_up.set()
            if not self.going.wait(10):
                raise TimeoutError("the bus was kept waiting for ever: is the loop blocked?")
        if not self.plugged or address != ADDRESS:
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self.frames += control == COMMANDS and values[:1] in ([0x21], [0xB0])
        self.panel.take(control, values)


def ssd1306():
    return Panel(columns=128, first_visible=0, linear=True)


def sh1106():
    return Panel(columns=132, first_visible=2, linear=False)


class DeskRig:
    def __init__(self):
        self.display = DeskDisplay()

    def seen(self):
        return self.display.picture


PANELS = {"ssd1306": ssd1306, "sh1106": sh1106}


class OledRig:
    def __init__(self, kind):
        self.kind = kind
        self.bus = Bus(PANELS[kind]())
        self.display = OledDisplay(kind, 1, ADDRESS, self.bus)

    def seen(self):
        return self.bus.panel.seen()


class KernelRig:
    """What the kernel's trace has of the bus is shown to a panel."""

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
    """A picture in which no part looks like another, nor like itself mirrored or turned."""
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


def test_while_the_bus_is_slow_the_loop_goes_on_and_only_the_newest_picture_is_written(oled):
    async def use():
        await oled.display.show(chequers(0))
        before = oled.bus.frames
        oled.bus.going.clear()
        shows = [asyncio.create_task(oled.display.show(chequers(1)))]
        await until(oled.bus.held_up)
        waiting = [chequers(n) for n in (2, 3, 4)]
        shows += [asyncio.create_task(oled.display.show(picture)) for picture in waiting]
        await asyncio.to_thread(int)  # the loop runs: the shows above have begun
        waiting[-1].paste(0, (0, 0, 128, 64))  # what waits is a copy
        oled.bus.going.set()
        await asyncio.gather(*shows)
        assert same(oled.seen(), chequers(4))
        assert oled.bus.frames - before == 2
        await oled.display.close()

    asyncio.run(use())


def test_a_display_that_is_absent_is_one_line_with_advice(oled):
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
        oled.bus.panel = PANELS[oled.kind]()  # it lost power: nothing of its set-up is left
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


def test_a_machine_without_i2c_is_one_line_with_advice():
    async def use():
        await OledDisplay("ssd1306", 22, ADDRESS).show(chequers(1))

    with pytest.raises(HardwareError, match=r"^display ssd1306 at 0x3C on i2c-22 .*raspi-config"):
        asyncio.run(use())
