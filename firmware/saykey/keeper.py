"""Keeps the mirror of held text up to date, and reports the process's state to systemd.

Held text is mirrored after each step, before the event loop can type anything. So text whose typing
is interrupted by a crash is in the mirror.
"""

import logging

from saykey import looks
from saykey.control.status import in_words
from saykey.effects import Effect
from saykey.events import Event
from saykey.outbox.kept import Kept, kept
from saykey.outbox.mirror import Mirror
from saykey.ports import Clock
from saykey.requests import ShutdownWanted
from saykey.state.device import Device
from saykey.systemd import Manager

_log = logging.getLogger(__name__)


class Keeper:
    """Updates the mirror, and reports to the service manager. Each is None if there is none."""

    def __init__(self, mirror: Mirror | None, manager: Manager | None, clock: Clock) -> None:
        self._mirror = mirror
        self._manager = manager
        self._clock = clock
        self._found: Kept = () if mirror is None else mirror.restore()
        self._mirrored: tuple[object, object] = (None, None)

    @property
    def found(self) -> Kept:
        """The text that was in the mirror at the start."""
        return self._found

    def opened(self, device: Device) -> None:
        """Report that the start is complete: everything is open."""
        if self._found:
            _log.info("%d held texts were restored", len(self._found))
        if self._mirror is not None:
            self._mirror.open()
        if self._manager is not None:
            self._manager.ready()
            self._manager.status(in_words(looks.status(device)))

    def observe(
        self, event: Event, device: Device, _effects: tuple[Effect, ...], _now: int
    ) -> None:
        """See hub.Observer."""
        if self._mirror is not None:
            self._keep(self._mirror, device)
        if self._manager is not None:
            if isinstance(event, ShutdownWanted):
                self._manager.stopping()
            self._manager.status(in_words(looks.status(device)))

    def _keep(self, mirror: Mirror, device: Device) -> None:
        # Most steps change neither. Both are immutable: the same object holds the same text.
        delivery, row = device.delivery, device.hearing.row
        if self._mirrored[0] is not delivery or self._mirrored[1] is not row:
            mirror.keep(kept(device))
            self._mirrored = (delivery, row)

    async def run(self) -> None:
        """Report regularly to the service manager that the event loop is running."""
        if self._manager is None or (every := self._manager.alive_every_ns) is None:
            return
        while True:
            self._manager.alive()
            await self._clock.sleep_until(self._clock.now() + every)
