"""The state machine of the phrases in the queue: paused, resumed, ended, judged, left. Pure.

A result is used if its phrase is still in the queue with the same revision. Any other result is
late and is ignored.
"""

from dataclasses import dataclass, replace

from saykey.flow import Phrase, PhraseId, Transcript
from saykey.state.hearing import (
    PAUSES,
    PHRASE,
    UNHEARD,
    CaptureState,
    Dictation,
    Hearing,
    Spoken,
    Stage,
    Unheard,
    find,
    put,
    spoken_of,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A phrase that left the queue. ``transcript`` is None if it could not be recognised."""

    dictation: Dictation
    stage: Stage
    transcript: Transcript | None


def paused(hearing: Hearing, phrase: Phrase) -> Hearing:
    """Note a short pause after a phrase. The phrase may be complete."""
    return _place(hearing, phrase, "paused")


def ended(hearing: Hearing, phrase: Phrase) -> Hearing:
    """Note that a phrase is complete. A finished speculation on the same samples is its result."""
    before = spoken_of(hearing, phrase.id)
    if before is not None and before.stage is Stage.TENTATIVE:
        hearing = _paused_for(hearing, over=before.phrase.revision == phrase.revision)
    hearing = _place(hearing, phrase, "ended")
    spoken = spoken_of(hearing, phrase.id)
    if spoken is None or spoken.early is None or spoken.stage is not Stage.WAITING:
        return hearing
    return put(hearing, judged(spoken, spoken.early))


def resumed(hearing: Hearing, phrase: PhraseId) -> Hearing:
    """Note that speech continued. An early result does not cover the whole phrase: forget it."""
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
    """The complete phrase with its transcript. The verdict decides its stage."""
    stage = PHRASE[spoken.stage, transcript.verdict.value]
    return replace(spoken, stage=stage, transcript=transcript, early=None)


def leave(hearing: Hearing) -> tuple[Hearing, tuple[Outcome, ...]]:
    """Remove finished phrases from the front of the queue, and dictations that are over."""
    row, outcomes, unheard = hearing.row, [], hearing.unheard
    while row and row[0].stage in {Stage.READY, Stage.DOUBTFUL, Stage.EMPTY, Stage.FAILED}:
        spoken = row[0]
        if any(
            d.id < spoken.phrase.id.dictation and d.capture is not CaptureState.CLOSED
            for d in hearing.dictations
        ):  # an earlier dictation may still add phrases that were said before this one
            break
        row = row[1:]
        dictation = find(hearing, spoken.phrase.id.dictation)
        if dictation is None:  # the phrases of a dropped dictation are dropped
            continue
        if spoken.stage is Stage.FAILED:
            unheard = (*unheard, Unheard(spoken.phrase, dictation.host, dictation.language))
        outcomes.append(Outcome(dictation, spoken.stage, spoken.transcript))
    busy = {s.phrase.id.dictation for s in row}
    alive = tuple(
        d for d in hearing.dictations if d.capture is not CaptureState.CLOSED or d.id in busy
    )
    lost = hearing.lost + max(0, len(unheard) - UNHEARD)
    hearing = replace(hearing, dictations=alive, row=row, unheard=unheard[-UNHEARD:], lost=lost)
    return hearing, tuple(outcomes)
