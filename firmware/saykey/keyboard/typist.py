"""The typist: carries pieces out on one host, one after the other, and reports how far it got."""

import asyncio
from collections.abc import Callable

from saykey.effects import StopTyping, TypeEdits
from saykey.errors import LinkLost
from saykey.events import Event, TypingAdvanced, TypingBegan, TypingPlanned, TypingStopped
from saykey.flow import ALL_UP, Report
from saykey.keyboard import locks
from saykey.keyboard.planning import PlannerOf, Planning, planner_of
from saykey.keyboard.progress import Progress
from saykey.ports import Clock, Transport
from saykey.settings.schema import HostSettings

STOP_PATIENCE_NS = 200_000_000
"""How long a stop or a release waits for a host that does not poll: then it counts as lost."""

PROGRESS_NS = 200_000_000
"""While a piece is typed, how far it got is told this often; a display shows no more."""

_REPORTS_PER_TURN = 16  # a host that polls at once must not keep the loop from its other work


class Typist:
    """Performs TypeEdits, StopTyping and ReleaseKeys for one host.

    These methods return at once; ``run`` does the work, in their order, and never two pieces at a
    time. Each piece is told as planned before its first key, and ends in TypingFinished, or in
    TypingStopped whose three parts are the piece's edits as they were given, cut between units.
    A piece is typed with the layout and the profile that it brings; that of ``host`` is at hand
    from the start.
    What is spoken is never logged. Caps Lock is tapped off before a piece and put back after it,
    as the profile wants.
    """

    def __init__(
        self,
        transport: Transport,
        host: HostSettings,
        clock: Clock,
        post: Callable[[Event], None],
        *,
        planner_of: PlannerOf = planner_of,
    ) -> None:
        self._transport = transport
        self._planning = Planning(host, planner_of)
        planner = self._planning.planner
        self._caps = locks.caps_lock(planner.layout, fix=planner.profile.fix_caps)
        self._lights = asyncio.Event()
        self._clock = clock
        self._post = post
        # None: release the keys
        self._jobs: asyncio.Queue[TypeEdits | None] = asyncio.Queue()
        self._awaited: set[int] = set()
        self._stopped: set[int] = set()
        self._stop_wanted = asyncio.Event()
        self._keys_down = False
        self._release: asyncio.Task[None] | None = None

    def type_edits(self, effect: TypeEdits) -> None:
        """Carry this piece out when those before it have ended."""
        self._awaited.add(effect.piece)
        self._jobs.put_nowait(effect)

    def stop_typing(self, effect: StopTyping) -> None:
        """End the piece at the next whole unit, keys up. Nothing is done for one that has ended."""
        if effect.piece in self._awaited:
            self._stopped.add(effect.piece)
            self._stop_wanted.set()

    def release_keys(self) -> None:
        """Send the all-zero report when the pieces before have ended; best effort.

        Given up when the link is down. A host that does not poll gets it as soon as it does.
        """
        self._jobs.put_nowait(None)

    def leds_changed(self, leds: int | None) -> None:
        """The host set its lock lights (see ports.Transport); None: it is gone, and they too."""
        self._caps = locks.lit(self._caps, leds)
        self._lights.set()

    async def settled(self) -> None:
        """Return once everything asked for so far is done."""
        await self._jobs.join()

    async def run(self) -> None:
        """Work until cancelled; then see that no key stays down, which takes 200 ms at most."""
        try:
            while True:
                effect = await self._jobs.get()
                try:
                    if effect is None:
                        await self._release_within_patience()
                    else:
                        await self._type(effect)
                finally:
                    self._jobs.task_done()
        finally:
            if self._keys_down or locks.owed(self._caps):
                await self._release_within_patience()
            if self._release is not None:
                self._release.cancel()

    async def _type(self, effect: TypeEdits) -> None:
        outcome: Event
        if effect.piece not in self._stopped:
            self._planning.use(effect.profile)
            planner = self._planning.planner
            fix = planner.profile.fix_caps
            self._caps = locks.typed_with(self._caps, planner.layout, fix=fix)
            plan = await self._planning.plan(effect.edits)
            self._post(TypingPlanned(effect.piece, len(plan.units), plan.substitutions))
            now = self._clock.now()
            piece = Progress(effect, plan, progress_at=now, told_at=now)
            await self._work(piece)
            outcome = piece.outcome(self._transport.in_doubt)
        else:
            outcome = TypingStopped(effect.piece, typed=(), doubtful=(), rest=effect.edits)
        self._awaited.discard(effect.piece)
        self._stopped.discard(effect.piece)
        self._post(outcome)

    async def _work(self, piece: Progress) -> None:
        """Send the piece, and if a stop comes see that it ends in bounded time."""
        sending = asyncio.create_task(self._send(piece))
        stop = asyncio.create_task(self._stop_of(piece.effect.piece))
        try:
            await asyncio.wait({sending, stop}, return_when=asyncio.FIRST_COMPLETED)
            await self._while_there_is_progress(sending, piece)
        finally:
            stop.cancel()
            sending.cancel()
            await asyncio.wait({sending, stop})
        if sending.cancelled():
            piece.lost = True
            self._start_release()
        else:
            sending.result()

    async def _stop_of(self, number: int) -> None:
        while number not in self._stopped:
            self._stop_wanted.clear()
            await self._stop_wanted.wait()

    async def _while_there_is_progress(self, sending: asyncio.Task[None], piece: Progress) -> None:
        """Return when the task is done, or when no report was accepted for too long."""
        deadline = max(piece.progress_at, self._clock.now()) + STOP_PATIENCE_NS
        while not sending.done() and self._clock.now() < deadline:
            await self._wait_until(deadline, sending)
            deadline = piece.progress_at + STOP_PATIENCE_NS

    async def _wait_until(self, at: int, task: asyncio.Task[object]) -> None:
        alarm = asyncio.create_task(self._clock.sleep_until(at))
        try:
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()

    async def _send(self, piece: Progress) -> None:
        try:
            if self._release is not None:
                await asyncio.shield(self._release)
            self._caps = locks.begun(self._caps)
            if locks.in_the_way(self._caps):
                await self._tap_caps_off(piece)
            while not await self._send_plan(piece):
                await self._transmit(ALL_UP, piece, planned=False)
                await self._tap_caps_off(piece)
                piece.go_on_with(await self._planning.plan(piece.rest()))
            await self._put_caps_back(piece)
        except LinkLost:
            piece.lost = True
            piece.unsure = False

    async def _send_plan(self, piece: Progress) -> bool:
        """Send the plan up to its end or a stop. False: Caps Lock came on, and no key is down."""
        number = piece.effect.piece
        for report in piece.plan.reports:
            if number in self._stopped and piece.may_stop():
                if piece.sent:
                    await self._transmit(ALL_UP, piece, planned=False)
                break
            if locks.came_in_the_way(self._caps) and piece.may_stop():
                return False
            await self._transmit(report, piece, planned=True)
        return True

    async def _transmit(self, report: Report, piece: Progress | None, *, planned: bool) -> None:
        """Send a report, for a piece or for none, and hold it."""
        self._keys_down = True
        if piece is not None:
            piece.unsure = planned
        await self._transport.send(report)
        at = self._clock.now()
        self._keys_down = report.data != ALL_UP.data
        if piece is not None:
            piece.accepted(at, planned=planned)
            self._tell(piece, at)
        if report.hold_ns:
            await self._clock.sleep_until(at + report.hold_ns)
        elif piece is not None and piece.reports % _REPORTS_PER_TURN == 0:
            await asyncio.sleep(0)

    def _tell(self, piece: Progress, at: int) -> None:
        if piece.reports == 1:
            self._post(TypingBegan(piece.effect.piece))
        elif at - piece.told_at >= PROGRESS_NS and not piece.whole:
            piece.told_at = at
            self._post(TypingAdvanced(piece.effect.piece, piece.done))

    async def _tap_caps_off(self, piece: Progress) -> None:
        self._caps = locks.tapped_off(self._caps)
        await self._tap_caps(piece, on=False)

    async def _put_caps_back(self, piece: Progress | None) -> None:
        owed = locks.owed(self._caps)
        self._caps = locks.put_back(self._caps)
        if owed:
            await self._tap_caps(piece, on=True)

    async def _tap_caps(self, piece: Progress | None, *, on: bool) -> None:
        """Returns when the light shows it. A host whose light never does is not waited for long."""
        for report in locks.TAP:
            await self._transmit(report, piece, planned=False)
        deadline = self._clock.now() + locks.LIGHT_PATIENCE_NS
        while self._caps.on is not on and self._clock.now() < deadline:
            self._lights.clear()
            waiting = asyncio.create_task(self._lights.wait())
            try:
                await self._wait_until(deadline, waiting)
            finally:
                waiting.cancel()

    def _start_release(self) -> asyncio.Task[None]:
        if self._release is None or self._release.done():
            self._release = asyncio.create_task(self._send_all_up())
        return self._release

    async def _send_all_up(self) -> None:
        """With Caps Lock put back, if an interrupted piece owes it."""
        try:
            await self._transmit(ALL_UP, None, planned=False)
            await self._put_caps_back(None)
        except LinkLost:
            return  # the device state asks for a release when the host is back

    async def _release_within_patience(self) -> None:
        """Left waiting in the background after that: the keys go up when the host polls again."""
        release = self._start_release()
        await self._wait_until(self._clock.now() + STOP_PATIENCE_NS, release)
