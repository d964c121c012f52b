"""State of the dictations and phrases in flight, and the transition tables for both. Pure.

The phrases of all dictations are in one queue, ``row``, in the order of speech. They leave it only
at the front, so phrase 2 never overtakes phrase 1. `CAPTURE` and `PHRASE` are the transition
tables. docs/states.md is drawn from them.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from saykey.flow import Phrase, PhraseId, Transcript, Verdict
from saykey.settings.schema import HostSettings

PAUSES = 16
"""How many short pauses are remembered: enough to learn how the user speaks, and few enough to
adapt when that changes."""

UNHEARD = 20
"""The most phrases kept as audio: 20 of 28 s take 18 MB. Beyond that the oldest is dropped and
counted as lost."""


class CaptureState(Enum):
    """State of a dictation's capture. DRAINING: the button is up, the last audio is being read."""

    OPEN = "open"
    DRAINING = "draining"
    CLOSED = "closed"


CAPTURE = {
    (CaptureState.OPEN, "released"): CaptureState.DRAINING,
    (CaptureState.OPEN, "drained"): CaptureState.CLOSED,  # the microphone went away
    (CaptureState.DRAINING, "drained"): CaptureState.CLOSED,
}


class Stage(Enum):
    """State of a phrase.

    TENTATIVE: after a short pause, possibly complete. WAITING: complete, not yet recognised. READY,
    DOUBTFUL and EMPTY are the verdicts on its text. FAILED: it could not be recognised.
    """

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
class Said:
    """The last phrase of a dictation whose words were queued for the host as piece ``piece``.

    ``text`` is its whole text. ``mark`` is its closing mark, which waits: the next phrase of the
    dictation decides whether it is typed.
    """

    phrase: Phrase
    text: str = field(repr=False)
    mark: str
    piece: int


@dataclass(frozen=True, slots=True)
class Dictation:
    """One press of the button, at ``pressed_at`` (ns).

    Everything except ``capture`` and ``said`` is fixed at the press. ``profile`` are the settings
    of the host. ``said`` is None until words of the dictation were queued for the host.
    ``borrower`` is the client that gets the sound, see requests.DictationStarted. A dictation that
    is lent has no phrases.
    """

    id: int
    host: str
    profile: HostSettings
    language: str
    model: str
    pressed_at: int
    capture: CaptureState = CaptureState.OPEN
    said: Said | None = None
    borrower: int | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """A phrase in the queue.

    ``early`` is the result of a speculation on this revision. ``failures`` counts the failed
    recognitions of the complete phrase. ``speculable`` is False after a speculation on this
    revision has broken the worker.
    """

    phrase: Phrase
    stage: Stage
    early: Transcript | None = None
    transcript: Transcript | None = None
    failures: int = 0
    speculable: bool = True


@dataclass(frozen=True, slots=True)
class Unheard:
    """A phrase that could not be recognised. Its audio is kept. ``retrying``: try it again."""

    phrase: Phrase
    host: str
    language: str
    retrying: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """The recognition in progress. ``aborting``: its abort was requested."""

    phrase: PhraseId
    revision: int
    aborting: bool = False


@dataclass(frozen=True, slots=True)
class Hearing:
    """All dictations in flight, oldest first, and their phrases.

    ``row`` is the queue of phrases. ``unheard`` are failed phrases that are kept as audio.
    ``started`` is the number of the last dictation. ``late`` counts ignored results. ``lost``
    counts phrases whose audio could not be kept. ``pauses`` says for each of the last short pauses
    whether the phrase was over. ``pass_ms`` is the duration of the last recognition.
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
    """The dictation in flight with this id, or None."""
    return next((d for d in hearing.dictations if d.id == dictation), None)


def listening(hearing: Hearing) -> Dictation | None:
    """The dictation whose capture is open, or None."""
    return next((d for d in hearing.dictations if d.capture is CaptureState.OPEN), None)


def spoken_of(hearing: Hearing, phrase: PhraseId) -> Spoken | None:
    """The phrase in the queue with this id, or None."""
    return next((s for s in hearing.row if s.phrase.id == phrase), None)


def put_dictation(hearing: Hearing, changed: Dictation) -> Hearing:
    """Replace the dictation with the same id."""
    dictations = tuple(changed if d.id == changed.id else d for d in hearing.dictations)
    return replace(hearing, dictations=dictations)


def put(hearing: Hearing, spoken: Spoken) -> Hearing:
    """Replace the phrase with the same id in the queue."""
    row = tuple(spoken if s.phrase.id == spoken.phrase.id else s for s in hearing.row)
    return replace(hearing, row=row)
