"""Pure state of one piece on its way to a host, and the rules of what may become of it.

docs/states.md is drawn from the table `PIECE`.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import assert_never

from saykey.events import TypingAdvanced, TypingPlanned
from saykey.flow import Edits, Insert, Substitution
from saykey.settings.schema import HostSettings
from saykey.state.hosts import UNKNOWN_PIECE, Host
from saykey.text.joining import join

ASKED_FOR = 0
"""The dictation of what the user asked for, such as held text: it is none of the dictations."""

CONTEXT = 400
"""Characters before the cursor that decide how a text goes on; a sentence rarely has more."""


class Fate(Enum):
    """What a piece has come to."""

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
    """Edits for a host, to be carried out in one go. ``dictation`` may be ASKED_FOR.

    Its text is joined to what stands before the cursor when it is typed. ``pressed_at`` (ns) is
    when the button went down for it, or when it was asked for. ``follows`` as hosts.Held has it.
    """

    number: int
    dictation: int
    host: str
    profile: HostSettings
    edits: Edits
    pressed_at: int
    follows: int | None = None


@dataclass(frozen=True, slots=True)
class Typing:
    """The piece being typed, as ``edits``: its text is joined to what stood before.

    ``cancelled``: what is left of it is dropped. ``stopping``: the typist was told to stop.
    ``units`` of it are to be done and ``done`` are; ``substitutions`` are those of the plan.
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
    """The piece with what the typist reports of it; reports of another piece change nothing."""
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
    """The edits of a piece as they are typed now, behind what stands on the host.

    The rest of a piece that was cut short is typed as it is, if nothing came behind its
    beginning. Other text is joined to what stands before if its dictation was pressed within
    ``join_ns`` of the last key, or before that key: earlier text was then still on its way. Else
    the user may have gone elsewhere, and it begins a new place.
    """
    last = host.typed[-1].piece if host.typed else UNKNOWN_PIECE
    if piece.follows is not None and piece.follows == last:
        return piece.edits
    before = _before(host) if _goes_on(piece, host, join_ns) else ""
    first = piece.edits[0] if piece.edits else None
    if isinstance(first, Insert):
        return (Insert(join(before, first.text)), *piece.edits[1:])
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
