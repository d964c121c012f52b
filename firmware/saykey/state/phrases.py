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

_FINISHED = frozenset({Stage.READY, Stage.DOUBTFUL, Stage.EMPTY, Stage.FAILED})
"""The stages in which a phrase can leave the queue."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A phrase that left the queue."""

    spoken: Spoken


@dataclass(frozen=True, slots=True)
class Over:
    """A dictation of which no phrase is left, and none will follow."""

    dictation: Dictation


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


def leave(hearing: Hearing) -> tuple[Hearing, Outcome | Over | None]:
    """Remove the first phrase that is finished, or the first dictation that is over.

    None: there is none. A phrase leaves after all phrases that were said before it. An earlier
    dictation that is not over may still add such phrases.
    """
    blocked = False
    for dictation in hearing.dictations:
        first = next((s for s in hearing.row if s.phrase.id.dictation == dictation.id), None)
        if first is None and dictation.capture is CaptureState.CLOSED:
            alive = tuple(d for d in hearing.dictations if d is not dictation)
            return replace(hearing, dictations=alive), Over(dictation)
        if first is not None and first.stage in _FINISHED and not blocked:
            return _without(hearing, first, dictation), Outcome(first)
        blocked = True
    return hearing, None


def _without(hearing: Hearing, spoken: Spoken, dictation: Dictation) -> Hearing:
    unheard = hearing.unheard
    if spoken.stage is Stage.FAILED:
        unheard = (*unheard, Unheard(spoken.phrase, dictation.host, dictation.language))
    return replace(
        hearing,
        row=tuple(s for s in hearing.row if s is not spoken),
        unheard=unheard[-UNHEARD:],
        lost=hearing.lost + max(0, len(unheard) - UNHEARD),
    )
