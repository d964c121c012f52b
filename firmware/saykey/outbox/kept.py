"""Selects the text that must survive a crash, and encodes it. Pure.

The format is JSON, ``{"version": 1, "held": [{"host", "text", "doubtful", "exact", "mark"}, …]}``,
in the order in which the text would be typed. ``exact``: it continues a piece that was cut short.
``mark`` is the mark that is typed before it, if nothing was typed since.
"""

import msgspec

from saykey.flow import inserted
from saykey.state import delivery, outcomes
from saykey.state.device import Device
from saykey.state.hosts import UNKNOWN_PIECE, After, Held
from saykey.state.pieces import ASKED_FOR, PIECE, Fate, Typing

VERSION = 1

NO_HOST = ""
"""The host name of text that is held for no host. No host in the settings has an empty name."""

Kept = tuple[tuple[str, Held], ...]
"""Texts with the names of their hosts, in the order of speech for each host."""


class Unusable(Exception):
    """The bytes are not an outbox of this version. The message contains none of them."""


class _Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: str
    text: str
    doubtful: int = 0
    exact: bool = False
    mark: str = ""

    def __repr__(self) -> str:
        return f"_Entry({len(self.text)} characters)"


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: int
    held: tuple[_Entry, ...]


def kept(device: Device) -> Kept:
    """All text that is held, in flight, or waiting behind a phrase that is not yet recognised.

    After a crash it is unknown how much of the piece being typed has arrived. So all of it is kept,
    and all of it is doubtful. All other text is kept as a shutdown holds it. Text that is held for
    no host has the host "".
    """
    sent = outcomes.put_in_queue(device).delivery
    typing = sent.typing
    if typing is not None and _outlives(typing):
        text = inserted(typing.edits)
        broken = Held(typing.id, text, len(text), UNKNOWN_PIECE)
        sent = delivery.keep(sent, typing.piece.host, (broken,))
    sent = delivery.put_away(sent)
    held = [(NO_HOST, text) for text in sent.unassigned]
    held += [(host.name, text) for host in sent.hosts for text in host.held]
    return tuple(held)


def _outlives(typing: Typing) -> bool:
    """Whether the piece being typed has text that would be held; its mark alone would not."""
    asked_for = typing.piece.dictation == ASKED_FOR
    cue = "asked-for text cancelled" if asked_for else "cancelled"
    dropped = typing.cancelled and PIECE[Fate.TYPING, cue] is Fate.DROPPED
    return bool(inserted(typing.piece.edits)) and not dropped


def encode(held: Kept) -> bytes:
    """The bytes that `decode` reads. They do not contain the numbers of the texts."""
    entries = tuple(
        _Entry(host, h.text, h.doubtful, h.follows is not None, h.after.mark if h.after else "")
        for host, h in held
    )
    return msgspec.json.encode(_File(VERSION, entries))


def decode(data: bytes) -> Kept:
    """The encoded texts, numbered from 1. Raises Unusable for bytes of another format."""
    try:
        file = msgspec.json.decode(data, type=_File)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise Unusable from None
    if file.version != VERSION or any(not 0 <= e.doubtful <= len(e.text) for e in file.held):
        raise Unusable
    return tuple((e.host, _held(number, e)) for number, e in enumerate(file.held, start=1))


def _held(number: int, entry: _Entry) -> Held:
    follows = UNKNOWN_PIECE if entry.exact else None
    after = After(UNKNOWN_PIECE, entry.mark) if entry.mark else None
    return Held(number, entry.text, entry.doubtful, follows, after)
