"""The messages between the recognizer's client and its worker, over one socket pair.

A message is its length, u32 in network order, and then a msgpack map that holds the type's name.
The worker first sends Ready or Unusable. The client numbers the sessions, rising from 1. A session
is one phrase: Begin, any number of Feed, Finish. Abort may be sent at any time. Each Finish gets
exactly one Final, Aborted or Failed, unless the worker dies. Any number of Partial may come before
that answer. Messages hold spoken text and are never logged.
"""

import struct
from typing import BinaryIO

import msgspec

from saykey.flow import SAMPLE_RATE, Seam, Timings, Verdict

LENGTH = struct.Struct("!I")

JOINT_SAMPLES = 12 * SAMPLE_RATE
"""A phrase and the one before it are recognised together in at most this many samples."""

LARGEST = 4 << 20
"""The longest message in bytes; 30 s of samples are 0.96 MB."""


class _Message(msgspec.Struct, frozen=True, tag=True):
    """A message. Its repr is its type alone, because its text and samples are private."""

    def __repr__(self) -> str:
        return type(self).__name__


class Begin(_Message, frozen=True):
    """A session starts. The previous one is forgotten once its Finish is answered.

    For ``language``, ``prompt`` and ``attempt`` see ports.SessionParameters. The first
    ``before_samples`` of the samples that are fed are the end of the phrase before: at most
    JOINT_SAMPLES, 0 if the phrase is to be recognised alone. ``before`` is that phrase's whole
    text and ``gap`` as in flow.Preceding.
    """

    session: int
    language: str
    prompt: str = ""
    attempt: int = 1
    before: str = ""
    before_samples: int = 0
    gap: int = 0


class Feed(_Message, frozen=True):
    """The next samples of the session, pcm16."""

    session: int
    pcm16: bytes


class Finish(_Message, frozen=True):
    """All samples were fed. Answer within ``within_ns`` nanoseconds.

    An engine that doubts its result may try again as long as it expects to answer in time. It
    makes the first try even if there is no time.
    """

    session: int
    within_ns: int


class Abort(_Message, frozen=True):
    """Give up this session and all earlier ones."""

    session: int


class Cost(msgspec.Struct, frozen=True):
    """Estimated work for a phrase, in the engine's own units; rather too high than too low.

    An engine that computes the same for every phrase has ``per_second`` 0.
    """

    fixed: float
    per_second: float = 0.0

    def of(self, samples: int) -> float:
        """The units for a phrase of this many samples."""
        return self.fixed + self.per_second * samples / SAMPLE_RATE


class Ready(_Message, frozen=True):
    """The model is loaded and has decoded a probe.

    ``languages`` are the ISO 639-1 codes it knows. ``first`` is the cost of a phrase at its first
    attempt, ``later`` its cost at any later attempt. A try that follows a doubted one costs
    ``later`` at most. The probe was ``probe_work`` units of work and took ``probe_ms`` of wall
    time.
    """

    languages: tuple[str, ...]
    first: Cost
    later: Cost
    probe_work: float
    probe_ms: float

    def work(self, samples: int, attempt: int) -> float:
        """The units for a phrase of this many samples at this attempt; attempts count from 1."""
        return (self.first if attempt == 1 else self.later).of(samples)


class Unusable(_Message, frozen=True):
    """The worker ends because the model (``model`` true) or the engine cannot be used."""

    model: bool
    reason: str


class Partial(_Message, frozen=True):
    """What was recognised so far, from an engine that recognises while it is fed."""

    session: int
    text: str


class Final(_Message, frozen=True):
    """The result of a session; see flow.Transcript.

    ``work``: the units (see Cost) of all tries together, 0 if nothing was recognised. ``cut``: the
    text is a loop that was cut back.
    """

    session: int
    text: str
    verdict: Verdict
    language: str
    attempt: int = 1
    probability: float = 1.0
    no_speech: float = 0.0
    timings: Timings = Timings()
    work: float = 0.0
    cut: bool = False
    seam: Seam | None = None


class Aborted(_Message, frozen=True):
    """The session was given up; the worker accepts the next one."""

    session: int


class Failed(_Message, frozen=True):
    """The session cannot be recognised; the worker accepts the next one."""

    session: int
    reason: str


Order = Begin | Feed | Finish | Abort
Answer = Final | Aborted | Failed
WorkerMessage = Ready | Unusable | Partial | Answer

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_worker_messages: msgspec.msgpack.Decoder[WorkerMessage] = msgspec.msgpack.Decoder(WorkerMessage)


def frame(message: Order | WorkerMessage) -> bytes:
    """The bytes of a message as sent over the socket."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def body_length(head: bytes) -> int:
    """Bytes of the message after its head, LENGTH.size bytes. Raises ValueError beyond LARGEST."""
    (length,) = LENGTH.unpack(head)
    if length > LARGEST:
        raise ValueError(f"a message of {length} bytes")
    return int(length)


def worker_message(body: bytes) -> WorkerMessage:
    """Decode a worker's message. Raises msgspec.MsgspecError."""
    return _worker_messages.decode(body)


def read_order(stream: BinaryIO) -> Order | None:
    """Read the client's next message; None once the client is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = body_length(head)
    body = stream.read(length)
    return _orders.decode(body) if len(body) == length else None
