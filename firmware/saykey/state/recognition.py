"""Schedules the recognizer's work: which phrase it recognises, and which one next. Pure.

Complete phrases come first, then speculations at a pause, then retries. Work is aborted when work
of a better rank waits, or when nobody needs it any more. An abort takes effect at the end of the
current encoder pass, so it never takes longer than letting the work finish.
"""

from dataclasses import replace

from saykey.effects import AbortRecognition, Effect, Recognise
from saykey.flow import PhraseId, Transcript
from saykey.state.hearing import (
    PHRASE,
    Hearing,
    Job,
    Stage,
    Unheard,
    find,
    put,
    spoken_of,
)
from saykey.state.outcomes import Doubtful
from saykey.state.phrases import judged
from saykey.state.seams import preceding

ATTEMPTS = 2
"""How often the recognition of a complete phrase may fail before its audio is put aside."""

LONG_PASS_MS = 1000.0
"""After a wrong speculation, the next phrase waits noticeably if a recognition takes so long."""

ENOUGH_PAUSES = 8
"""How many pauses must be known before speculation may stop."""

RANK = {Stage.WAITING: 0, Stage.TENTATIVE: 1}
RETRY, USELESS = 2, 3


def recognised(hearing: Hearing, transcript: Transcript) -> Hearing:
    """Note a transcript. It is used only if the queue has the phrase with the same revision."""
    hearing = _job_done(hearing, transcript.phrase, transcript.revision)
    hearing = replace(hearing, pass_ms=transcript.timings.total_ms)
    spoken = spoken_of(hearing, transcript.phrase)
    if spoken is None or spoken.phrase.revision != transcript.revision:
        return replace(hearing, late=hearing.late + 1)
    if spoken.stage is Stage.TENTATIVE:
        return put(hearing, replace(spoken, early=transcript))
    if spoken.stage is Stage.WAITING:
        return put(hearing, judged(spoken, transcript))
    return replace(hearing, late=hearing.late + 1)


def recognised_again(hearing: Hearing, transcript: Transcript) -> tuple[Hearing, Unheard | None]:
    """Note a transcript of a retry. Returns the phrase that was kept, or None if it is no retry."""
    retried = _unheard(hearing, transcript.phrase, transcript.revision)
    if retried is None or not retried.retrying:
        return hearing, None
    hearing = _job_done(hearing, transcript.phrase, transcript.revision)
    return replace(hearing, unheard=_without(hearing.unheard, retried)), retried


def failed(hearing: Hearing, phrase: PhraseId, revision: int) -> Hearing:
    """Note that the worker failed on this phrase.

    A failed speculation is not counted for the phrase and is not repeated. A complete phrase that
    has failed ATTEMPTS times is put aside with its audio.
    """
    hearing = _job_done(hearing, phrase, revision)
    retried = _unheard(hearing, phrase, revision)
    if retried is not None:
        kept = replace(retried, retrying=False)
        return replace(hearing, unheard=tuple(kept if u is retried else u for u in hearing.unheard))
    spoken = spoken_of(hearing, phrase)
    if spoken is None or spoken.phrase.revision != revision:
        return hearing
    if spoken.stage is Stage.TENTATIVE:
        return put(hearing, replace(spoken, speculable=False))
    if spoken.stage is not Stage.WAITING:
        return hearing
    spoken = replace(spoken, failures=spoken.failures + 1)
    if spoken.failures >= ATTEMPTS:
        spoken = replace(spoken, stage=PHRASE[spoken.stage, "failed"])
    return put(hearing, spoken)


def aborted(hearing: Hearing, phrase: PhraseId, revision: int) -> Hearing:
    """Note that the recognizer has aborted this phrase and is free."""
    return _job_done(hearing, phrase, revision)


def give_up(hearing: Hearing) -> Hearing:
    """Put every complete phrase aside with its audio, because no model can be used."""
    row = tuple(
        replace(s, stage=PHRASE[s.stage, "failed"]) if s.stage is Stage.WAITING else s
        for s in hearing.row
    )
    unheard = tuple(replace(u, retrying=False) for u in hearing.unheard)
    return replace(hearing, row=row, unheard=unheard)


