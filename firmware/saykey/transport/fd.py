"""A host behind a file descriptor: the kernel's USB keyboard, or a simulated host on a socket.

Both take one 8-byte report per write and give lock light reports of one byte. The socket stands
for a cable to ``saykey.simulated.host_process``; it also gives two-byte messages, the number of
reports the host has read since the last one, because a socket would take hundreds of reports
unread where the kernel's gadget takes two.
"""

import asyncio
import contextlib
import errno
import os
import socket
from collections.abc import Callable
from typing import Protocol

from saykey.errors import HardwareError, LinkLost
from saykey.flow import ALL_UP, Report
from saykey.ports import Clock, Link

REOPEN_NS = 500_000_000
"""How often a lost host is tried again."""

QUEUE = 2
"""Reports accepted unread: one in the endpoint, one in f_hid's only request (measured)."""

_AWAY = frozenset(
    {
        errno.ESHUTDOWN,  # the gadget is unbound or the cable unplugged (f_hid.c, f_hidg_write)
        errno.ENODEV,
        errno.ENXIO,
        errno.EPIPE,
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.EAGAIN,  # the simulated host's queue of connections is full
    }
)
_STALE_REPORTS = 16


class Endpoint(Protocol):
    """What stands at the end of the descriptor."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    @property
    def acknowledges(self) -> bool:
        """Whether it tells how many reports were read; if not, the kernel bounds them."""
        ...

    @property
    def advice(self) -> str:
        """What the user should do when it is not there."""
        ...

    def connect(self) -> int:
        """A non-blocking descriptor to a host that takes reports. Raises OSError."""
        ...


class UsbGadget:
    """The HID function of the kernel's USB gadget, such as /dev/hidg0."""

    acknowledges = False
    advice = "set the USB gadget up, and let this user write to the device."

    def __init__(self, path: str) -> None:
        self.path = path

    def connect(self) -> int:
        """Open it and try it with an all-zero report: opening alone succeeds without a cable.

        Lock light reports already queued are dropped: they are from the enumeration, or from the
        host before.
        """
        fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            with contextlib.suppress(BlockingIOError):
                for _ in range(_STALE_REPORTS):
                    os.read(fd, 64)
            with contextlib.suppress(BlockingIOError):  # a host is there, but does not poll now
                os.write(fd, ALL_UP.data)
        except OSError:
            os.close(fd)
            raise
        return fd


class HostSocket:
    """A simulated host's Unix socket of type SOCK_SEQPACKET: a message is a report."""

    acknowledges = True
    advice = "start a host there: python -m saykey.simulated.host_process PATH"

    def __init__(self, path: str) -> None:
        self.path = path

    def connect(self) -> int:
        """Connect to the host."""
        kind = socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_UNIX, kind) as connection:
            connection.connect(self.path)
            return connection.detach()


def endpoint_of(address: str) -> Endpoint:
    """The endpoint a settings file calls "usb:DEVICE" or "socket:PATH"."""
    kind, _, path = address.partition(":")
    return UsbGadget(path) if kind == "usb" else HostSocket(path)


class FdTransport:
    """ports.Transport over a file descriptor; finds a lost host again by itself.

    One ``send`` at a time.
    """

    in_doubt = QUEUE

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._fd: int | None = None
        self._unread = 0
        self._room: asyncio.Future[None] | None = None
        self._reopening: asyncio.Task[None] | None = None
        self._on_link: Callable[[Link], None] = lambda _link: None
        self._on_leds: Callable[[int], None] = lambda _leds: None

    async def open(self, on_link: Callable[[Link], None], on_leds: Callable[[int], None]) -> None:
        """See ports.Transport."""
        self._on_link = on_link
        self._on_leds = on_leds
        try:
            fd = self._endpoint.connect()
        except OSError as error:
            if error.errno not in _AWAY:
                raise HardwareError(self._refusal(error)) from error
            self._down()
        else:
            self._up(fd)

    async def send(self, report: Report) -> None:
        """See ports.Transport."""
        while (fd := self._fd) is not None:
            if self._endpoint.acknowledges and self._unread >= QUEUE:
                await self._wait_for_room()
                continue
            try:
                os.write(fd, report.data)
            except BlockingIOError:
                await self._wait_for_room(writable=fd)
            except OSError as error:
                self._lose()
                raise LinkLost(self._loss(error.strerror)) from error
            else:
                self._unread += self._endpoint.acknowledges
                return
        raise LinkLost(self._loss("no host"))

    async def wake(self) -> None:
        """Does nothing: the link is up or down, it never sleeps as far as a descriptor tells."""

    async def close(self) -> None:
        """See ports.Transport."""
        self._on_link = lambda _link: None
        self._on_leds = lambda _leds: None
        self._let_go()
        if self._reopening is not None:
            self._reopening.cancel()

    def _up(self, fd: int) -> None:
        self._fd = fd
        self._unread = 0
        asyncio.get_running_loop().add_reader(fd, self._read)
        self._on_link(Link.UP)

    def _down(self) -> None:
        self._reopening = asyncio.create_task(self._reopen())
        self._on_link(Link.DOWN)

    def _lose(self) -> None:
        self._let_go()
        self._down()

    def _let_go(self) -> None:
        if self._fd is not None:
            loop = asyncio.get_running_loop()
            loop.remove_reader(self._fd)
            loop.remove_writer(self._fd)
            os.close(self._fd)
            self._fd = None
        self._make_room()

    async def _reopen(self) -> None:
        while True:
            await self._clock.sleep_until(self._clock.now() + REOPEN_NS)
            try:
                fd = self._endpoint.connect()
            except OSError:
                continue  # still away: the user was told so by the link
            self._up(fd)
            return

    def _read(self) -> None:
        """Take one message of the host: lock lights, or how many reports it has read."""
        if self._fd is None:
            return
        try:
            message = os.read(self._fd, 64)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._lose()
        elif self._endpoint.acknowledges and len(message) == 2:
            self._unread = max(0, self._unread - int.from_bytes(message, "little"))
            self._make_room()
        else:
            self._on_leds(message[0])

    async def _wait_for_room(self, writable: int | None = None) -> None:
        loop = asyncio.get_running_loop()
        self._room = loop.create_future()
        if writable is not None:
            loop.add_writer(writable, self._make_room)
        try:
            await self._room
        finally:
            self._room = None
            if writable is not None and self._fd == writable:
                loop.remove_writer(writable)

    def _make_room(self) -> None:
        if self._room is not None and not self._room.done():
            self._room.set_result(None)

    def _refusal(self, error: OSError) -> str:
        return f"{self._endpoint.path} cannot be opened ({error.strerror}): {self._endpoint.advice}"

    def _loss(self, why: str | None) -> str:
        return f"The host at {self._endpoint.path} takes no keys ({why}): check the connection."
