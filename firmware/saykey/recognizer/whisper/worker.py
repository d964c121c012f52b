"""The recognizer's worker process: one model, one session at a time, until its client is gone.

``python -m saykey.recognizer.whisper.worker SOCKET_FD MODEL_PATH THREADS gate|open``. A crash of
whisper.cpp or a want of memory ends this process only. Imports little, to start quickly and stay
small.
"""

import os
import queue
import signal
import socket
import sys
import threading
from array import array
from dataclasses import dataclass, field
from pathlib import Path

from saykey.errors import ModelError, RecognizerError
from saykey.models.formats.file_io import named
from saykey.models.store.load import checked_model
from saykey.recognizer import protocol
from saykey.recognizer.whisper.engine import Aborted, Decoding, Heard, Whisper, floats
from saykey.recognizer.whisper.gate import Gate
from saykey.recognizer.whisper.guards import SPEECH
from saykey.recognizer.whisper.window import LONGEST_SAMPLES, most_tokens

_NICENESS = 5
"""At least, and so much more than the client's, which the unit file may have put below 0:
capturing sound and pacing key strokes cannot wait, this can."""


@dataclass(slots=True)
class _Session:
    """What was fed so far. Nothing changes any more once it was finished."""

    begin: protocol.Begin
    samples: "array[float]" = field(default_factory=lambda: array("f"))
    speech: float | None = None
    spoken: slice = field(default_factory=lambda: slice(None))
    finished: bool = False


class _Inbox:
    """Reads the client's messages in a thread, so that they arrive while whisper.cpp runs.

    The gate listens in the same thread: when a phrase is finished, it has heard all of it.
    """

    def __init__(self, connection: socket.socket, gate: Gate | None) -> None:
        self.wanted: queue.SimpleQueue[tuple[_Session, protocol.Finish]] = queue.SimpleQueue()
        self._gate = gate
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
            # whisper.cpp may be running in the main thread: nothing else would end it soon, and
            # without this thread the process would be deaf
            os._exit(status)

    def _take(self, order: protocol.Order) -> None:
        if isinstance(order, protocol.Begin):
            self._session = _Session(order)
            if self._gate is not None:
                self._gate.begin()
        elif isinstance(order, protocol.Abort):
            self._aborted = order.session
        elif self._session is not None and self._session.begin.session == order.session:
            if isinstance(order, protocol.Finish):
                self._finish(self._session, order)
            elif not self._session.finished:
                self._feed(self._session, floats(order.pcm16))

    def _feed(self, session: _Session, samples: "array[float]") -> None:
        session.samples += samples
        if self._gate is not None:
            self._gate.hear(samples)

    def _finish(self, session: _Session, order: protocol.Finish) -> None:
        if self._gate is not None:
            session.speech, session.spoken = self._gate.score, self._gate.span
        session.finished = True
        self.wanted.put((session, order))


_PROBE = Decoding("en", "", window=64, most_tokens=3)
"""A second of silence in the shortest window: a model that breaks the library does so before it
takes the place of another. It leaves nothing behind that a full window would hear (0003)."""

_NOTHING = Heard("", probability=1.0, no_speech=1.0, capped=False, encode_ms=0.0, total_ms=0.0)


def _recognise(whisper: Whisper, session: _Session, order: protocol.Finish, inbox: _Inbox) -> Heard:
    begin = session.begin
    if len(session.samples) > LONGEST_SAMPLES:
        raise RecognizerError("the phrase is longer than 30 s; pause between sentences")
    if session.speech is not None and session.speech < SPEECH:
        return _NOTHING
    samples = session.samples[session.spoken]
    decoding = Decoding(
        language=begin.language,
        prompt=begin.prompt if order.prompted else "",
        window=order.rows,
        most_tokens=most_tokens(len(samples)),
        temperature=order.temperature,
    )
    return whisper.transcribe(samples, decoding, lambda: inbox.aborted(begin.session))


def _answer(
    whisper: Whisper, session: _Session, order: protocol.Finish, inbox: _Inbox
) -> protocol.Answer:
    number = session.begin.session
    try:
        heard = _recognise(whisper, session, order, inbox)
    except Aborted:
        return protocol.Aborted(number)
    except RecognizerError as error:
        return protocol.Failed(number, str(error))
    return protocol.Final(
        session=number,
        text=heard.text,
        probability=heard.probability,
        no_speech=heard.no_speech,
        capped=heard.capped,
        encode_ms=heard.encode_ms,
        total_ms=heard.total_ms,
        speech=session.speech,
        language=heard.language,
    )


def _load(path: Path, threads: int) -> tuple[Whisper, protocol.Ready]:
    model = checked_model(path)
    facts, padding = model.facts, model.card.padding
    with named(path):
        whisper = Whisper(model.image, threads, exact_windows=padding is not None)
    whisper.transcribe(array("f"), _PROBE, lambda: False)
    return whisper, protocol.Ready(padding, facts.quantisation, facts.languages)


def serve(connection: socket.socket, path: Path, threads: int, *, gated: bool) -> None:
    """Load the model and answer sessions for ever; the process ends when the client closes."""
    try:
        inbox = _Inbox(connection, Gate() if gated else None)
        whisper, ready = _load(path, threads)
    except (ModelError, RecognizerError) as error:
        unusable = protocol.Unusable(isinstance(error, ModelError), str(error))
        connection.sendall(protocol.frame(unusable))
        return
    connection.sendall(protocol.frame(ready))
    while True:
        session, order = inbox.wanted.get()
        connection.sendall(protocol.frame(_answer(whisper, session, order, inbox)))


def main() -> None:
    """Entry of the process."""
    # Ctrl-C reaches the whole process group; the client decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(_NICENESS - min(0, os.nice(0)))
    descriptor, path, threads, gate = sys.argv[1:]
    with socket.socket(fileno=int(descriptor)) as connection:
        serve(connection, Path(path), int(threads), gated=gate == "gate")


if __name__ == "__main__":
    main()
