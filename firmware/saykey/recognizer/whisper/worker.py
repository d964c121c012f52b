"""The recognizer's worker process: one model, one session at a time, until its client is gone.

``python -m saykey.recognizer.whisper.worker SOCKET_FD MODEL_PATH THREADS gate|open``. A crash of
whisper.cpp or a lack of memory ends this process only. It imports little, to start quickly and stay
small.
"""

import os
import queue
import signal
import socket
import sys
import threading
import time
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from saykey.errors import ModelError, RecognizerError
from saykey.models.formats.file_io import named
from saykey.models.formats.tokens import LANGUAGES
from saykey.models.store.load import checked_model
from saykey.recognizer import protocol
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.decoding import Aborted, Decoding
from saykey.recognizer.whisper.engine import Whisper, floats
from saykey.recognizer.whisper.gate import Gate
from saykey.recognizer.whisper.loudness import normalised
from saykey.recognizer.whisper.passes import Bounds, PhraseRequest, final, passes_over
from saykey.recognizer.whisper.pieces import Sound, hearing
from saykey.recognizer.whisper.window import LONGEST_SAMPLES, phrase_cost

_NICENESS = 5
"""The worker's niceness is at least this, and at least this much above the client's, which the unit
file may set below 0. Capturing sound and pacing key strokes cannot wait; recognition can."""


@dataclass(slots=True)
class _Session:
    """What was fed so far. A finished session does not change any more.

    ``before`` are the samples of the phrase before, which come first.
    ``deadline``: when to answer at the latest, in nanoseconds of the monotonic clock.
    """

    begin: protocol.Begin
    before: "array[float]" = field(default_factory=lambda: array("f"))
    samples: "array[float]" = field(default_factory=lambda: array("f"))
    deadline: int = 0
    finished: bool = False


class _Inbox:
    """Reads the client's messages in a thread, so that they arrive while whisper.cpp runs."""

    def __init__(self, connection: socket.socket) -> None:
        self.wanted: queue.SimpleQueue[_Session] = queue.SimpleQueue()
        self._session: _Session | None = None
        self._aborted = 0
        self._stream = connection.makefile("rb")
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def aborted(self, session: int) -> bool:
        return session <= self._aborted

    def _read(self) -> None:
        status = 1
        try:
            while (order := protocol.read_order(self._stream)) is not None:
                self._take(order)
            status = 0
        finally:
            # whisper.cpp may be running in the main thread, and nothing else would end it soon.
            # Without this thread the process would read no more messages.
            os._exit(status)

    def _take(self, order: protocol.Order) -> None:
        match order:
            case protocol.Begin():
                self._session = _Session(order)
            case protocol.Abort():
                self._aborted = order.session
            case protocol.Feed():
                if (session := self._open(order.session)) is not None:
                    self._feed(session, floats(order.pcm16))
            case protocol.Finish():
                if (session := self._open(order.session)) is not None:
                    self._finish(session, order)
            case _:
                assert_never(order)

    def _open(self, number: int) -> _Session | None:
        """The session with this number, if it is the latest and is not finished."""
        session = self._session
        is_open = session is not None and session.begin.session == number and not session.finished
        return session if is_open else None

    def _feed(self, session: _Session, samples: "array[float]") -> None:
        earlier = session.begin.before_samples - len(session.before)
        session.before += samples[:earlier]
        session.samples += samples[earlier:]

    def _finish(self, session: _Session, order: protocol.Finish) -> None:
        session.deadline = time.monotonic_ns() + order.within_ns
        session.finished = True
        self.wanted.put(session)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A model and a gate in memory, what the client is told, and the times of the passes so far."""

    whisper: Whisper
    gate: Gate | None
    padding: int | None
    knows_silence: bool
    ready: protocol.Ready
    limits: TimeLimits


_PROBE = Decoding("en", "", window=64, most_tokens=3)
"""A second of silence in the shortest window. A model that crashes the library does so here, before
it replaces another. The probe leaves nothing behind that affects a full window (0003)."""


def _answer(loaded: _Loaded, session: _Session, inbox: _Inbox) -> protocol.Answer:
    begin = session.begin
    if len(session.samples) > LONGEST_SAMPLES:
        reason = "the phrase is longer than 30 s; pause between sentences"
        return protocol.Failed(begin.session, reason)
    samples, speech = normalised(session.samples), None
    if loaded.gate is not None:
        loaded.gate.begin()
        loaded.gate.hear(samples)
        samples, speech = samples[loaded.gate.span], loaded.gate.score
    sound = Sound.of(normalised(session.before), samples, begin.gap)
    request = PhraseRequest(
        begin, sound.lengths, loaded.padding, speech, knows_silence=loaded.knows_silence
    )
    bounds = Bounds(
        now=time.monotonic_ns,
        deadline=session.deadline,
        aborted=lambda: inbox.aborted(begin.session),
        limits=loaded.limits,
    )
    try:
        hear = hearing(loaded.whisper, sound, begin, loaded.padding)
        return final(request, passes_over(hear, request, bounds))
    except Aborted:
        return protocol.Aborted(begin.session)
    except RecognizerError as error:
        return protocol.Failed(begin.session, str(error))


def _load(path: Path, threads: int, *, gated: bool) -> _Loaded:
    gate = Gate() if gated else None
    model = checked_model(path)
    padding = model.card.padding
    with named(path):
        whisper = Whisper(
            model.image,
            threads,
            exact_windows=padding is not None,
            knows_silence=model.card.knows_silence,
        )
    began = time.monotonic_ns()
    whisper.transcribe(array("f"), _PROBE, lambda: False)
    took = time.monotonic_ns() - began
    ready = protocol.Ready(
        languages=LANGUAGES[: model.facts.languages],
        first=phrase_cost(padding),
        later=phrase_cost(None),
        probe_work=_PROBE.window,
        probe_ms=took / 1e6,
    )
    limits = TimeLimits(_PROBE.window, took)
    return _Loaded(whisper, gate, padding, model.card.knows_silence, ready, limits)


def serve(connection: socket.socket, path: Path, threads: int, *, gated: bool) -> None:
    """Load the model and answer sessions until the client closes, which ends the process."""
    try:
        inbox = _Inbox(connection)
        loaded = _load(path, threads, gated=gated)
    except (ModelError, RecognizerError) as error:
        unusable = protocol.Unusable(isinstance(error, ModelError), str(error))
        connection.sendall(protocol.frame(unusable))
        return
    connection.sendall(protocol.frame(loaded.ready))
    while True:
        session = inbox.wanted.get()
        connection.sendall(protocol.frame(_answer(loaded, session, inbox)))


def main() -> None:
    """Run the worker process."""
    # Ctrl-C reaches the whole process group; the client decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS - min(0, os.nice(0)))
    descriptor, path, threads, gate = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as connection:
        serve(connection, Path(path), int(threads), gated=gate == "gate")


if __name__ == "__main__":
    main()
