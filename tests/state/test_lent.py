"""Dictations that are lent to a client: it gets the sound, and nothing is recognised or typed."""

from story import Story

from saykey import effects as fx
from saykey import looks
from saykey import requests as rq
from saykey.control.status import in_words
from saykey.events import Gestured
from saykey.flow import Gesture, GestureKind
from saykey.panel.screens import listening
from saykey.ports import Light, Link

CLIENT, OTHER = 1, 2
NOT_LENT = "the microphone is not lent to this client now: listen first"


def lent() -> Story:
    story = Story()
    story.tell(rq.DictationStarted(0, CLIENT))
    return story


def test_a_client_borrows_the_microphone_and_gives_it_back() -> None:
    story = lent()
    assert story.begun == [fx.OpenCapture(1, 0, CLIENT)]
    assert story.tell(rq.DictationEnded(5, CLIENT)) == (fx.CloseCapture(1, 5),)
    assert story.drained() == ()
    assert story.device.hearing.dictations == ()


def test_neither_a_host_is_woken_nor_a_failed_model_loaded_for_a_client() -> None:
    story = Story()
    story.link("desk", Link.ASLEEP)
    assert story.tell(rq.DictationStarted(0, CLIENT)) == (fx.OpenCapture(1, 0, CLIENT),)


def test_a_dictation_is_refused_while_the_microphone_is_lent_and_the_reverse() -> None:
    story = lent()
    story.press()
    assert story.refused == "a dictation is open already: release or cancel it"
    story = Story()
    story.press()
    story.tell(rq.DictationStarted(0, CLIENT))
    assert story.refused == "a dictation is open already: release or cancel it"


def test_a_client_cannot_end_the_dictation_of_somebody_else() -> None:
    story = lent()
    story.release()
    story.drained()
    story.press()
    for event in (rq.DictationEnded(0, CLIENT), rq.Cancelled(CLIENT)):
        assert story.tell(event) == ()
        assert story.refused == NOT_LENT
    story.tell(rq.Cancelled(OTHER))
    assert story.refused == NOT_LENT


def test_a_client_that_leaves_drops_its_own_dictation_and_nothing_else() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.release()
    story.drained()
    story.tell(rq.DictationStarted(0, CLIENT))
    assert story.tell(rq.Cancelled(CLIENT)) == (fx.AbortCapture(2),)
    story.hear(1, "One.")
    assert story.typing() == ["One"]


def test_the_button_ends_the_dictation_of_a_client() -> None:
    story = lent()
    story.tell(Gestured(Gesture(GestureKind.PRESS, 1)))
    assert story.tell(Gestured(Gesture(GestureKind.RELEASE, 2))) == (fx.CloseCapture(1, 2),)


def test_a_double_tap_cancels_the_dictation_of_a_client() -> None:
    story = lent()
    assert story.tell(Gestured(Gesture(GestureKind.DOUBLE_TAP, 1))) == (fx.AbortCapture(1),)


def test_a_shutdown_counts_no_phrase_of_a_client_as_lost() -> None:
    story = lent()
    story.tell(rq.ShutdownWanted())
    assert fx.AbortCapture(1) in story.begun
    assert fx.Exit(unrecognised=0, held=0) in story.begun


def test_what_is_shown_says_that_the_sound_is_recorded_and_not_typed() -> None:
    story = lent()
    story.link("desk", Link.DOWN)
    screen = listening.screen(looks.view(story.device))
    assert screen is not None
    assert (screen.headline, screen.note) == ("Listening", "Recorded, not typed")
    assert looks.light(story.device) is Light.LISTENING
    status = looks.status(story.device)
    assert (status.capture, status.lent) == ("open", True)
    assert in_words(status).startswith("listening for a program, not to type · ")
    story.release()
    assert not looks.status(story.device).lent
