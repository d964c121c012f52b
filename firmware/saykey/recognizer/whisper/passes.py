"""A finished phrase on its way up the ladder: one pass of the worker after another, in bounds."""

import asyncio
from dataclasses import dataclass
from typing import Any

from saykey.errors import RecognizerError
from saykey.flow import PhraseId, Timings, Transcript, Verdict
from saykey.ports import Clock
from saykey.recognizer import protocol
from saykey.recognizer.languages import languages_of
from saykey.recognizer.pace import Pace
from saykey.recognizer.process import WorkerProcess
from saykey.recognizer.session import WorkerSession
from saykey.recognizer.whisper.retries import Try, Way, conclude, next_way, ways

_SECOND = 1_000_000_000

_ABORT_NS = 60 * _SECOND
"""An abort waits for the encoder's pass: 40 s with Whisper small on a Raspberry Pi 4."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One try and what it cost."""

    heard: Try
    timings: Timings


@dataclass(frozen=True, slots=True)
class Tally:
    """Phrases since the recognizer was made, and how many of them fared so.

    ``gated``: the gate heard no speech. ``retried``: recognised more than once, with ``passes``
    more passes in all; ``mended``: GOOD by that. ``doubtful``, ``empty``: the verdict in the end,
    gated ones not counted as empty. ``cut``: the doubtful text was cut back, being a loop.
    """

    phrases: int = 0
    gated: int = 0
    retried: int = 0
    passes: int = 0
    mended: int = 0
    doubtful: int = 0
    empty: int = 0
    cut: int = 0

    def counted(self, passes: tuple[Pass, ...]) -> "Tally":
        """With one more phrase."""
        end, gated = conclude(_tries(passes)), passes[0].heard.is_gated
        again = len(passes) > 1
        return Tally(
            phrases=self.phrases + 1,
            gated=self.gated + gated,
            retried=self.retried + again,
            passes=self.passes + len(passes) - 1,
            mended=self.mended + (again and end.verdict is Verdict.GOOD),
            doubtful=self.doubtful + (end.verdict is Verdict.DOUBTFUL),
            empty=self.empty + (end.verdict is Verdict.EMPTY and not gated),
            cut=self.cut + (end.verdict is Verdict.DOUBTFUL and end.text != end.heard.text),
        )


async def climb(
    session: WorkerSession, worker: WorkerProcess, clock: Clock, pace: Pace
) -> tuple[Pass, ...]:
    """Finish the session and have it recognised until it is believed; at least one pass.

    All passes together end within the time the first one is allowed: another is begun only if it
    is expected to. Raises RecognizerError when the worker is lost or gives the phrase up. When
    cancelled, returns once the worker let go of it.
    """
    parameters = session.parameters
    padding = worker.ready.result().padding
    known = ways(session.samples, padding, attempt=parameters.attempt)
    deadline = clock.now() + pace.allowance(known[0].rows)
    passes: tuple[Pass, ...] = ()
    way: Way | None = known[0]
    while way is not None and (not passes or clock.now() + pace.expected(way.rows) <= deadline):
        passes += (await _one_pass(session, worker, way, clock, pace),)
        way = next_way(_tries(passes), known)
    return passes


def transcript(
    passes: tuple[Pass, ...], session: WorkerSession, model: str, phrase: PhraseId, revision: int
) -> Transcript:
    """What follows from all passes. Its ``attempt`` is that of its text, its time that of all."""
    tries = _tries(passes)
    end = conclude(tries)
    total_ms = sum(each.timings.total_ms for each in passes)
    encode_ms = sum(each.timings.encode_ms for each in passes)
    return Transcript(
        phrase=phrase,
        revision=revision,
        text=end.text,
        language=end.heard.language or languages_of(session.parameters.language)[0],
        model=model,
        attempt=session.parameters.attempt + tries.index(end.heard),
        verdict=end.verdict,
        probability=end.heard.probability,
        no_speech=end.heard.no_speech,
        timings=Timings(
            total_ms,
            encode_ms,
            max(0.0, total_ms - encode_ms),
            passes=0 if passes[0].heard.is_gated else len(passes),
        ),
    )


async def _one_pass(
    session: WorkerSession, worker: WorkerProcess, way: Way, clock: Clock, pace: Pace
) -> Pass:
    answer = worker.answer(session.number)
    worker.send(protocol.Finish(session.number, way.rows, way.temperature, way.prompted))
    begin, limit = clock.now(), pace.allowance(way.rows)
    try:
        in_time = await settled(clock, limit, answer, worker.lost)
    except asyncio.CancelledError:
        worker.send(protocol.Abort(session.number))
        if not await settled(clock, _ABORT_NS, answer, worker.lost):
            await end(worker, "the recognizer's worker did not let go of a phrase")
        raise
    if not in_time:
        await end(worker, f"recognising a phrase took more than {limit // _SECOND} s")
    if not answer.done():
        raise RecognizerError(worker.lost.result())
    final = answer.result()
    if isinstance(final, protocol.Failed):
        raise RecognizerError(final.reason)
    if isinstance(final, protocol.Aborted):
        raise RecognizerError("the phrase was given up")
    took = clock.now() - begin
    heard = _read(final, way, session.parameters.prompt if way.prompted else "")
    if not heard.heard.is_gated:
        pace.measured(way.rows, took)
    return heard


def _read(final: protocol.Final, way: Way, prompt: str) -> Pass:
    heard = Try(
        way=way,
        text=final.text,
        probability=final.probability,
        no_speech=final.no_speech,
        capped=final.capped,
        speech=final.speech,
        prompt=prompt,
        language=final.language,
    )
    return Pass(heard, Timings(final.total_ms, final.encode_ms))


def _tries(passes: tuple[Pass, ...]) -> tuple[Try, ...]:
    return tuple(each.heard for each in passes)


async def settled(clock: Clock, limit_ns: int, *futures: "asyncio.Future[Any]") -> bool:
    """Wait until one of them is done, but no longer than this; whether one is."""
    timer = asyncio.create_task(clock.sleep_until(clock.now() + limit_ns))
    try:
        # unlike an await of the future, this does not cancel it when this task is cancelled
        await asyncio.wait({timer, *futures}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
    return any(future.done() for future in futures)


async def end(worker: WorkerProcess, reason: str) -> None:
    """Kill the worker and wait until it is gone."""
    worker.kill(reason)
    await asyncio.wait({worker.lost})
