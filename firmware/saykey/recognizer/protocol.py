"""What the recognizer's client and its worker say to each other over one socket pair.

Each message is a msgpack map with its type's name, behind its length as u32 in network order.
The worker begins with Ready or Unusable. Sessions are numbered by the client, rising from 1; each
is one phrase: Begin, any number of Feed, Finish, and at any time Abort. Each Finish gets exactly
one Final, Aborted or Failed, unless the worker dies; any number of Partial may come before it.
Messages hold spoken text and are never logged.
"""

import struct
from typing import BinaryIO

import msgspec

from saykey.flow import SAMPLE_RATE, Timings, Verdict

LENGTH = struct.Struct("!I")

LARGEST = 4 << 20
"""Bytes of a message; 30 s of samples are 0.96 MB."""


class _Message(msgspec.Struct, frozen=True, tag=True):
    """Shown by its type alone: its text and samples are nobody's business."""

    def __repr__(self) -> str:
        return type(self).__name__


class Begin(_Message, frozen=True):
    """A session starts; the one before is forgotten once what it asked for is answered.

    ``language``, ``prompt`` and ``attempt`` as ports.SessionParameters has them.
    """

    session: int
    language: str
    prompt: str = ""
    attempt: int = 1


class Feed(_Message, frozen=True):
    """The next samples of the session, pcm16."""

    session: int
    pcm16: bytes


class Finish(_Message, frozen=True):
    """All samples were fed: answer within so many nanoseconds.

    An engine that doubts what it heard may try again as long as it expects to answer in time. It
    makes the first try even if there is no time.
    """

    session: int
    within_ns: int


class Abort(_Message, frozen=True):
    """Give the session up, and all before it."""

    session: int


class Cost(msgspec.Struct, frozen=True):
    """The work a phrase is, in units of the engine's own; rather more than less.

    An engine that computes the same for every phrase has ``per_second`` 0.
    """

    fixed: float
    per_second: float = 0.0

    def of(self, samples: int) -> float:
        """The units of a phrase of so many samples."""
        return self.fixed + self.per_second * samples / SAMPLE_RATE


class Ready(_Message, frozen=True):
    """The model is loaded and has decoded a probe.

    ``languages`` are the ISO 639-1 codes it knows. ``first`` is the cost of a phrase at its first
    attempt, ``later`` that at any later one; a try that follows a doubted one costs ``later`` at
    most. The probe was work of ``probe_work`` units and took ``probe_ms`` on the wall.
    """

    languages: tuple[str, ...]
    first: Cost
    later: Cost
    probe_work: float
    probe_ms: float

    def work(self, samples: int, attempt: int) -> float:
        """The units of a phrase of so many samples at this attempt, which counts from 1."""
        return (self.first if attempt == 1 else self.later).of(samples)


class Unusable(_Message, frozen=True):
    """The worker ends: the model (``model`` true) or the engine cannot be used."""

    model: bool
    reason: str


class Partial(_Message, frozen=True):
    """What was heard of the session so far, from an engine that hears while it is fed."""

    session: int
    text: str


class Final(_Message, frozen=True):
    """What was heard, as flow.Transcript has it.

    ``work`` are the units (see Cost) of all tries together, 0 if nothing was recognised.
    ``cut``: the text is a loop that was cut back.
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


class Aborted(_Message, frozen=True):
    """The session was given up; the worker takes the next one."""

    session: int


class Failed(_Message, frozen=True):
    """The session cannot be recognised; the worker takes the next one."""

    session: int
    reason: str


Order = Begin | Feed | Finish | Abort
Answer = Final | Aborted | Failed
WorkerMessage = Ready | Unusable | Partial | Answer

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_worker_messages: msgspec.msgpack.Decoder[WorkerMessage] = msgspec.msgpack.Decoder(WorkerMessage)


def frame(message: Order | WorkerMessage) -> bytes:
    """The bytes of a message as they go over the socket."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def body_length(head: bytes) -> int:
    """How many bytes follow these LENGTH.size ones. Raises ValueError beyond LARGEST."""
    (length,) = LENGTH.unpack(head)
    if length > LARGEST:
        raise ValueError(f"a message of {length} bytes")
    return int(length)


def worker_message(body: bytes) -> WorkerMessage:
    """Read a worker's message. Raises msgspec.MsgspecError."""
    return _worker_messages.decode(body)


def read_order(stream: BinaryIO) -> Order | None:
    """The client's next message, None once the client is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = body_length(head)
    body = stream.read(length)
    return _orders.decode(body) if len(body) == length else None
