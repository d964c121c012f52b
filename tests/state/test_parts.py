"""Missing parts: what the device remembers of them, and what it shows."""

import pytest
from story import Story

from saykey import events as ev
from saykey import looks
from saykey import requests as rq
from saykey.control.status import in_words
from saykey.ports import Light, Link
from saykey.state.parts import BUTTON, DISPLAY, LIGHT, Missing, way_to

WHY = "it cannot be opened: plug it in"


def lacking(*parts: str) -> Story:
    story = Story()
    for part in parts:
        story.tell(ev.PartMissing(part, WHY))
    return story


def titles(story: Story) -> list[str]:
    return [fault.title for fault in looks.view(story.device).faults]


def test_a_part_is_missing_until_it_is_found() -> None:
    story = lacking(BUTTON, DISPLAY)
    assert story.device.missing == (Missing(BUTTON, WHY), Missing(DISPLAY, WHY))
    story.tell(ev.PartFound(BUTTON))
    assert story.device.missing == (Missing(DISPLAY, WHY),)


def test_another_reason_takes_the_place_of_the_one_before() -> None:
    story = lacking(BUTTON)
    story.tell(ev.PartMissing(BUTTON, "join the group gpio"))
    assert story.device.missing == (Missing(BUTTON, "join the group gpio"),)


@pytest.mark.parametrize(
    ("part", "title"),
    [(BUTTON, "No button"), (LIGHT, "No LED"), (way_to("desk"), "No connection")],
)
def test_a_missing_part_is_shown_with_what_to_do(part: str, title: str) -> None:
    story = lacking(part)
    assert titles(story) == [title]
    assert looks.view(story.device).faults[0].advice == WHY
    assert looks.status(story.device).fault == WHY
    assert f"missing: {part}" in in_words(looks.status(story.device))


def test_work_is_shown_before_a_missing_part() -> None:
    story = lacking(BUTTON)
    story.press()
    story.say(1)
    assert looks.light(story.device) is Light.LISTENING
    story.release()
    story.drained()
    assert titles(story) == []
    assert looks.light(story.device) is Light.WORKING


@pytest.mark.parametrize(
    ("part", "light"),
    [
        (BUTTON, Light.FAULT),
        (way_to("desk"), Light.FAULT),
        (way_to("couch"), Light.OFF),
        (DISPLAY, Light.OFF),
    ],
)
def test_the_led_tells_that_a_part_is_missing_without_which_nothing_is_typed(
    part: str, light: Light
) -> None:
    assert looks.light(lacking(part).device) is light


def test_the_way_to_another_host_is_no_fault_until_that_host_is_the_target() -> None:
    story = lacking(way_to("couch"))
    assert titles(story) == []
    assert [each.part for each in looks.status(story.device).missing] == ["host couch"]
    story.tell(rq.HostWanted("couch"))
    assert titles(story) == ["No connection"]


def test_a_press_under_a_microphone_fault_looks_for_the_microphone_again() -> None:
    story = Story()
    story.tell(ev.MicrophoneFailed("plug it in"))
    assert story.press()
    story.drained()
    assert story.device.microphone_fault == "plug it in"
    story.tell(ev.MicrophoneReady())
    story.press()
    story.link("desk", Link.UP)
    assert looks.light(story.device) is Light.LISTENING
