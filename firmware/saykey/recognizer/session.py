"""Sends the messages of one phrase to a worker, or keeps them until a worker is there."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import assert_never

from saykey.errors import RecognizerError
from saykey.flow import SAMPLE_BYTES, PhraseId, Preceding, Transcript
from saykey.ports import Clock, SessionParameters
from saykey.recognizer import protocol
from saykey.recognizer.process import WorkerProcess, settled
from saykey.recognizer.time_limits import TimeLimits

_SECOND = 1_000_000_000

_ABORT_NS = 60 * _SECOND
"""How long an abort may take. It waits for the engine's pass: 40 s with Whisper small on a
Raspberry Pi 4."""


class WorkerSession:
    """Implements ports.RecognizerSession; made by client.WorkerRecognizer.begin.

    While the worker is being replaced, the messages wait here. ``samples`` counts all samples that
    were fed, with those of the phrase before.
    """

    def __init__(
        self,
        number: int,
        parameters: SessionParameters,
        worker: WorkerProcess | None,
        recognise: "Callable[[WorkerSession, PhraseId, int], Awaitable[Transcript]]",
    ) -> None:
        self.number = number
        self.parameters = parameters
        self.worker = worker
        self.samples = 0
        self._waiting: list[protocol.Order] = []
        self._recognise = recognise
        before = parameters.before or Preceding(b"", "", 0)
        pcm16 = before.pcm[-protocol.JOINT_SAMPLES * SAMPLE_BYTES :]
        self._send(
            protocol.Begin(
                number,
                parameters.language,
                parameters.prompt,
                parameters.attempt,
                before.text,
                len(pcm16) // SAMPLE_BYTES,
                before.gap,
            )
        )
        if pcm16:
            self.feed(pcm16)

    def feed(self, pcm16: bytes) -> None:
        """See ports.RecognizerSession."""
        self.samples += len(pcm16) // SAMPLE_BYTES
        self._send(protocol.Feed(self.number, pcm16))

    async def finish(self, phrase: PhraseId, revision: int) -> Transcript:
        """See ports.RecognizerSession."""
        return await self._recognise(self, phrase, revision)

    def bind(self, worker: WorkerProcess) -> WorkerProcess:
        """Give the session to this worker, send it the waiting messages, and return it."""
        self.worker = worker
        for order in self._waiting:
            worker.send(order)
        self._waiting.clear()
        return worker

    def _send(self, order: protocol.Order) -> None:
        if self.worker is None:
            self._waiting.append(order)
        else:
            self.worker.send(order)


async def heard(
    session: WorkerSession, worker: WorkerProcess, clock: Clock, limits: TimeLimits
) -> protocol.Final:
    """Finish the session with its worker and wait for the result, for a bounded time.

    Raises RecognizerError when the worker is lost or gives the phrase up. When cancelled, ends only
    after the worker has given the phrase up.
    """
    facts = worker.ready.result()
    within = limits.allowance(facts.work(session.samples, session.parameters.attempt))
    # an engine that runs out of time in a further try can stop only at the end of that try
    limit = within + limits.expected(facts.later.of(session.samples))
    answer = worker.answer(session.number)
    worker.send(protocol.Finish(session.number, within))
    begin = clock.now()
    try:
        in_time = await settled(clock, limit, answer, worker.lost)
    except asyncio.CancelledError:
        worker.send(protocol.Abort(session.number))
        if not await settled(clock, _ABORT_NS, answer, worker.lost):
            await worker.end("the recognizer's worker did not give up a phrase in time")
        raise
    if not in_time:
        await worker.end(f"recognising a phrase took more than {limit // _SECOND} s")
    if not answer.done():
        raise RecognizerError(worker.lost.result())
    final = _final(answer.result())
    if final.work:
        limits.measured(final.work, clock.now() - begin)
    return final


def _final(answer: protocol.Answer) -> protocol.Final:
    match answer:
        case protocol.Final():
            return answer
        case protocol.Failed(reason=reason):
            raise RecognizerError(reason)
        case protocol.Aborted():
            raise RecognizerError("the phrase was given up")
        case _:
            assert_never(answer)
