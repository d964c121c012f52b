"""A simulated host: accepts boot reports like the kernel's gadget, and shows the text they type."""

import asyncio
from collections import deque
from collections.abc import Callable

from saykey.errors import LinkLost
from saykey.flow import Report
from saykey.ports import Clock, Link
from saykey.simulated.text_field import TextField

QUEUE = 2
"""Reports that are accepted before the host polls, as by the kernel's gadget (measured)."""


class SimulatedHost:
    """A ports.Transport to a simulated host that can stall, sleep, wake, be unplugged and plugged.

    It polls every ``poll_ns`` of the clock. With 0 it reads each report at once. It decodes reports
    like Linux (see TextField). ``wake_ns`` is how long it takes to wake up. With ``reports_leds``
    it sends its lock LEDs when it is plugged in and after each change.
    """

    in_doubt = QUEUE

    def __init__(  # noqa: PLR0913  the ways in which hosts differ
        self,
        clock: Clock,
        layout: str = "us",
        variant: str = "",
        *,
        poll_ns: int = 0,
        wake_ns: int = 500_000_000,
        reports_leds: bool = True,
    ) -> None:
        self._clock = clock
        self._field = TextField(layout, variant)
        self._poll_ns = poll_ns
        self._wake_ns = wake_ns
        self._reports_leds = reports_leds
        self._leds_told: int | None = None
        self._queue: deque[bytes] = deque()
        self._poll_at = clock.now()
        self._stalled_at: int | None = None
        self._frozen_ns = 0
        self._link = Link.UP
        self._changed = asyncio.Event()
        self._waking: asyncio.Task[None] | None = None
        self._on_link: Callable[[Link], None] | None = None
        self._on_leds: Callable[[int], None] | None = None
        self._reports_seen: list[bytes] = []

    @property
    def text(self) -> str:
        """The content of the text field now."""
        self._catch_up()
        return self._field.text

    @property
    def keys_down(self) -> frozenset[int]:
        """The keys that are down for the host now, as Linux key codes."""
        self._catch_up()
        return self._field.keys_down

    @property
    def reports_seen(self) -> tuple[bytes, ...]:
        """All reports that the host has read."""
        self._catch_up()
        return tuple(self._reports_seen)

    @property
    def shortcuts(self) -> int:
        """The number of keys pressed with Control, Alt or GUI held. They type nothing."""
        self._catch_up()
        return self._field.shortcuts

    async def open(self, on_link: Callable[[Link], None], on_leds: Callable[[int], None]) -> None:
        """See ports.Transport."""
        self._on_link = on_link
        self._on_leds = on_leds
        on_link(self._link)
        if self._link is Link.UP:
            self._tell_leds(anew=True)

    async def send(self, report: Report) -> None:
        """See ports.Transport. A sleeping host accepts two reports and reads them when it wakes."""
        self._catch_up()
        while len(self._queue) >= QUEUE or self._link is Link.DOWN:
            if self._link is not Link.UP:
                raise LinkLost(f"The simulated host is {self._link.value}.")
            await self._next_change()
            self._catch_up()
        if not self._queue:
            self._poll_at = max(self._poll_at, self._clock.now())
        self._queue.append(report.data)
        self._catch_up()

    async def wake(self) -> None:
        """If the host is asleep, it is up ``wake_ns`` later."""
        if self._link is Link.ASLEEP and self._waking is None:
            self._waking = asyncio.create_task(self._wake_up())

    async def close(self) -> None:
        """See ports.Transport."""
        self._on_link = self._on_leds = None
        self._stop_waking()

    def stall(self) -> None:
        """Freeze with the link up: stop polling and repeating keys."""
        self._catch_up()
        if self._stalled_at is None:
            self._stalled_at = self._clock.now()

    def resume(self) -> None:
        """Poll again after a stall."""
        if self._stalled_at is not None:
            self._frozen_ns += self._clock.now() - self._stalled_at
            self._stalled_at = None
            self._poll_again()

    def sleep(self) -> None:
        """Suspend. Linux then releases all keys (input.c, input_dev_suspend)."""
        self._catch_up()
        self._let_all_up()
        self._move_to(Link.ASLEEP)

    def unplug(self) -> None:
        """Pull the cable: unread reports are lost, and the host releases the keys."""
        self._catch_up()
        self._stop_waking()
        self._queue.clear()
        self._let_all_up()
        self._move_to(Link.DOWN)

    def plug(self) -> None:
        """Put the cable back in."""
        self._move_to(Link.UP)
        self._tell_leds(anew=True)

    def set_leds(self, leds: int) -> None:
        """Press lock keys on another keyboard of the host until these lock LEDs are on."""
        self._catch_up()
        self._field.set_locks(leds)
        self._tell_leds()

    @property
    def _polls(self) -> bool:
        return self._link is Link.UP and self._stalled_at is None

    def _catch_up(self) -> None:
        """Do the host's polls and key repeats since the last call."""
        now = self._clock.now()
        while self._polls and self._queue and self._poll_at <= now:
            report = self._queue.popleft()
            self._reports_seen.append(report)
            self._field.read(report, self._poll_at - self._frozen_ns)
            self._poll_at += self._poll_ns
            self._tell_leds()
        if self._stalled_at is None:
            self._field.pass_time(now - self._frozen_ns)

    def _let_all_up(self) -> None:
        now = self._clock.now() if self._stalled_at is None else self._stalled_at
        self._field.let_all_up(now - self._frozen_ns)

    async def _next_change(self) -> None:
        """Return at the next poll, or at a call of stall, resume, unplug and so on."""
        self._changed.clear()
        waits: set[asyncio.Task[object]] = {asyncio.create_task(self._changed.wait())}
        if self._polls:
            waits.add(asyncio.create_task(self._clock.sleep_until(self._poll_at)))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _poll_again(self) -> None:
        self._poll_at = self._clock.now()
        self._changed.set()
        self._catch_up()

    def _move_to(self, link: Link) -> None:
        self._link = link
        if self._on_link is not None:
            self._on_link(link)
        self._poll_again()

    def _tell_leds(self, *, anew: bool = False) -> None:
        leds = self._field.leds
        if anew or leds != self._leds_told:
            self._leds_told = leds
            if self._reports_leds and self._on_leds is not None:
                self._on_leds(leds)

    async def _wake_up(self) -> None:
        await self._clock.sleep_until(self._clock.now() + self._wake_ns)
        self._waking = None
        self._move_to(Link.UP)

    def _stop_waking(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
