"""What the recognizer's client and its worker say to each other over one socket pair.

Each message is a msgpack map with its type's name, behind its length as u32 in network order.
Sessions are numbered by the client, rising from 1. To each Finish, of which a session may have
several, comes exactly one Final, Aborted or Failed, unless the worker dies. Messages hold spoken
text and are never logged.
"""

import struct
from typing import BinaryIO

import msgspec

LENGTH = struct.Struct("!I")

LARGEST = 4 << 20
"""Bytes of a message; 30 s of samples are 0.96 MB."""


class _Message(msgspec.Struct, frozen=True, tag=True):
    """Shown by its type alone: its text and samples are nobody's business."""

    def __repr__(self) -> str:
        return type(self).__name__


class Begin(_Message, frozen=True):
    """A session starts; the one before is forgotten once what it asked for is answered.

    ``language`` as ports.SessionParameters has it.
    """

    session: int
    language: str
    prompt: str


class Feed(_Message, frozen=True):
    """The next samples of the session, pcm16."""

    session: int
    pcm16: bytes


class Finish(_Message, frozen=True):
    """All samples were fed: recognise them this way (see retries.Way). May be asked again."""

    session: int
    rows: int
    temperature: float = 0.0
    prompted: bool = True


class Abort(_Message, frozen=True):
    """Give the session up, and all before it."""

    session: int


class Ready(_Message, frozen=True):
    """The model is loaded. ``padding``: what window.window_rows asks for, None without."""

    padding: int | None
    quantisation: str
    languages: int


class Unusable(_Message, frozen=True):
    """The worker ends: the model (``model`` true) or the engine cannot be used."""

    model: bool
    reason: str


class Final(_Message, frozen=True):
    """What was heard; see whisper.engine.Heard.

    ``speech`` is the gate's score, None without a gate; below guards.SPEECH nothing was recognised.
    """

    session: int
    text: str
    probability: float
    no_speech: float
    capped: bool
    encode_ms: float
    total_ms: float
    speech: float | None = None
    language: str = ""


class Aborted(_Message, frozen=True):
    """The session was given up; the worker takes the next one."""

    session: int


class Failed(_Message, frozen=True):
    """The session cannot be recognised; the worker takes the next one."""

    session: int
    reason: str


Order = Begin | Feed | Finish | Abort
Answer = Final | Aborted | Failed
Report = Ready | Unusable | Answer

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_reports: msgspec.msgpack.Decoder[Report] = msgspec.msgpack.Decoder(Report)


def frame(message: Order | Report) -> bytes:
    """The bytes of a message as they go over the socket."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


def body_length(head: bytes) -> int:
    """How many bytes follow these LENGTH.size ones. Raises ValueError beyond LARGEST."""
    (length,) = LENGTH.unpack(head)
    if length > LARGEST:
        raise ValueError(f"a message of {length} bytes")
    return int(length)


def report(body: bytes) -> Report:
    """Read a worker's message. Raises msgspec.MsgspecError."""
    return _reports.decode(body)


def read_order(stream: BinaryIO) -> Order | None:
    """The client's next message, None once the client is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    length = body_length(head)
    body = stream.read(length)
    return _orders.decode(body) if len(body) == length else None
