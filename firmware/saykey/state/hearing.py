"""Pure state of what is being said: the values, and the tables of what may become of them.

Phrases of all dictations stand in one row, in the order of speech, and leave it at the front
only: phrase 2 never overtakes phrase 1. The tables `CAPTURE` and `PHRASE` are the rules;
docs/states.md is drawn from them.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from saykey.flow import Phrase, PhraseId, Transcript, Verdict
from saykey.settings.schema import HostSettings

PAUSES = 16
"""Short pauses remembered: enough to tell how the user speaks, few enough to follow changes."""

UNHEARD = 20
"""Phrases kept as audio, at most: 20 of 28 s are 18 MB. The oldest goes, and is counted."""


class CaptureState(Enum):
    """Whether the microphone listens for a dictation."""

    OPEN = "open"
    DRAINING = "draining"
    CLOSED = "closed"


CAPTURE = {
    (CaptureState.OPEN, "released"): CaptureState.DRAINING,
    (CaptureState.OPEN, "drained"): CaptureState.CLOSED,  # the microphone went away
    (CaptureState.DRAINING, "drained"): CaptureState.CLOSED,
}


class Stage(Enum):
    """How far a phrase has come."""

    SPEAKING = "speaking"
    TENTATIVE = "tentative"
    WAITING = "waiting"
    READY = "ready"
    DOUBTFUL = "doubtful"
    EMPTY = "empty"
    FAILED = "failed"


PHRASE = {
    (Stage.SPEAKING, "paused"): Stage.TENTATIVE,
    (Stage.TENTATIVE, "resumed"): Stage.SPEAKING,
    (Stage.SPEAKING, "ended"): Stage.WAITING,
    (Stage.TENTATIVE, "ended"): Stage.WAITING,
    (Stage.WAITING, Verdict.GOOD.value): Stage.READY,
    (Stage.WAITING, Verdict.DOUBTFUL.value): Stage.DOUBTFUL,
    (Stage.WAITING, Verdict.EMPTY.value): Stage.EMPTY,
    (Stage.WAITING, "failed"): Stage.FAILED,
}


@dataclass(frozen=True, slots=True)
class Dictation:
    """One press of the button, at ``pressed_at`` (ns).

    Everything but ``capture`` is fixed when the button goes down. ``profile`` is how the host is
    typed to.
    """

    id: int
    host: str
    profile: HostSettings
    language: str
    model: str
    pressed_at: int
    capture: CaptureState = CaptureState.OPEN


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase in the row. ``early`` is the result of a speculation on this very revision.

    ``failures`` counts recognitions of the complete phrase that failed; ``speculable`` is False
    once a speculation on this revision broke the worker.
    """

    phrase: Phrase
    stage: Stage
    early: Transcript | None = None
    transcript: Transcript | None = None
    failures: int = 0
    speculable: bool = True


@dataclass(frozen=True, slots=True)
class Unheard:
    """A phrase that could not be recognised; its audio is kept. ``retrying``: to be tried again."""

    phrase: Phrase
    host: str
    language: str
    retrying: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """The recognition at work. ``aborting``: the recognizer was told to let go of it."""

    phrase: PhraseId
    revision: int
    aborting: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """All dictations in flight, oldest first.

    ``late`` counts ignored results, ``lost`` phrases of which not even the audio could be kept.
    ``pauses``: for each of the last short pauses, whether the phrase was over. ``pass_ms`` is how
    long the last recognition took.
    """

    dictations: tuple[Dictation, ...] = ()
    row: tuple[Spoken, ...] = ()
    unheard: tuple[Unheard, ...] = ()
    job: Job | None = None
    started: int = 0
    late: int = 0
    lost: int = 0
    pauses: tuple[bool, ...] = ()
    pass_ms: float = field(compare=False, default=0.0)


def find(hearing: Hearing, dictation: int) -> Dictation | None:
    """The dictation in flight with this id."""
    return next((d for d in hearing.dictations if d.id == dictation), None)


def listening(hearing: Hearing) -> Dictation | None:
    """The dictation whose capture is open, if one is."""
    return next((d for d in hearing.dictations if d.capture is CaptureState.OPEN), None)


def spoken_of(hearing: Hearing, phrase: PhraseId) -> Spoken | None:
    """The phrase of this id in the row."""
    return next((s for s in hearing.row if s.phrase.id == phrase), None)


def put(hearing: Hearing, spoken: Spoken) -> Hearing:
    """The row with this phrase in the place of its former self."""
    row = tuple(spoken if s.phrase.id == spoken.phrase.id else s for s in hearing.row)
    return replace(hearing, row=row)
