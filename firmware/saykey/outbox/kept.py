"""Which text must outlive a crash, and the bytes it is written as. Pure.

The format is JSON, ``{"version": 1, "held": [{"host", "text", "doubtful", "exact"}, …]}``, in the
order in which the text would be typed; the fields are those of `saykey.state.hosts.Held`.
"""

import msgspec

from saykey.state.device import Device
from saykey.state.dictation import Stage, find
from saykey.state.hosts import Held
from saykey.state.pieces import ASKED_FOR, PIECE, Fate, Typing

VERSION = 1

Kept = tuple[tuple[str, Held], ...]
"""Texts, each with the name of its host, in the order of speech for each host."""


class Unusable(Exception):
    """The bytes are no outbox of this version. It says nothing of what they are."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    text: str
    doubtful: int = 0
    exact: bool = False

    def __repr__(self) -> str:
        return f"_Entry({len(self.text)} characters)"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    held: tuple[_Entry, ...]


def kept(device: Device) -> Kept:
    """All text that is held, on its way, or waiting behind a phrase that is not yet recognised.

    Of a piece that is being typed nobody knows after a crash how much stands on the host, so all
    of it is kept, and all of it is doubtful.
    """
    delivery = device.delivery
    held = [(host.name, text) for host in delivery.hosts for text in host.held]
    if delivery.typing is not None and _outlives(delivery.typing):
        text = delivery.typing.text
        held.append((delivery.typing.piece.host, Held(text, len(text), exact=True)))
    held += [
        (piece.host, Held(piece.text, exact=piece.exact)) for piece in delivery.queue if piece.text
    ]
    return (*held, *_recognised(device))


def _outlives(typing: Typing) -> bool:
    asked_for = typing.piece.dictation == ASKED_FOR
    cue = "asked-for text cancelled" if asked_for else "cancelled"
    dropped = typing.cancelled and PIECE[Fate.TYPING, cue] is Fate.DROPPED
    return bool(typing.text) and not dropped


def _recognised(device: Device) -> Kept:
    wanted = {Stage.READY} if device.rules.doubtful == "drop" else {Stage.READY, Stage.DOUBTFUL}
    found = []
    for spoken in device.hearing.row:
        dictation = find(device.hearing, spoken.phrase.id.dictation)
        text = spoken.transcript.text if spoken.transcript is not None else ""
        if spoken.stage in wanted and dictation is not None and text:
            found.append((dictation.host, Held(text)))
    return tuple(found)


def encode(held: Kept) -> bytes:
    """The bytes that `decode` reads back."""
    entries = tuple(_Entry(host, h.text, h.doubtful, h.exact) for host, h in held)
    return msgspec.json.encode(_File(VERSION, entries))


def decode(data: bytes) -> Kept:
    """What was encoded. Raises Unusable for bytes that `encode` did not make."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unusable from None
    if file.version != VERSION or any(not 0 <= e.doubtful <= len(e.text) for e in file.held):
        raise Unusable
    return tuple((e.host, Held(e.text, e.doubtful, e.exact)) for e in file.held)
