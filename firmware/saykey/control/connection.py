"""One client of the control socket, and how long it may keep the device waiting."""

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
"""Bytes that wait for a slow reader before the server waits for it."""

IDLE_NS = 60 * NS_PER_S
"""60 s: a client that sends no line for so long is hung up on. One that watches need not send
anything, but must have read all it was sent once within this time."""

SPARE_NS = NS_PER_S
"""1 s: how long a client in a spare place may be connected, whatever it sends."""


class Connection:
    """A client of the control socket. ``spare``: it came when all ordinary places were taken.

    ``changed`` is set when the status may be another one; ``told`` is the last status sent to a
    client that watches, with the held text if it wants ``text``.
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
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)

    async def say(self, message: msgspec.Struct | dict[str, object]) -> None:
        """Send a line; waits while a slow reader has WRITE_BUFFER bytes before it.

        Raises ConnectionError when the client has gone or is hung up on meanwhile.
        """
        if self.watching is not None:
            self._note_reading()
        self._writer.write(protocol.encode(message))
        await self._writer.drain()

    async def refuse(self, reason: str, request: int | None = None) -> None:
        """Answer that a request, or a line that is none, was not carried out."""
        await self.say(protocol.refused(request, reason))

    async def line(self) -> bytes:
        """The next line, or nothing when there will be none. A line without an end is no line."""
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
        """Hang up once the client has had its time, and say why."""
        while self._clock.now() < self._deadline:
            await self._clock.sleep_until(self._deadline)
            if self.watching is not None:
                self._note_reading()
        self._writer.write(protocol.encode(protocol.refused(None, self._time_is_up())))
        self.hang_up()

    def hang_up(self) -> None:
        """Close. What the client does not read now is not waited for."""
        if self._writer.transport.get_write_buffer_size() > 0:
            self._writer.transport.abort()
        else:
            self._writer.close()

    def _time_is_up(self) -> str:
        if self.spare:
            return f"too many clients: this one had {SPARE_NS // NS_PER_S} s; closing"
        did = "nothing was read" if self.watching is not None else "no request came"
        return f"{did} for {IDLE_NS // NS_PER_S} s; closing"

    def _note_reading(self) -> None:
        if self._has_read_all():
            self._deadline = self._clock.now() + IDLE_NS

    def _has_read_all(self) -> bool:
        """Whether nothing waits for the client, neither here nor in the kernel.

        The kernel tells by SIOCOUTQ, another name of TIOCOUTQ, how much of what was sent the other
        end of a Unix socket has not read (unix_outq_len in net/unix/af_unix.c).
        """
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > 0:
            return False
        number = transport.get_extra_info("socket").fileno()
        unread = fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4))
        return int.from_bytes(unread, sys.byteorder) == 0
