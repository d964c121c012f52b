"""What panel and control show of a device, derived and never stored."""

import pytest
from story import Story

from saykey import events as ev
from saykey import looks
from saykey.flow import SAMPLE_RATE, Loudness, Substitution
from saykey.panel.view import Listening
from saykey.ports import Light, Link


def test_an_idle_device() -> None:
    view = looks.view(Story().device)
    assert (view.capture, view.link, view.phrases, view.held) == (Listening.OFF, Link.UP, 0, 0)
    assert looks.light(Story().device) is Light.OFF
    assert looks.idle(Story().device)


def test_a_device_that_listens_while_a_phrase_is_recognised() -> None:
    story = Story()
    story.press()
    story.say(1)
    assert looks.view(story.device).capture is Listening.LISTENING
    assert looks.view(story.device).phrases == 1
    assert looks.status(story.device).in_flight == 1
    assert looks.light(story.device) is Light.LISTENING


def test_a_device_that_still_works_after_the_release() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.release()
    assert looks.view(story.device).capture is Listening.FINISHING
    assert looks.light(story.device) is Light.WORKING
    assert not looks.idle(story.device)


def test_a_device_that_holds_text_shows_the_end_of_it_and_counts_it() -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    story.press()
    story.say(1)
    story.hear(1, "Hello.")
    story.release()
    story.drained()
    view, status = looks.view(story.device), looks.status(story.device)
    assert (view.held, view.held_text) == (6, "Hello.")
    assert (status.held.characters, status.held.pieces, status.held.doubtful) == (6, 1, 0)
    assert looks.light(story.device) is Light.HELD


def test_a_lost_microphone_and_a_failed_model_are_faults() -> None:
    story = Story()
    story.tell(ev.MicrophoneFailed("plug it in"))
    story.tell(ev.ModelLost("killed"))
    story.tell(ev.ModelFailed("tiny.en-short", "pull it again"))
    assert [fault.advice for fault in looks.view(story.device).faults] == [
        "plug it in", "pull it again",
    ]  # fmt: skip
    assert looks.status(story.device).fault == "plug it in"
    assert looks.light(story.device) is Light.FAULT


def test_lost_sound_is_shown_in_milliseconds() -> None:
    story = Story()
    story.press()
    story.release()
    story.tell(ev.CaptureDrained(1, SAMPLE_RATE // 4))
    assert looks.view(story.device).lost_ms == 250


def test_failed_phrases_are_counted() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.worker_dies_on(1)
    story.worker_dies_on(1)
    assert looks.view(story.device).failed == looks.status(story.device).failed == 1


PLANNED = (
    Substitution("’", "'", "not on the us layout"),
    Substitution("Я", "Ya", "no Cyrillic letters on the us layout", "Cyrillic"),
)


def test_what_will_be_replaced_is_shown_before_the_first_key_and_stays_after_the_last() -> None:
    story = typing_story()
    story.tell(ev.TypingPlanned(1, 12, PLANNED))
    for end in ((), (ev.TypingFinished(1, 20, PLANNED),)):
        for event in end:
            story.tell(event)
        view, status = looks.view(story.device), looks.status(story.device)
        assert (view.substitutions, view.replaced, view.lacking) == (2, ("Я", "Ya"), "Cyrillic")
        assert (status.substitutions, status.lacking) == (2, "Cyrillic")
    story.press()
    assert looks.view(story.device).substitutions == 0


def test_how_far_typing_got_is_shown() -> None:
    story = typing_story()
    assert looks.view(story.device).typing == (0, 0)
    story.tell(ev.TypingPlanned(1, 12))
    story.tell(ev.TypingAdvanced(1, 5))
    story.tell(ev.TypingAdvanced(99, 7))
    assert looks.view(story.device).typing == (5, 12)
    story.typed(1)
    assert looks.view(story.device).typing == (0, 0)  # the full stop
    assert not looks.idle(story.device)
    story.typed(2)
    assert looks.view(story.device).typing is None
    assert looks.idle(story.device)


def typing_story() -> Story:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "It’s Ядро.")
    story.release()
    story.drained()
    return story


def test_held_text_is_shown_with_the_mark_at_its_head() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One.")
    story.typed(1)
    story.link("desk", Link.DOWN)
    story.say(2)
    story.hear(2, "two.", seam=",")
    story.release()
    story.drained()
    view, status = looks.view(story.device), looks.status(story.device)
    assert (view.held_text, view.held) == (", two.", 6)
    assert (status.held.text, status.held.characters) == ((", two.",), 6)


QUIET, CLIPPED, FINE = Loudness.TOO_QUIET, Loudness.CLIPPED, Loudness.FINE


def spoken(*phrases: Loudness) -> Story:
    """A device that listens, after phrases of this loudness."""
    story = Story()
    story.press()
    for number, loudness in enumerate(phrases, 1):
        story.say(number, loudness=loudness)
        story.hear(number, "Words.")
    return story


def test_while_listening_the_loudness_of_the_last_phrase_is_shown() -> None:
    assert looks.view(spoken(FINE).device).loudness is FINE
    assert looks.view(spoken(FINE, QUIET).device).loudness is QUIET
    assert looks.view(spoken(QUIET, CLIPPED).device).loudness is CLIPPED
    assert looks.view(spoken(QUIET, FINE).device).loudness is FINE


@pytest.mark.parametrize(
    ("phrases", "shown"),
    [
        ((FINE, FINE), FINE),
        ((QUIET, FINE), QUIET),
        ((FINE, CLIPPED, FINE), CLIPPED),
        ((QUIET, CLIPPED), QUIET),
        ((QUIET, CLIPPED, CLIPPED), CLIPPED),
    ],
)
def test_after_the_dictation_all_its_phrases_count(
    phrases: tuple[Loudness, ...], shown: Loudness
) -> None:
    story = spoken(*phrases)
    story.release()
    story.drained()
    view, status = looks.view(story.device), looks.status(story.device)
    assert view.loudness is shown
    assert (status.too_quiet, status.clipped) == (phrases.count(QUIET), phrases.count(CLIPPED))
    story.press()
    assert looks.view(story.device).loudness is FINE
    assert (looks.status(story.device).too_quiet, looks.status(story.device).clipped) == (0, 0)


def test_a_dictation_without_words_is_shown_as_such_and_as_no_fault() -> None:
    story = Story()
    story.press()
    story.release()
    assert not looks.view(story.device).wordless
    story.drained()
    assert looks.view(story.device).wordless
    assert looks.status(story.device).wordless
    assert looks.light(story.device) is Light.OFF
