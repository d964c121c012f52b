"""The OLED on a bus of the kernel: the bytes that i2c-stub was given are the picture.

i2c-stub does SMBus transfers only, where a display on a board gets plain I2C (I2C_RDWR).
"""

import asyncio

import smbus2
from oled_bus import ADDRESS, clear_trace, pixels_on_the_bus
from PIL import Image

from saykey.panel.oled import PAGES, OledDisplay

SIZE = (128, 8 * PAGES)


def picture_of(pixels):
    picture = Image.new("1", SIZE)
    for at, byte in enumerate(pixels):
        page, column = divmod(at, SIZE[0])
        for bit in range(8):
            picture.putpixel((column, 8 * page + bit), byte >> bit & 1)
    return picture


def test_the_picture_shown_is_the_picture_on_the_bus(oled_port):
    picture = Image.new("1", SIZE)
    for x in range(SIZE[0]):
        for y in range(SIZE[1]):
            picture.putpixel((x, y), (x * 7919 + y * 104729) % 31 < 11)

    async def scene():
        display = OledDisplay("ssd1306", oled_port, ADDRESS, smbus2.SMBus(oled_port))
        await display.show(Image.new("1", SIZE))
        clear_trace()
        await display.show(picture)
        shown = pixels_on_the_bus()
        await display.close()
        return shown

    assert picture_of(asyncio.run(scene())).tobytes() == picture.tobytes()
