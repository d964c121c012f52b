"""The log never holds what was spoken."""

import dataclasses
import logging
import typing

import pytest

from saykey import effects as fx
from saykey import events as ev
from saykey import flow, journal
from saykey import requests as rq
from saykey.flow import (
    Gesture,
    GestureKind,
    Phrase,
    PhraseId,
    Substitution,
    Transcript,
    Verdict,
)
from saykey.ports import Link
from saykey.settings.schema import HostSettings

SPOKEN = "sesame"
EDITS = (flow.Insert(SPOKEN), flow.Erase(SPOKEN))
HOST = HostSettings()
PHRASE = Phrase(PhraseId(1, 2), 1, 0, 320, SPOKEN.encode())
TRANSCRIPT = Transcript(PHRASE.id, 1, SPOKEN, "en", "model", 1, Verdict.GOOD)
REPLACED = (Substitution(SPOKEN, SPOKEN, "not on the us layout"),)

EVENTS = [
    ev.Gestured(Gesture(GestureKind.TAP, 0)),
    rq.DictationStarted(0), rq.DictationEnded(0), rq.Cancelled(), rq.HeldTextWanted(),
    rq.DictationStarted(0, borrower=1),
    rq.HeldTextDropped(), rq.RetryWanted(), rq.ModelWanted("m"), rq.HostWanted("h"),
    rq.ShutdownWanted(), ev.MicrophoneReady(), ev.MicrophoneFailed("gone"), ev.SoundHeard(-20.0),
    ev.PhrasePaused(PHRASE), ev.PhraseResumed(PHRASE.id), ev.PhraseEnded(PHRASE),
    ev.CaptureDrained(1, 40), ev.PartMissing("button", "loose"), ev.PartFound("button"),
    ev.ModelsKnown(("m",)), ev.ModelReady("m"),
    ev.ModelFailed("m", "bad"), ev.ModelLost("gone"),
    ev.Recognised(TRANSCRIPT), ev.RecognitionFailed(PHRASE.id, 1, "killed"),
    ev.RecognitionAborted(PHRASE.id, 1), ev.LinkChanged("h", Link.UP), ev.LedsChanged("h", 2),
    rq.HeldTextMoved("h"), rq.HostAdded(HOST), rq.HostChanged("h", HOST), rq.HostForgotten("h"),
    rq.KeysWanted((flow.Stroke(4),)), ev.TypingPlanned(1, 9, REPLACED), ev.TypingBegan(1),
    ev.TypingAdvanced(1, 4), ev.TypingFinished(1, 9, REPLACED),
    ev.TypingStopped(1, EDITS, EDITS, EDITS, 5, REPLACED),
]  # fmt: skip


def test_these_tests_try_every_type_of_event() -> None:
    assert {type(event) for event in EVENTS} == set(typing.get_args(ev.Event))


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_no_line_holds_what_was_spoken(event: ev.Event) -> None:
    assert SPOKEN not in (journal.line(event) or "")


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_not_even_the_repr_of_an_event_holds_it(event: ev.Event) -> None:
    assert SPOKEN not in repr(event)


def test_no_value_that_carries_text_shows_it_in_its_repr() -> None:
    values = [PHRASE, TRANSCRIPT, *REPLACED, *EDITS, fx.TypeEdits(1, "h", HOST, EDITS)]
    assert all(dataclasses.is_dataclass(value) and SPOKEN not in repr(value) for value in values)


def test_events_that_matter_have_a_line() -> None:
    assert journal.line(ev.ModelFailed("big", "too big")) == "model big cannot be used: too big"
    line = journal.line(ev.ModelFailed("big", "too big", "small"))
    assert line == "model big cannot be used (small stays): too big"
    assert journal.line(ev.CaptureDrained(3, 320)) is not None
    assert journal.line(ev.CaptureDrained(3, 0)) is None
    assert logging.getLogger("saykey").level == logging.NOTSET
