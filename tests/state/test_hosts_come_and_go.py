"""Hosts are added, renamed and removed while the device runs. Some share a transport."""

import msgspec
from story import COUCH, DESK, Story, inserting

from saykey import effects as fx
from saykey import requests as rq
from saykey.ports import Link
from saykey.settings.schema import HostSettings, Settings
from saykey.state.device import initial
from saykey.state.hosts import Held, get

CABLE = tuple(msgspec.structs.replace(each, transport="usb:/dev/hidg0") for each in (DESK, COUCH))
ATTIC = HostSettings(name="attic", transport="usb:/dev/hidg2")


def said(story: Story, text: str, dictation: int = 1) -> None:
    """A whole dictation of one phrase."""
    story.press()
    story.say(1, dictation=dictation)
    story.hear(1, text, dictation=dictation)
    story.release()
    story.drained(dictation)


def unassigned(story: Story) -> list[str]:
    return [held.text for held in story.device.delivery.unassigned]


def test_at_the_start_one_host_of_each_transport_is_opened() -> None:
    _, effects, _ = initial(Settings(host=(*CABLE, ATTIC)))
    assert [e.host.name for e in effects if isinstance(e, fx.OpenLink)] == ["desk", "attic"]


def test_a_host_that_was_added_is_opened_and_can_be_used() -> None:
    story = Story()
    assert story.tell(rq.HostAdded(ATTIC)) == (fx.OpenLink(ATTIC),)
    story.link("attic", Link.UP)
    assert story.tell(rq.HostWanted("attic")) == ()
    said(story, "Up here")
    assert fx.TypeEdits(1, "attic", ATTIC, inserting("Up here")) in story.begun


def test_of_two_computers_on_one_cable_the_target_is_open() -> None:
    story = Story(hosts=CABLE)
    done = story.tell(rq.HostWanted("couch"))
    assert done == (fx.CloseLink("desk"), fx.OpenLink(CABLE[1]))
    assert story.link("desk", Link.UP) == ()  # a report that was already in the inbox
    assert get(story.device.delivery.hosts, "desk").link is Link.DOWN


def test_what_is_on_its_way_when_the_cable_goes_to_another_computer_is_held() -> None:
    story = Story(hosts=CABLE)
    story.press()
    story.say(1)
    story.hear(1, "One two")
    assert story.tell(rq.HostWanted("couch"))[:2] == (fx.StopTyping(1), fx.CloseLink("desk"))
    story.link("couch", Link.UP)
    assert story.stopped(1, "One", "", " two") == ()  # closing its link released the keys
    story.say(2)
    story.hear(2, "Three")
    assert (story.held("desk"), story.held("couch")) == ([" two", "Three"], [])


def test_text_of_a_forgotten_host_is_held_for_none_until_it_is_moved() -> None:
    story = Story()
    story.tell(rq.HostWanted("couch"))
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.say(2)
    done = story.tell(rq.HostForgotten("couch"))
    assert done == (fx.StopTyping(1), fx.CloseLink("couch"))
    assert story.device.delivery.target == "desk"
    story.stopped(1, "", "", "One")
    story.hear(2, "Two")
    assert (unassigned(story), story.held()) == (["One", "Two"], [])
    story.tell(rq.HeldTextMoved("desk"))
    assert (unassigned(story), story.held()) == ([], ["One", "Two"])


def test_text_that_is_held_for_none_can_be_dropped() -> None:
    story = Story()
    story.link("couch", Link.DOWN)
    story.tell(rq.HostWanted("couch"))
    said(story, "One")
    story.tell(rq.HostForgotten("couch"))
    assert unassigned(story) == ["One"]
    story.tell(rq.HeldTextDropped())
    assert unassigned(story) == []


def test_text_for_a_host_that_the_settings_do_not_have_any_more_is_held_for_none() -> None:
    device = initial(Settings(host=(DESK,)), (("couch", Held(1, "One")),)).device
    assert device.delivery.unassigned == (Held(1, "One"),)


def test_a_dictation_is_not_typed_into_a_new_host_of_the_same_name() -> None:
    story = Story()
    story.tell(rq.HostWanted("couch"))
    story.press()
    story.say(1)
    story.tell(rq.HostForgotten("couch"))
    story.tell(rq.HostAdded(COUCH))
    story.link("couch", Link.UP)
    story.hear(1, "One")
    assert (story.typing(), story.held("couch")) == ([], ["One"])


def test_another_layout_is_used_from_the_next_dictation_on() -> None:
    story = Story()
    german = msgspec.structs.replace(DESK, layout="de")
    story.press()
    assert story.tell(rq.HostChanged("desk", german)) == ()
    story.say(1)
    story.hear(1, "One")
    story.release()
    story.drained()
    story.typed(1)
    said(story, "Zwei", 2)
    assert [e.profile for e in story.begun if isinstance(e, fx.TypeEdits)] == [DESK, german]


def test_a_renamed_host_keeps_its_text_and_is_opened_anew() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One two")
    story.say(2)
    done = story.tell(rq.HostChanged("desk", ATTIC))
    assert done == (fx.StopTyping(1), fx.CloseLink("desk"), fx.OpenLink(ATTIC))
    story.stopped(1, "One", "", " two")
    story.hear(2, "Three")
    assert story.held("attic") == [" two", "Three"]
    assert story.device.delivery.target == "attic"
