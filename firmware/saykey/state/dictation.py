"""The state machine of a dictation's capture: started, released, drained, dropped. Pure."""

from dataclasses import replace

from saykey.effects import AbortCapture, CloseCapture, Effect
from saykey.requests import DictationStarted
from saykey.settings.schema import HostSettings
from saykey.state.hearing import (
    CAPTURE,
    CaptureState,
    Dictation,
    Hearing,
    find,
    listening,
    put_dictation,
)


def start(
    hearing: Hearing,
    host: HostSettings,
    language: str,
    model: str,
    asked: DictationStarted,
) -> Hearing:
    """Start the dictation that was asked for. No capture may be open."""
    number = hearing.started + 1
    dictation = Dictation(
        number, host.name, host, language, model, asked.at, borrower=asked.borrower
    )
    return replace(hearing, dictations=(*hearing.dictations, dictation), started=number)


def release(hearing: Hearing, at: int) -> tuple[Hearing, tuple[Effect, ...]]:
    """Close the open capture: the button went up at ``at`` (ns). Its last audio is still read."""
    dictation = listening(hearing)
    if dictation is None:
        return hearing, ()
    return _cue_capture(hearing, dictation, "released"), (CloseCapture(dictation.id, at),)


def drained(hearing: Hearing, dictation: int) -> Hearing:
    """Note that the speech package has read all audio of this dictation."""
    found = find(hearing, dictation)
    if found is None:
        return hearing
    return _cue_capture(hearing, found, "drained")


def _cue_capture(hearing: Hearing, dictation: Dictation, cue: str) -> Hearing:
    capture = CAPTURE.get((dictation.capture, cue), dictation.capture)
    return put_dictation(hearing, replace(dictation, capture=capture))


def drop(hearing: Hearing, dictations: frozenset[int]) -> tuple[Hearing, tuple[Effect, ...]]:
    """Forget these dictations. Their captures stop at once, and late results are ignored."""
    effects = tuple(
        AbortCapture(d.id)
        for d in hearing.dictations
        if d.id in dictations and d.capture is not CaptureState.CLOSED
    )
    hearing = replace(
        hearing,
        dictations=tuple(d for d in hearing.dictations if d.id not in dictations),
        row=tuple(s for s in hearing.row if s.phrase.id.dictation not in dictations),
    )
    return hearing, effects


def forget_said(hearing: Hearing, dropped: frozenset[int]) -> Hearing:
    """Let the text of a dictation begin anew if its last words, one of these pieces, were dropped.

    Their mark is dropped too, and the next phrase is recognised alone.
    """
    for dictation in hearing.dictations:
        if dictation.said is not None and dictation.said.piece in dropped:
            hearing = put_dictation(hearing, replace(dictation, said=None))
    return hearing


def renamed(hearing: Hearing, old: str, new: str) -> Hearing:
    """Rename a host in all dictations and kept phrases."""
    return replace(
        hearing,
        dictations=tuple(replace(d, host=new) if d.host == old else d for d in hearing.dictations),
        unheard=tuple(replace(u, host=new) if u.host == old else u for u in hearing.unheard),
    )


def alive_for(hearing: Hearing, host: str) -> frozenset[int]:
    """The dictations for a host that are still in flight."""
    return frozenset(d.id for d in hearing.dictations if d.host == host)
