"""Pure state of one piece of text on its way to a host, and the rules of what may become of it.

docs/states.md is drawn from the table `PIECE`.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from saykey.events import TypingAdvanced, TypingPlanned
from saykey.flow import Substitution

ASKED_FOR = 0
"""The dictation of what the user asked for, such as held text: it is none of the dictations."""


class Fate(Enum):
    """What a piece of text has come to."""

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
    """Text for a host. ``dictation`` may be ASKED_FOR.

    ``joins`` as in dictation.Dictation. ``exact`` text is typed as it stands.
    """

    dictation: int
    host: str
    text: str = field(repr=False)
    joins: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Typing:
    """The piece being typed, as ``text``, under a number of its own.

    ``cancelled``: what is left of it is dropped. ``stopping``: the typist was told to stop.
    ``graphemes`` of it are to be typed and ``done`` are; ``substitutions`` are those of the plan.
    """

    id: int
    piece: Piece
    text: str = field(repr=False)
    stopping: bool = False
    cancelled: bool = False
    graphemes: int = 0
    done: int = 0
    substitutions: tuple[Substitution, ...] = ()


def progressed(typing: Typing | None, event: TypingPlanned | TypingAdvanced) -> Typing | None:
    """The piece with what the typist tells of it; news of another piece change nothing."""
    if typing is None or typing.id != event.piece:
        return typing
    match event:
        case TypingPlanned(_, graphemes, substitutions):
            return replace(typing, graphemes=graphemes, substitutions=substitutions)
        case TypingAdvanced(_, done):
            return replace(typing, done=done)
