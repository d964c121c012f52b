"""Pure state of what is being said: captures, phrases in flight, the one recognition at work.

Phrases of all dictations stand in one row, in the order of speech, and leave it at the front
only: phrase 2 never overtakes phrase 1. A result counts if its phrase still stands there with
the same revision; anything else is late, and ignored. The tables `CAPTURE` and `PHRASE` are the
rules; docs/states.md is drawn from them.
"""

from dataclasses import dataclass, field, replace
from enum import Enum

from saykey.effects import AbortCapture, CloseCapture, Effect
from saykey.flow import Phrase, PhraseId, Transcript, Verdict

PAUSES = 16
"""Short pauses remembered: enough to tell how the user speaks, few enough to follow changes."""

UNHEARD = 20
"""Phrases kept as audio, at most: 20 of 28 s are 18 MB. The oldest goes, and is counted."""


class Capture(Enum):
    """Whether the microphone listens for a dictation."""

    OPEN = "open"
    DRAINING = "draining"
    CLOSED = "closed"


CAPTURE = {
    (Capture.OPEN, "released"): Capture.DRAINING,
    (Capture.OPEN, "drained"): Capture.CLOSED,  # the microphone went away
    (Capture.DRAINING, "drained"): Capture.CLOSED,
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
    """One press of the button; everything but ``capture`` is fixed when the button goes down.

    ``joins``: its text goes on behind what the host got last.
    """

    id: int
    host: str
    language: str
    model: str
    joins: bool = False
    capture: Capture = Capture.OPEN


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


@dataclass(frozen=True, slots=True)
class Outcome:
    """A phrase that left the row: text for its dictation's host, or None when there is none."""

    dictation: Dictation
    stage: Stage
    transcript: Transcript | None


def find(hearing: Hearing, dictation: int) -> Dictation | None:
    """The dictation in flight with this id."""
    return next((d for d in hearing.dictations if d.id == dictation), None)


def listening(hearing: Hearing) -> Dictation | None:
    """The dictation whose capture is open, if one is."""
    return next((d for d in hearing.dictations if d.capture is Capture.OPEN), None)


def start(hearing: Hearing, host: str, language: str, model: str, *, joins: bool) -> Hearing:
    """The button went down. The caller has made sure that no capture is open."""
    dictation = Dictation(hearing.started + 1, host, language, model, joins)
    return replace(
        hearing, dictations=(*hearing.dictations, dictation), started=hearing.started + 1
    )


def release(hearing: Hearing, at: int) -> tuple[Hearing, tuple[Effect, ...]]:
    """The button went up at ``at`` (ns): listen on for what is still on its way."""
    dictation = listening(hearing)
    if dictation is None:
        return hearing, ()
    return _cue_capture(hearing, dictation, "released"), (CloseCapture(dictation.id, at),)


def drained(hearing: Hearing, dictation: int) -> Hearing:
    """The speech room has seen all audio of this dictation."""
    found = find(hearing, dictation)
    if found is None:
        return hearing
    return _cue_capture(hearing, found, "drained")


def _cue_capture(hearing: Hearing, dictation: Dictation, cue: str) -> Hearing:
    capture = CAPTURE.get((dictation.capture, cue), dictation.capture)
    moved = replace(dictation, capture=capture)
    return replace(
        hearing,
        dictations=tuple(moved if d.id == moved.id else d for d in hearing.dictations),
    )


def paused(hearing: Hearing, phrase: Phrase) -> Hearing:
    """A phrase made a short pause; it may be complete."""
    return _place(hearing, phrase, "paused")


def ended(hearing: Hearing, phrase: Phrase) -> Hearing:
    """A phrase is complete. A finished speculation on the same samples is its result at once."""
    before = spoken_of(hearing, phrase.id)
    if before is not None and before.stage is Stage.TENTATIVE:
        hearing = _paused_for(hearing, over=before.phrase.revision == phrase.revision)
    hearing = _place(hearing, phrase, "ended")
    spoken = spoken_of(hearing, phrase.id)
    if spoken is None or spoken.early is None or spoken.stage is not Stage.WAITING:
        return hearing
    return put(hearing, judged(spoken, spoken.early))


def resumed(hearing: Hearing, phrase: PhraseId) -> Hearing:
    """Speech went on: what was recognised of this phrase is not the whole of it."""
    spoken = spoken_of(hearing, phrase)
    if spoken is None or (spoken.stage, "resumed") not in PHRASE:
        return hearing
    hearing = _paused_for(hearing, over=False)
    return put(hearing, replace(spoken, stage=PHRASE[spoken.stage, "resumed"], early=None))


def _paused_for(hearing: Hearing, *, over: bool) -> Hearing:
    return replace(hearing, pauses=(*hearing.pauses, over)[-PAUSES:])


def _place(hearing: Hearing, phrase: Phrase, cue: str) -> Hearing:
    if find(hearing, phrase.id.dictation) is None:
        return replace(hearing, late=hearing.late + 1)
    spoken = spoken_of(hearing, phrase.id)
    if spoken is None:
        fresh = Spoken(phrase, PHRASE[Stage.SPEAKING, cue])
        row = sorted((*hearing.row, fresh), key=lambda each: each.phrase.id)
        return replace(hearing, row=tuple(row))
    if (spoken.stage, cue) not in PHRASE:
        return hearing
    if spoken.phrase.revision != phrase.revision:
        spoken = replace(spoken, early=None, speculable=True)
    return put(hearing, replace(spoken, phrase=phrase, stage=PHRASE[spoken.stage, cue]))


def judged(spoken: Spoken, transcript: Transcript) -> Spoken:
    """The complete phrase with its text, as the guards judged it."""
    stage = PHRASE[spoken.stage, transcript.verdict.value]
    return replace(spoken, stage=stage, transcript=transcript, early=None)


def drop(hearing: Hearing, dictations: frozenset[int]) -> tuple[Hearing, tuple[Effect, ...]]:
    """Forget these dictations: captures stop at once, late results find nothing."""
    effects = tuple(
        AbortCapture(d.id)
        for d in hearing.dictations
        if d.id in dictations and d.capture is not Capture.CLOSED
    )
    hearing = replace(
        hearing,
        dictations=tuple(d for d in hearing.dictations if d.id not in dictations),
        row=tuple(s for s in hearing.row if s.phrase.id.dictation not in dictations),
    )
    return hearing, effects


def leave(hearing: Hearing) -> tuple[Hearing, tuple[Outcome, ...]]:
    """Let the phrases at the front of the row go that are done, and dictations that are over."""
    row, outcomes, unheard = hearing.row, [], hearing.unheard
    while row and row[0].stage in {Stage.READY, Stage.DOUBTFUL, Stage.EMPTY, Stage.FAILED}:
        spoken = row[0]
        if any(
            d.id < spoken.phrase.id.dictation and d.capture is not Capture.CLOSED
            for d in hearing.dictations
        ):  # more may come that was said before
            break
        row = row[1:]
        dictation = find(hearing, spoken.phrase.id.dictation)
        if dictation is None:  # its phrases are dropped with it
            continue
        if spoken.stage is Stage.FAILED:
            unheard = (*unheard, Unheard(spoken.phrase, dictation.host, dictation.language))
        outcomes.append(Outcome(dictation, spoken.stage, spoken.transcript))
    busy = {s.phrase.id.dictation for s in row}
    alive = tuple(d for d in hearing.dictations if d.capture is not Capture.CLOSED or d.id in busy)
    lost = hearing.lost + max(0, len(unheard) - UNHEARD)
    hearing = replace(hearing, dictations=alive, row=row, unheard=unheard[-UNHEARD:], lost=lost)
    return hearing, tuple(outcomes)


def spoken_of(hearing: Hearing, phrase: PhraseId) -> Spoken | None:
    """The phrase of this id in the row."""
    return next((s for s in hearing.row if s.phrase.id == phrase), None)


def put(hearing: Hearing, spoken: Spoken) -> Hearing:
    """The row with this phrase in the place of its former self."""
    row = tuple(spoken if s.phrase.id == spoken.phrase.id else s for s in hearing.row)
    return replace(hearing, row=row)
