"""A 128 x 64 OLED on I2C, with luma.oled.

A picture is 1 KB and takes 25 ms on a bus of 400 kHz, so it is written by a thread.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from saykey.errors import HardwareError

if TYPE_CHECKING:
    from PIL.Image import Image

PAGES = 8
"""Pages of 8 rows of pixels. A controller takes a byte per column and page, lowest bit on top."""


class OledDisplay:
    """An OLED whose controller ``kind`` is "ssd1306" or "sh1106". The first picture opens it.

    A picture that waits for the bus is replaced by a newer one. After an error the next picture
    opens the display again, so that it may be unplugged and plugged in. ``bus`` is an open SMBus;
    None for the kernel's ``/dev/i2c-<i2c_port>``.
    """

    def __init__(self, kind: str, i2c_port: int, i2c_address: int, bus: object = None) -> None:
        self._kind = kind
        self._port = i2c_port
        self._address = i2c_address
        self._bus = bus
        self._device: Any = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="oled")
        self._waiting: Image | None = None
        self._writer: asyncio.Task[None] | None = None

    async def show(self, picture: Image) -> None:
        """Return when this picture, or a newer one, is shown. Raises HardwareError."""
        self._waiting = picture.copy()
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_waiting())
            self._writer.add_done_callback(_told)
        await asyncio.shield(self._writer)

    async def close(self) -> None:
        """Switch the display off and release the bus. A display that is gone raises no error."""
        self._waiting = None
        if self._writer is not None:
            await asyncio.wait([self._writer])
        await self._in_thread(self._shut)
        self._thread.shutdown(wait=False)

    async def _write_waiting(self) -> None:
        while self._waiting is not None:
            picture, self._waiting = self._waiting, None
            await self._in_thread(self._write, picture)

    async def _in_thread(self, work: Any, *arguments: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def _write(self, picture: Image) -> None:
        try:
            if self._device is None:
                self._device = _open(self._kind, self._port, self._address, self._bus)
            self._device.display(picture)
        except ImportError as missing:
            raise HardwareError(
                "display: luma.oled is not installed: pip install 'saykey[pi]'"
            ) from missing
        except OSError as error:
            raise self._gone(error) from error
        except _luma_error() as error:
            raise self._gone(error) from error

    def _gone(self, error: Exception) -> HardwareError:
        self._device = None
        return HardwareError(
            f"display {self._kind} at 0x{self._address:02X} on i2c-{self._port} does not answer "
            f"({error}): check its wires, the address (i2cdetect -y {self._port}), and that I2C "
            "is on (raspi-config)"
        )

    def _shut(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        try:
            device.cleanup()
        except (OSError, _luma_error()):
            return


def _told(writer: asyncio.Task[None]) -> None:
    """Mark an error as seen. Waiting callers get it; without one, asyncio would log it."""
    if not writer.cancelled():
        writer.exception()


def _luma_error() -> type[Exception]:
    from luma.core.error import Error

    error: type[Exception] = Error
    return error


def _open(kind: str, port: int, address: int, bus: object) -> Any:
    """The device, initialised and dark."""
    from luma.core.interface.serial import i2c
    from luma.oled import device

    base = {"ssd1306": device.ssd1306, "sh1106": device.sh1106}[kind]

    class Panel(base):  # type: ignore[misc, valid-type]
        """Replaces luma's display(), which reads each pixel by a method that Pillow 14 removes."""

        def display(self, picture: Image) -> None:
            pages = packed(picture)
            if kind == "ssd1306":
                self.command(self._const.COLUMNADDR, 0, 127, self._const.PAGEADDR, 0, PAGES - 1)
                self.data(b"".join(pages))
                return
            for number, page in enumerate(pages):  # SH1106: 132 columns, the left 2 are hidden
                self.command(0xB0 | number, 0x02, 0x10)
                self.data(page)

    return Panel(i2c(bus=bus, port=port, address=address))


def packed(picture: Image) -> list[bytes]:
    """The picture in the controllers' format: PAGES times 128 bytes, one per column."""
    from PIL import Image

    # Transposed, so that columns become rows. "1;R" packs the leftmost pixel into the lowest bit.
    columns = picture.transpose(Image.Transpose.TRANSPOSE).tobytes("raw", "1;R")
    return [columns[page::PAGES] for page in range(PAGES)]
