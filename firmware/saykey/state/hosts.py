"""Pure state of the hosts: link, lock lights, what was typed there, and the text held for each.

Held text stays in memory, as text: it is planned anew for the host's layout when it is typed.
"""

from dataclasses import dataclass, field, replace
from typing import assert_never

from saykey.flow import Edits, Erase, Insert, Press
from saykey.ports import Link
from saykey.settings.schema import HostSettings

REMEMBERED = 100
"""Typed pieces remembered per host."""

UNKNOWN_PIECE = 0
"""The piece typed last before a restart: no piece has this number."""


@dataclass(frozen=True, slots=True)
class Held:
    """Text kept for a host. Its first ``doubtful`` characters may stand on the host already.

    ``number`` is that of the piece it was to be; a host's texts are held in this order.
    ``follows``: the piece in the middle of which it goes on; None for a text of its own.
    """

    number: int
    text: str = field(repr=False)
    doubtful: int = 0
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A piece that stands on a host, as it was typed. ``dictation`` as pieces.Piece has it."""

    piece: int
    dictation: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Host:
    """A computer to type to.

    ``open``: its transport is open; of hosts that share a transport one is. ``interrupted``:
    dictations whose further text is held. ``typed`` are the pieces that stand before the cursor
    one behind the other, the last of them since ``typed_at`` (ns); empty where that is unknown.
    """

    settings: HostSettings
    open: bool = False
    link: Link = Link.UNKNOWN
    leds: int | None = None
    held: tuple[Held, ...] = ()
    interrupted: frozenset[int] = frozenset()
    typed: tuple[Typed, ...] = ()
    typed_at: int | None = None

    @property
    def name(self) -> str:
        """What it is called."""
        return self.settings.name


Hosts = tuple[Host, ...]


def find(hosts: Hosts, name: str) -> Host | None:
    """The host of that name; None for one that was forgotten."""
    return next((each for each in hosts if each.name == name), None)


def get(hosts: Hosts, name: str) -> Host:
    """The host of that name. Raises KeyError for one that is not there."""
    if (found := find(hosts, name)) is None:
        raise KeyError(name)
    return found


def put(hosts: Hosts, changed: Host) -> Hosts:
    """The hosts with this one in the place of its former self."""
    return tuple(changed if h.name == changed.name else h for h in hosts)


def with_held(held: tuple[Held, ...], more: tuple[Held, ...]) -> tuple[Held, ...]:
    """Held texts with more of them, each in its place."""
    return tuple(sorted((*held, *more), key=lambda each: each.number))


def interrupt(hosts: Hosts, name: str, dictations: frozenset[int]) -> Hosts:
    """Have all further text of these dictations held."""
    host = find(hosts, name)
    if host is None:
        return hosts
    return put(hosts, replace(host, interrupted=host.interrupted | dictations))


def forget_interruptions(hosts: Hosts, alive: frozenset[int]) -> Hosts:
    """Dictations that are over need no mark any more."""
    return tuple(
        h if h.interrupted <= alive else replace(h, interrupted=h.interrupted & alive)
        for h in hosts
    )


def carried_out(host: Host, piece: int, dictation: int, edits: Edits, now: int) -> Host:
    """These edits were carried out on the host at ``now`` (ns).

    Behind a chord nobody knows what stands before the cursor.
    """
    typed = host.typed
    for edit in edits:
        match edit:
            case Insert(text):
                typed = (*typed, Typed(piece, dictation, text))
            case Erase(text):
                typed = _erased(typed, text)
            case Press():
                typed = ()
            case _:
                assert_never(edit)
    return replace(host, typed=typed[-REMEMBERED:], typed_at=now if edits else host.typed_at)


def _erased(typed: tuple[Typed, ...], text: str) -> tuple[Typed, ...]:
    """What is left once this text was erased; nothing if it did not stand there."""
    while text:
        if not typed:
            return ()
        last = typed[-1]
        if text.endswith(last.text):
            typed, text = typed[:-1], text.removesuffix(last.text)
        elif last.text.endswith(text):
            return (*typed[:-1], replace(last, text=last.text.removesuffix(text)))
        else:
            return ()
    return typed
