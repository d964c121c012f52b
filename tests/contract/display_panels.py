"""OLED panels that behave like their controllers, and the bus they are on.

They decode the bytes on the bus and show what is in their memory. Commands and addressing:
Solomon Systech SSD1306 rev. 1.1, tables 9-1 and 10.1; Sino Wealth SH1106 v2.3.
"""

import errno
import threading

from PIL import Image

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
        """What the viewer sees; None when dark. Modules are mounted rotated by 180 degrees."""
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
    """An SMBus with one panel on it. The panel can be unplugged, the bus can be kept waiting."""

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


PANELS = {"ssd1306": ssd1306, "sh1106": sh1106}
