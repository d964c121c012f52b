"""A host behind a file descriptor; see saykey.transport.usb and .socket for what it may be.

What the kernel's gadget tells of its link (f_hid.c, Linux 6.12):

| the host | write | poll |
|---|---|---|
| is gone | ESHUTDOWN | readable, and reading fails; older kernels wake no reader |
| does not poll, or sleeps | two are accepted, then EAGAIN | not writable |
| sleeps, on a Pi (dwc2_hsotg_ep_queue) | EAGAIN | writable |

A host that fell asleep while nothing was typed changes none of this: the endpoint is asked.
"""

import asyncio
import contextlib
import os
import select
from collections.abc import Callable

from saykey.errors import HardwareError, LinkLost
from saykey.flow import ALL_UP, Report
from saykey.ports import Clock, Link
from saykey.transport.endpoint import AWAY, Endpoint
from saykey.transport.writer import QUEUE, ReportWriter

REOPEN_NS = 500_000_000
"""How often a lost host is tried again."""

GONE_LOOKS = 4
"""After so many attempts, 2 s, with no device file to open, that is no gadget being set up anew."""

LOOK_NS = 1_000_000_000
STUCK_LOOKS = 2
"""How often the link is looked at, and when a host that polls nothing counts as asleep: after two
looks in a row, which makes two to three seconds."""

WAKING_LOOK_NS = 50_000_000
WAKING_NS = 10_000_000_000
"""A host that is being woken is looked at more often, for so long. It is not woken again before:
repeated wake-ups wedge some controllers."""


class FdTransport:
    """ports.Transport over a file descriptor; finds a lost host again by itself.

    One ``send`` at a time.
    """

    in_doubt = QUEUE

    def __init__(self, endpoint: Endpoint, clock: Clock) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._link = Link.UNKNOWN
        self._fd: int | None = None
        self._writer = ReportWriter(
            acknowledges=endpoint.acknowledges,
            lost=self._lose,
            asleep=lambda: self._move_to(Link.ASLEEP),
        )
        self._accepted_before = 0
        self._stuck_looks = 0
        self._gone_looks = 0
        self._woken_at: int | None = None
        self._watching: asyncio.Task[None] | None = None
        self._on_link: Callable[[Link], None] = lambda _link: None
        self._on_leds: Callable[[int], None] = lambda _leds: None

    async def open(self, on_link: Callable[[Link], None], on_leds: Callable[[int], None]) -> None:
        """See ports.Transport."""
        self._on_link = on_link
        self._on_leds = on_leds
        try:
            fd = self._endpoint.connect()
        except OSError as error:
            if error.errno not in AWAY:
                raise HardwareError(self._refusal(error)) from error
            self._move_to(Link.DOWN)
        else:
            self._begin(fd)

    async def send(self, report: Report) -> None:
        """See ports.Transport."""
        while self._link is Link.UP and self._fd is not None:
            try:
                accepted = self._writer.write(report.data)
            except OSError as error:
                self._lose()
                raise LinkLost(self._loss(error.strerror)) from error
            if accepted or await self._writer.accepted_later(report.data):
                return
        raise LinkLost(self._loss("it sleeps" if self._link is Link.ASLEEP else "no host"))

    async def wake(self) -> None:
        """See ports.Transport. Once in ten seconds at most."""
        if self._link is Link.ASLEEP and not self._is_waking():
            self._woken_at = self._clock.now()
            self._endpoint.wake()
            self._watch()

    async def close(self) -> None:
        """See ports.Transport."""
        self._on_link = lambda _link: None
        self._on_leds = lambda _leds: None
        self._link = Link.UNKNOWN
        self._let_go()
        if self._watching is not None:
            self._watching.cancel()
        self._endpoint.close()

    def _begin(self, fd: int) -> None:
        self._fd = fd
        self._writer.begin(fd)
        asyncio.get_running_loop().add_reader(fd, self._read)
        if not self._endpoint.sleeps():
            self._move_to(Link.UP)
            return
        try:
            self._fall_asleep(fd)
        except OSError:
            self._lose()

    def _move_to(self, link: Link) -> None:
        self._link = link
        self._woken_at = None
        self._stuck_looks = self._gone_looks = 0
        self._writer.changed()
        self._watch()
        self._on_link(link)

    def _lose(self) -> None:
        self._let_go()
        self._move_to(Link.DOWN)

    def _let_go(self) -> None:
        self._writer.end()
        if self._fd is not None:
            asyncio.get_running_loop().remove_reader(self._fd)
            os.close(self._fd)
            self._fd = None

    def _watch(self) -> None:
        """Look at the link now and then; a socket tells by itself when its host goes."""
        if self._watching is not None and self._watching is not asyncio.current_task():
            self._watching.cancel()
        self._watching = None
        if not (self._endpoint.acknowledges and self._link is Link.UP):
            self._watching = asyncio.create_task(self._keep_looking(self._link))

    async def _keep_looking(self, link: Link) -> None:
        while self._link is link:
            await self._clock.sleep_until(self._clock.now() + self._pause())
            if link is Link.DOWN:
                await self._try_again()
            elif self._fd is not None:
                self._look_at(self._fd)

    def _pause(self) -> int:
        if self._link is Link.DOWN:
            return REOPEN_NS
        return WAKING_LOOK_NS if self._is_waking() else LOOK_NS

    def _is_waking(self) -> bool:
        return self._woken_at is not None and self._clock.now() < self._woken_at + WAKING_NS

    async def _try_again(self) -> None:
        try:
            fd = self._endpoint.connect()
        except OSError as error:  # still away: the user was told so by the link
            self._gone_looks = 0 if error.errno in AWAY else self._gone_looks + 1
            if self._gone_looks == GONE_LOOKS:
                on_link, self._watching = self._on_link, None  # ours is the task that watches
                await self.close()
                on_link(Link.UNKNOWN)
            return
        self._begin(fd)

    def _look_at(self, fd: int) -> None:
        """See whether the host went, fell asleep or woke up while nothing was accepted."""
        accepted = self._writer.accepted
        stuck = accepted == self._accepted_before and not _writable(fd)
        self._accepted_before = accepted
        self._stuck_looks = self._stuck_looks + 1 if stuck else 0
        try:
            if self._link is Link.ASLEEP:
                os.write(fd, ALL_UP.data)
                self._move_to(Link.UP)
            elif self._stuck_looks == STUCK_LOOKS or self._endpoint.sleeps():
                self._fall_asleep(fd)
        except BlockingIOError:
            return  # it sleeps on
        except OSError:
            self._lose()

    def _fall_asleep(self, fd: int) -> None:
        """Leave it all it accepts: then it wakes with keys up, and accepts more once it polls.

        Raises OSError when it is gone instead.
        """
        with contextlib.suppress(BlockingIOError):
            for _ in range(QUEUE):
                os.write(fd, ALL_UP.data)
        self._move_to(Link.ASLEEP)

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
            self._writer.read_by_host(int.from_bytes(message, "little"))
        else:
            self._on_leds(message[0])

    def _refusal(self, error: OSError) -> str:
        return f"{self._endpoint.path} cannot be opened ({error.strerror}): {self._endpoint.advice}"

    def _loss(self, why: str | None) -> str:
        return f"The host at {self._endpoint.path} takes no keys ({why}): check the connection."


def _writable(fd: int) -> bool:
    poll = select.poll()
    poll.register(fd, select.POLLOUT)
    return any(found & select.POLLOUT for _, found in poll.poll(0))
