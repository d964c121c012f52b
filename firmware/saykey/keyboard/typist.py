"""The typist: types pieces of text on one host, one after the other, and tells how far it got."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from saykey.effects import StopTyping, TypeText
from saykey.errors import LinkLost
from saykey.events import Event, TypingBegan, TypingFinished, TypingStopped
from saykey.flow import ALL_UP
from saykey.keyboard.layouts import Layout
from saykey.keyboard.reports import (
    Plan,
    Planner,
    begun,
    completed,
    safe_stop,
    substitutions_within,
)
from saykey.ports import Clock, Transport

STOP_PATIENCE_NS = 200_000_000
"""How long a stop or a release waits for a host that does not poll: then it counts as lost."""

_LONG_TEXT = 2_000  # characters; planning more takes over 20 ms on the slowest boards
_REPORTS_PER_TURN = 16  # a host that polls at once must not keep the loop from its other work


@dataclass(slots=True)
class _Piece:
    """How far the piece at hand is. ``unsure``: one more report may be, or become, accepted."""

    effect: TypeText
    plan: Plan
    sent: int
    progress_at: int
    released: bool = False
    lost: bool = False
    unsure: bool = False


class Typist:
    """Performs TypeText, StopTyping and ReleaseKeys for one host.

    The three methods return at once; ``run`` does the work, in their order, and never two pieces
    at a time. Each TypeText ends in TypingFinished, or in TypingStopped whose three parts are
    the piece's text as it was given, cut between graphemes. What is spoken is never logged.
    """

    def __init__(
        self,
        transport: Transport,
        layout: Layout,
        clock: Clock,
        post: Callable[[Event], None],
        host: str,
    ) -> None:
        self.host = host
        self._transport = transport
        self._planner = Planner(layout)
        self._clock = clock
        self._post = post
        self._jobs: asyncio.Queue[TypeText | None] = asyncio.Queue()  # None: release the keys
        self._awaited: set[int] = set()
        self._stopped: set[int] = set()
        self._stop_wanted = asyncio.Event()
        self._keys_down = False
        self._release: asyncio.Task[None] | None = None

    def type_text(self, effect: TypeText) -> None:
        """Type this piece when those before it have ended."""
        self._awaited.add(effect.piece)
        self._jobs.put_nowait(effect)

    def stop_typing(self, effect: StopTyping) -> None:
        """End the piece at the next whole grapheme, keys up. A piece that has ended is left be."""
        if effect.piece in self._awaited:
            self._stopped.add(effect.piece)
            self._stop_wanted.set()

    def release_keys(self) -> None:
        """Send the all-zero report when the pieces before have ended; best effort.

        Given up when the link is down. A host that does not poll gets it as soon as it does.
        """
        self._jobs.put_nowait(None)

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
            if self._keys_down:
                await self._release_within_patience()
            if self._release is not None:
                self._release.cancel()

    async def _type(self, effect: TypeText) -> None:
        if effect.piece not in self._stopped:
            piece = await self._begin(effect)
            await self._work(piece)
            outcome = _outcome(piece, self._transport.in_doubt)
        else:
            outcome = TypingStopped(effect.piece, typed="", doubtful="", rest=effect.text)
        self._awaited.discard(effect.piece)
        self._stopped.discard(effect.piece)
        self._post(outcome)

    async def _begin(self, effect: TypeText) -> _Piece:
        text = effect.text
        if len(text) > _LONG_TEXT:
            plan = await asyncio.to_thread(self._planner.plan, text)
        else:
            plan = self._planner.plan(text)
        return _Piece(effect, plan, sent=0, progress_at=self._clock.now())

    async def _work(self, piece: _Piece) -> None:
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

    async def _while_there_is_progress(self, sending: asyncio.Task[None], piece: _Piece) -> None:
        """Return when the task is done, or when no report was accepted for too long."""
        deadline = max(piece.progress_at, self._clock.now()) + STOP_PATIENCE_NS
        while not sending.done() and self._clock.now() < deadline:
            await self._wait_until(deadline, sending)
            deadline = piece.progress_at + STOP_PATIENCE_NS

    async def _wait_until(self, at: int, task: asyncio.Task[None]) -> None:
        alarm = asyncio.create_task(self._clock.sleep_until(at))
        try:
            await asyncio.wait({task, alarm}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            alarm.cancel()

    async def _send(self, piece: _Piece) -> None:
        plan = piece.plan
        number = piece.effect.piece
        try:
            if self._release is not None:
                await asyncio.shield(self._release)
            for report in plan.reports:
                if number in self._stopped and _may_stop(plan, piece.sent):
                    await self._stop(piece)
                    return
                self._keys_down = piece.unsure = True
                await self._transport.send(report)
                piece.unsure = False
                piece.sent += 1
                piece.progress_at = self._clock.now()
                if piece.sent == 1:
                    self._post(TypingBegan(number))
                if report.hold_ns:
                    await self._clock.sleep_until(piece.progress_at + report.hold_ns)
                elif piece.sent % _REPORTS_PER_TURN == 0:
                    await asyncio.sleep(0)
            self._keys_down = False
        except LinkLost:
            piece.lost = True
            piece.unsure = False

    async def _stop(self, piece: _Piece) -> None:
        if piece.sent:
            await self._transport.send(ALL_UP)
            self._keys_down = False
            piece.released = True

    def _start_release(self) -> asyncio.Task[None]:
        if self._release is None or self._release.done():
            self._release = asyncio.create_task(self._send_all_up())
        return self._release

    async def _send_all_up(self) -> None:
        try:
            await self._transport.send(ALL_UP)
        except LinkLost:
            return  # the device state asks for a release when the host is back
        self._keys_down = False

    async def _release_within_patience(self) -> None:
        """Left waiting in the background after that: the keys go up when the host polls again."""
        release = self._start_release()
        await self._wait_until(self._clock.now() + STOP_PATIENCE_NS, release)


def _may_stop(plan: Plan, sent: int) -> bool:
    """Whether the keys may go up here with something left to type and no grapheme half typed."""
    return completed(plan, sent) < len(plan.graphemes) and safe_stop(plan, sent) == sent


def _outcome(piece: _Piece, in_doubt: int) -> TypingFinished | TypingStopped:
    """What to report of a piece on which work has ended."""
    plan, sent = piece.plan, piece.sent
    if sent == len(plan.reports):
        return TypingFinished(piece.effect.piece, sent, plan.substitutions)
    if piece.lost:
        typed = completed(plan, max(0, sent - in_doubt))
        touched = begun(plan, sent + piece.unsure)
    else:
        typed = touched = completed(plan, sent)
    return TypingStopped(
        piece.effect.piece,
        typed="".join(plan.graphemes[:typed]),
        doubtful="".join(plan.graphemes[typed:touched]),
        rest="".join(plan.graphemes[touched:]),
        reports=sent + piece.released,
        substitutions=substitutions_within(plan, touched),
    )