def remodelled(hearing: Hearing, old: str, new: str) -> Hearing:
    """Let dictations that were to use the model ``old`` use the model ``new``."""
    if old == new:
        return hearing
    dictations = tuple(replace(d, model=new) if d.model == old else d for d in hearing.dictations)
    return replace(hearing, dictations=dictations)


def retry(hearing: Hearing) -> Hearing:
    """Recognise every phrase that was put aside once more."""
    return replace(hearing, unheard=tuple(replace(u, retrying=True) for u in hearing.unheard))


def schedule(
    hearing: Hearing, model: str | None, *, speculate: bool, prompt: str, doubtful: Doubtful
) -> tuple[Hearing, tuple[Effect, ...]]:
    """Start the next recognition, or abort the current one for more important work.

    ``model`` is the loaded model, or None. A phrase is recognised only by the model of its
    dictation. ``doubtful`` is as in outcomes.way_of.
    """
    job = hearing.job
    wanted = _wanted(hearing, model, speculate=speculate and _worth_guessing(hearing))
    if job is None:
        if wanted is None:
            return hearing, ()
        phrase = wanted.phrase
        wanted = replace(wanted, prompt=prompt, before=preceding(hearing, phrase.id, doubtful))
        return replace(hearing, job=Job(phrase.id, phrase.revision)), (wanted,)
    rank = _rank(hearing, job.phrase, job.revision)
    better = wanted is not None and _rank(hearing, *_key(wanted)) < rank
    if job.aborting or not (better or rank == USELESS):
        return hearing, ()
    hearing = replace(hearing, job=replace(job, aborting=True))
    return hearing, (AbortRecognition(job.phrase, job.revision),)


def _worth_guessing(hearing: Hearing) -> bool:
    """Whether to speculate: whether enough of the last pauses were ends of phrases.

    A quarter is enough, or a half where recognitions are long. Pauses are counted with and without
    speculation, so speculation can start again.
    """
    if len(hearing.pauses) < ENOUGH_PAUSES:
        return True
    share = sum(hearing.pauses) / len(hearing.pauses)
    return share >= (0.5 if hearing.pass_ms >= LONG_PASS_MS else 0.25)


def _key(effect: Recognise) -> tuple[PhraseId, int]:
    return effect.phrase.id, effect.phrase.revision


def _wanted(hearing: Hearing, model: str | None, *, speculate: bool) -> Recognise | None:
    if model is None:
        return None
    for stage in (Stage.WAITING, Stage.TENTATIVE) if speculate else (Stage.WAITING,):
        for spoken in hearing.row:
            dictation = find(hearing, spoken.phrase.id.dictation)
            if spoken.stage is not stage or dictation is None or dictation.model != model:
                continue
            if stage is Stage.TENTATIVE and (spoken.early or not spoken.speculable):
                continue
            return Recognise(spoken.phrase, spoken.failures + 1, dictation.language)
    for unheard in hearing.unheard:
        if unheard.retrying:
            return Recognise(unheard.phrase, ATTEMPTS + 1, unheard.language)
    return None


def _rank(hearing: Hearing, phrase: PhraseId, revision: int) -> int:
    spoken = spoken_of(hearing, phrase)
    if spoken is not None and spoken.phrase.revision == revision and spoken.stage in RANK:
        return RANK[spoken.stage]
    retried = _unheard(hearing, phrase, revision)
    return RETRY if retried is not None and retried.retrying else USELESS


def _job_done(hearing: Hearing, phrase: PhraseId, revision: int) -> Hearing:
    job = hearing.job
    if job is None or (job.phrase, job.revision) != (phrase, revision):
        return hearing
    return replace(hearing, job=None)


def _unheard(hearing: Hearing, phrase: PhraseId, revision: int) -> Unheard | None:
    wanted = (phrase, revision)
    return next((u for u in hearing.unheard if (u.phrase.id, u.phrase.revision) == wanted), None)


def _without(unheard: tuple[Unheard, ...], gone: Unheard) -> tuple[Unheard, ...]:
    return tuple(u for u in unheard if u is not gone)
