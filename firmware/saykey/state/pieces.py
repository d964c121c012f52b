"""The state machine of one piece of text for a host. Pure.

`PIECE` is its transition table. docs/states.md is drawn from it.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from saykey.events import TypingAdvanced, TypingPlanned
from saykey.flow import Edits, Insert, Substitution
from saykey.settings.schema import HostSettings
from saykey.state.hosts import UNKNOWN_PIECE, After, Host
from saykey.text.joining import join, spaced

ASKED_FOR = 0
"""Stands in place of a dictation's id in pieces that the user asked for, such as held text."""

CONTEXT = 400
"""Characters before the cursor that decide how a text is joined. Few sentences are longer."""


class Fate(Enum):
    """State of a piece. CONFIRMED: it was typed completely."""

    QUEUED = "queued"
    TYPING = "typing"
    CONFIRMED = "confirmed"
    HELD = "held"
    DROPPED = "dropped"


PIECE = {
    (Fate.QUEUED, "host up"): Fate.TYPING,
    (Fate.QUEUED, "host not up"): Fate.HELD,
    (Fate.QUEUED, "dictation interrupted"): Fate.HELD,
    (Fate.QUEUED, "cancelled"): Fate.DROPPED,
    (Fate.QUEUED, "mark without its words"): Fate.DROPPED,
    (Fate.QUEUED, "asked-for text cancelled"): Fate.HELD,
    (Fate.QUEUED, "shutdown"): Fate.HELD,
    (Fate.TYPING, "finished"): Fate.CONFIRMED,
    (Fate.TYPING, "stopped"): Fate.HELD,  # the link dropped, or shutdown
    (Fate.TYPING, "cancelled"): Fate.DROPPED,
    (Fate.TYPING, "asked-for text cancelled"): Fate.HELD,
    (Fate.HELD, "wanted"): Fate.QUEUED,
    (Fate.HELD, "dropped"): Fate.DROPPED,
}


@dataclass(frozen=True, slots=True)
class Piece:
    """Edits for a host that are carried out together. ``dictation`` may be ASKED_FOR.

    Its text is joined to the text before the cursor when it is typed. ``pressed_at`` (ns) is when
    the button was pressed for it, or when the user asked for it. ``follows`` and ``after`` are as
    in hosts.Held. The mark of ``after`` is typed with the piece. The last piece of a dictation may
    be only that mark: it has no edits.
    """

    number: int
    dictation: int
    host: str
    profile: HostSettings
    edits: Edits
    pressed_at: int
    follows: int | None = None
    after: After | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """The piece being typed. ``edits`` are its edits after joining to the text before them.

    ``cancelled``: the rest of it is dropped. ``stopping``: a StopTyping was sent for it. ``units``
    is its length (see events.TypingPlanned) and ``done`` how much of it is typed.
    ``substitutions`` are those of its plan.
    """

    piece: Piece
    edits: Edits
    stopping: bool = False
    cancelled: bool = False
    units: int = 0
    done: int = 0
    substitutions: tuple[Substitution, ...] = ()

    @property
    def id(self) -> int:
        """The number of the piece."""
        return self.piece.number


def progressed(typing: Typing | None, event: TypingPlanned | TypingAdvanced) -> Typing | None:
    """The piece after a report of the typist. Reports on another piece change nothing."""
    if typing is None or typing.id != event.piece:
        return typing
    match event:
        case TypingPlanned(_, units, substitutions):
            return replace(typing, units=units, substitutions=substitutions)
        case TypingAdvanced(_, done):
            return replace(typing, done=done)
        case _:
            assert_never(event)


def composed(piece: Piece, host: Host, join_ns: int) -> Edits:
    """The edits of a piece, joined to the text before the cursor of this host.

    The rest of a piece that was cut short is typed unchanged, if nothing was typed after its
    beginning. Other text is joined if its dictation was pressed within ``join_ns`` after the last
    key. It is also joined if the press was before that key: earlier text was then still in flight.
    It is also joined if the words that it follows were typed last: their mark is then typed first.
    Otherwise the user may have moved the cursor, and the text is not joined. Returns () for a mark
    whose words were not typed last.
    """
    last = host.typed[-1].piece if host.typed else UNKNOWN_PIECE
    if piece.follows is not None and piece.follows == last:
        return piece.edits
    after = piece.after if piece.after is not None and piece.after.piece == last else None
    before = _before(host) if after is not None or _goes_on(piece, host, join_ns) else ""
    mark = "" if after is None else after.mark
    cased = piece.follows is not None or (after is not None and after.cased)
    if not piece.edits:
        return (Insert(mark),) if mark else ()
    joined = spaced if cased else join  # a rest may begin in mid-word
    first, *rest = piece.edits
    if isinstance(first, Insert):
        return (Insert(mark + joined(before + mark, first.text)), *rest)
    return piece.edits


def _goes_on(piece: Piece, host: Host, join_ns: int) -> bool:
    if not host.typed or host.typed_at is None:
        return False
    same = host.typed[-1].dictation == piece.dictation != ASKED_FOR
    return same or piece.pressed_at - host.typed_at <= join_ns


def _before(host: Host) -> str:
    before = ""
    for typed in reversed(host.typed):
        before = typed.text + before
        if len(before) >= CONTEXT:
            break
    return before[-CONTEXT:]
