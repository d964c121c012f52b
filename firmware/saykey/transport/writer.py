"""Writes reports to a host's descriptor, and waits while the host takes none."""

import asyncio
import os
from collections.abc import Callable

QUEUE = 2
"""Reports accepted unread: one in the endpoint, one in f_hid's only request (measured)."""

_REFUSALS = 3
"""In a row, though the device is writable: the controller itself takes nothing while asleep."""


class ReportWriter:
    """One report at a time: `write` it, and if that says no, wait in `accepted_later`.

    ``acknowledges`` as saykey.transport.endpoint.Endpoint has it. While a report waits, ``lost`` is
    called when the host is found to be gone, and ``asleep`` when its controller refuses all writes.
    """

    def __init__(
        self, *, acknowledges: bool, lost: Callable[[], None], asleep: Callable[[], None]
    ) -> None:
        self.accepted = 0
        self._acknowledges = acknowledges
        self._lost = lost
        self._asleep = asleep
        self._fd: int | None = None
        self._unread = 0
        self._waiting: bytes | None = None
        self._change: asyncio.Future[bool] | None = None
        self._awaits_room = False
        self._refusals = 0

    def begin(self, fd: int) -> None:
        """Write to this descriptor from now on; its host has nothing left to read."""
        self._fd = fd
        self._unread = 0

    def end(self) -> None:
        """Leave the descriptor alone: it is about to be closed."""
        if self._fd is not None:
            asyncio.get_running_loop().remove_writer(self._fd)
            self._fd = None
            self._awaits_room = False
        self.changed()

    def write(self, report: bytes) -> bool:
        """Whether it was accepted at once. Raises OSError when the host is gone."""
        # Just waited for room, it has none now: not asking saves a refusal for each report.
        return not (self._awaits_room or self._is_full()) and self._write(report)

    async def accepted_later(self, report: bytes) -> bool:
        """Wait until it is accepted, or until something has changed: then False, not accepted."""
        loop = asyncio.get_running_loop()
        self._waiting = None if self._is_full() else report
        self._change = loop.create_future()
        self._refusals = 0
        if self._waiting is not None and self._fd is not None and not self._awaits_room:
            loop.add_writer(self._fd, self._write_waiting)
            self._awaits_room = True
        try:
            return await self._change
        finally:
            self._change = self._waiting = None

    def read_by_host(self, count: int) -> None:
        """The host acknowledged that it has read so many reports."""
        self._unread = max(0, self._unread - count)
        self.changed()

    def changed(self) -> None:
        """Let the report that waits be tried again, or given up: the host or its link changed."""
        self._finish_waiting(accepted=False)

    def _is_full(self) -> bool:
        return self._acknowledges and self._unread >= QUEUE

    def _write(self, report: bytes) -> bool:
        if self._fd is None:
            return False
        try:
            os.write(self._fd, report)
        except BlockingIOError:
            return False
        self._unread += self._acknowledges
        self.accepted += 1
        return True

    def _write_waiting(self) -> None:
        """The device is writable. Registered as long as reports wait: doing that for each costs."""
        if self._fd is None:
            return
        if self._waiting is None:
            asyncio.get_running_loop().remove_writer(self._fd)
            self._awaits_room = False
            return
        try:
            accepted = self._write(self._waiting)
        except OSError:
            self._lost()
            return
        if accepted:
            self._finish_waiting(accepted=True)
            return
        self._refusals += 1
        if self._refusals == _REFUSALS:
            self._asleep()

    def _finish_waiting(self, *, accepted: bool) -> None:
        self._waiting = None
        if self._change is not None and not self._change.done():
            self._change.set_result(accepted)
