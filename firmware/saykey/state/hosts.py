"""State of the hosts: link, lock LEDs, the text typed there, and the text held for each. Pure.

Held text is stored as text, not as keys: it is planned for the host's layout when it is typed.
"""

from dataclasses import dataclass, field, replace
from typing import assert_never

from saykey.flow import Edits, Erase, Insert, Press
from saykey.ports import Link
from saykey.settings.schema import HostSettings
from saykey.text.joining import spaced

REMEMBERED = 100
"""The most typed pieces remembered per host."""

UNKNOWN_PIECE = 0
"""Stands for the last piece typed before a restart. No piece has this number."""


@dataclass(frozen=True, slots=True)
class After:
    """What a text follows in its dictation: the words of piece ``piece``, and their closing mark.

    ``mark`` is "" if they have none, or if it was written elsewhere. ``cased``: the case of the
    text's first letter is right behind these words.
    """

    piece: int
    mark: str = ""
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """Text kept for a host. Its first ``doubtful`` characters may have arrived there already.

    ``number`` is the number of its piece. The texts of a host are sorted by it. ``follows`` is the
    piece that it continues, if that was cut short in the middle; None for a text of its own.
    ``after`` is what it follows in its dictation, if anything.
    """

    number: int
    text: str = field(repr=False)
    doubtful: int = 0
    follows: int | None = None
    after: After | None = None

    @property
    def shown(self) -> str:
        """The text with the mark at its head that is typed with it."""
        mark = "" if self.after is None else self.after.mark
        return mark + spaced(mark, self.text) if mark else self.text


@dataclass(frozen=True, slots=True)
class Typed:
    """The text of a piece that was typed on a host. ``dictation`` is as in pieces.Piece."""

    piece: int
    dictation: int
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Host:
    """A computer to type to.

    ``open``: its transport is open. Only one of the hosts that share a transport is open.
    ``interrupted`` are dictations whose further text is held. ``typed`` are the pieces directly
    before the cursor, in order; empty if that is unknown. The last one was typed at ``typed_at``
    (ns).
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
        """The host's name in the settings."""
        return self.settings.name


Hosts = tuple[Host, ...]


def find(hosts: Hosts, name: str) -> Host | None:
    """The host of that name; None if it was removed."""
    return next((each for each in hosts if each.name == name), None)


def get(hosts: Hosts, name: str) -> Host:
    """The host of that name. Raises KeyError if there is none."""
    if (found := find(hosts, name)) is None:
        raise KeyError(name)
    return found


def put(hosts: Hosts, changed: Host) -> Hosts:
    """Replace the host of the same name."""
    return tuple(changed if h.name == changed.name else h for h in hosts)


def with_held(held: tuple[Held, ...], more: tuple[Held, ...]) -> tuple[Held, ...]:
    """Both groups of held texts, sorted by number."""
    return tuple(sorted((*held, *more), key=lambda each: each.number))


def with_mark(held: tuple[Held, ...], after: After) -> tuple[Held, ...]:
    """The held texts, with the closing mark behind the words of its piece."""
    return tuple(
        replace(h, text=h.text + after.mark) if h.number == after.piece else h for h in held
    )


def interrupt(hosts: Hosts, name: str, dictations: frozenset[int]) -> Hosts:
    """Mark these dictations of a host as interrupted: all their further text is held."""
    host = find(hosts, name)
    if host is None:
        return hosts
    return put(hosts, replace(host, interrupted=host.interrupted | dictations))


def forget_interruptions(hosts: Hosts, alive: frozenset[int]) -> Hosts:
    """Remove the marks of dictations that are not in ``alive``."""
    return tuple(
        h if h.interrupted <= alive else replace(h, interrupted=h.interrupted & alive)
        for h in hosts
    )


def carried_out(host: Host, piece: int, dictation: int, edits: Edits, now: int) -> Host:
    """Note that these edits were carried out on the host at ``now`` (ns).

    After a chord the text before the cursor is unknown.
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
    """The typed pieces without this text at their end; () if they do not end with it."""
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
