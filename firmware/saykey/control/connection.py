"""One client connection of the control socket, and its time-outs."""

import asyncio
import fcntl
import sys
import termios

import msgspec

from saykey.clock import NS_PER_S
from saykey.control import protocol
from saykey.control.status import Status
from saykey.ports import Clock

WRITE_BUFFER = 64 * 1024
"""Bytes buffered for a slow reader before the server waits for it."""

IDLE_NS = 60 * NS_PER_S
"""60 s: the connection of a client that sends no line for so long is closed. A client that watches
or listens need not send anything, but within this time it must once have read all that was sent to
it."""

SPARE_NS = NS_PER_S
"""1 s: how long a client in a spare place may stay connected, whatever it sends."""


class Connection:
    """A client of the control socket. ``spare``: it connected when all ordinary places were taken.

    ``changed`` is set when the status may have changed. ``told`` is the last status that was sent
    to a watching client. It contains the held text if the client asked for ``text``. ``listening``:
    it gets the microphone's sound. ``borrower`` is its number since it last asked for that.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        clock: Clock,
        *,
        spare: bool,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self.spare = spare
        self._deadline = clock.now() + (SPARE_NS if spare else IDLE_NS)
        self.changed = asyncio.Event()
        self.watching: asyncio.Task[None] | None = None
        self.text = False
        self.told: Status | None = None
        self.listening = False
        self.borrower: int | None = None
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    async def say(self, message: msgspec.Struct | dict[str, object]) -> None:
        """Send a line. Waits while WRITE_BUFFER bytes are buffered for a slow reader.

        Raises ConnectionError when the connection is or gets closed.
        """
        self.send(protocol.encode(message))
        await self._writer.drain()

    def send(self, lines: bytes) -> None:
        """Send lines without waiting for a slow reader."""
        if self._follows:
            self._note_reading()
        self._writer.write(lines)

    @property
    def waiting(self) -> int:
        """Bytes that are buffered because the client reads slowly."""
        return self._writer.transport.get_write_buffer_size()

    async def refuse(self, reason: str, request: int | None = None) -> None:
        """Answer that a request, or a line that is not a request, was not carried out."""
        await self.say(protocol.refused(request, reason))

    async def line(self) -> bytes:
        """The next line, or b"" when no further line will come. An unfinished line is ignored."""
        try:
            line = await self._reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return b""
        except asyncio.LimitOverrunError:
            limit = protocol.MAX_REQUEST
            await self.refuse(f"a line is longer than {limit} bytes; closing")
            return b""
        if not self.spare:
            self._deadline = self._clock.now() + IDLE_NS
        return line

    async def hang_up_in_time(self) -> None:
        """Close the connection when the client's time is over, and tell it why."""
        while self._clock.now() < self._deadline:
            await self._clock.sleep_until(self._deadline)
            if self._follows:
                self._note_reading()
        self._writer.write(protocol.encode(protocol.refused(None, self._time_is_up())))
        self.hang_up()

    def hang_up(self) -> None:
        """Close the connection. Does not wait for the client to read what was sent."""
        if self.waiting > 0:
            self._writer.transport.abort()
        else:
            self._writer.close()

    @property
    def _follows(self) -> bool:
        """Whether the client need not send anything, because it watches or listens."""
        return self.watching is not None or self.listening

    def _time_is_up(self) -> str:
        if self.spare:
            return f"too many clients: this one had {SPARE_NS // NS_PER_S} s; closing"
        did = "nothing was read" if self._follows else "no request came"
        return f"{did} for {IDLE_NS // NS_PER_S} s; closing"

    def _note_reading(self) -> None:
        if self._has_read_all():
            self._deadline = self._clock.now() + IDLE_NS

    def _has_read_all(self) -> bool:
        """Whether the client has read everything: no bytes are buffered here or in the kernel.

        For a Unix socket SIOCOUTQ, which is TIOCOUTQ, returns how many of the bytes sent the other
        end has not read (unix_outq_len in net/unix/af_unix.c).
        """
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > 0:
            return False
        number = transport.get_extra_info("socket").fileno()
        unread = fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(unread, sys.byteorder) == 0
