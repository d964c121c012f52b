"""Which requests are refused, and the reason that the step returns for the user."""

import pytest
from story import COUCH, DESK, Story

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Gesture, GestureKind, Stroke
from saykey.ports import Link
from saykey.settings.schema import HostSettings

ATTIC = HostSettings(name="attic")
KEYS = rq.KeysWanted((Stroke(0x04),))


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (rq.DictationEnded(0), "no dictation is open: press first"),
        (rq.HeldTextWanted(), "no text is held for desk"),
        (rq.RetryWanted(), "no phrase has failed"),
        (rq.HostWanted("desc"), "no host 'desc'; hosts: desk, couch"),
        (rq.HostForgotten("desc"), "no host 'desc'; hosts: desk, couch"),
        (rq.HostChanged("desc", ATTIC), "no host 'desc'; hosts: desk, couch"),
        (rq.HostChanged("couch", DESK), "there is a host 'desk' already"),
        (rq.HostAdded(COUCH), "there is a host 'couch' already"),
        (rq.HeldTextMoved("couch"), "no text is held without a host"),
    ],
)
def test_an_idle_device_refuses_what_would_come_to_nothing(event: rq.Request, reason: str) -> None:
    story = Story()
    before = story.device
    assert story.tell(event) == ()
    assert (story.refused, story.device) == (reason, before)


@pytest.mark.parametrize(
    "event",
    [rq.DictationStarted(0), rq.Cancelled(), rq.HeldTextDropped(), rq.ModelWanted("m"), KEYS],
)
def test_what_is_done_is_not_refused(event: rq.Request) -> None:
    story = Story()
    story.tell(event)
    assert story.refused == ""


def test_a_press_is_refused_while_listening() -> None:
    story = Story()
    story.press()
    assert story.press() == ()
    assert story.refused == "a dictation is open already: release or cancel it"


def test_a_gesture_is_refused_as_a_request_is() -> None:
    story = Story()
    story.tell(ev.Gestured(Gesture(GestureKind.RELEASE, 0)))
    assert story.refused == "no dictation is open: press first"


def test_held_text_is_not_typed_while_its_host_is_away() -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.release()
    story.drained()
    assert story.tell(rq.HeldTextWanted()) == ()
    assert story.refused == "desk is down: its text stays held until it is up"


def test_keys_are_pressed_only_where_nothing_else_is_going_on() -> None:
    away = Story()
    away.link("desk", Link.DOWN)
    away.tell(KEYS)
    assert away.refused == "desk is down: keys can be pressed once it is up"
    listening = Story()
    listening.press()
    listening.tell(KEYS)
    assert listening.refused == "a dictation is open: wait until it is done"
    typing = Story()
    typing.tell(KEYS)
    typing.tell(KEYS)
    assert typing.refused == "text is being typed: wait until it is done"


def test_the_only_host_is_not_forgotten() -> None:
    story = Story(hosts=(DESK,))
    story.tell(rq.HostForgotten("desk"))
    assert story.refused == "desk is the only host: add another one first"


@pytest.mark.parametrize("event", [rq.DictationStarted(0), rq.Cancelled(), rq.ShutdownWanted()])
def test_a_device_that_shuts_down_takes_no_requests(event: rq.Request) -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.tell(rq.ShutdownWanted())
    assert story.tell(event) == ()
    assert story.refused == "saykey is shutting down"
    story.stopped(1, "", "", "One")
    story.tell(event)
    assert story.refused == "saykey has shut down"
