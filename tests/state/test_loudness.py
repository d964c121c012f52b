"""What the device notes of phrases that are too quiet or clipped, and of dictations without words.

The walk leaves this out: the counters of the device have no influence on any later event.
"""

from dataclasses import replace

import pytest
from story import Story

from saykey import requests as rq
from saykey.flow import Loudness, Verdict

QUIET, CLIPPED, FINE = Loudness.TOO_QUIET, Loudness.CLIPPED, Loudness.FINE


def listening(**settings: str) -> Story:
    story = Story(**settings)
    story.press()
    return story


def dictate(story: Story, number: int, text: str, loudness: Loudness, dictation: int = 1) -> None:
    story.say(number, dictation=dictation, loudness=loudness)
    story.hear(number, text, dictation=dictation, verdict=Verdict.GOOD if text else Verdict.EMPTY)


def finish(story: Story, dictation: int = 1) -> None:
    story.release()
    story.drained(dictation)
    story.type_all()


def counted(story: Story) -> tuple[int, int]:
    return story.device.counters.too_quiet, story.device.counters.clipped


def test_phrases_of_each_loudness_are_counted_and_the_last_one_is_known() -> None:
    story = listening()
    for number, loudness in enumerate((QUIET, CLIPPED, QUIET, FINE), 1):
        dictate(story, number, "Words.", loudness)
        assert story.device.counters.loudness is loudness
    assert counted(story) == (2, 1)


def test_a_phrase_counts_as_soon_as_its_words_are_known() -> None:
    story = listening()
    story.say(1, loudness=QUIET)
    assert counted(story) == (0, 0)
    story.hear(1, "Words.")
    assert counted(story) == (1, 0)


@pytest.mark.parametrize("doubtful", ["type", "hold", "drop"])
def test_a_doubtful_phrase_counts_too(doubtful: str) -> None:
    story = listening(doubtful=doubtful)
    story.say(1, loudness=CLIPPED)
    story.hear(1, "Words?", verdict=Verdict.DOUBTFUL)
    assert counted(story) == (0, 1)


def test_noise_without_words_does_not_count() -> None:
    story = listening()
    dictate(story, 1, "", QUIET)
    dictate(story, 2, "", CLIPPED)
    assert counted(story) == (0, 0)
    assert story.device.counters.loudness is FINE


def test_the_loudness_is_that_of_the_whole_phrase_and_not_of_a_part_before_a_pause() -> None:
    story = listening()
    story.pause(1)
    story.hear(1, "Good")
    story.resume(1)
    story.say(1, revision=2, loudness=CLIPPED)
    story.hear(1, "Good morning.", revision=2)
    assert counted(story) == (0, 1)


def test_the_notice_is_gone_with_the_next_press() -> None:
    story = listening()
    dictate(story, 1, "Words.", QUIET)
    finish(story)
    assert counted(story) == (1, 0)
    story.press()
    assert counted(story) == (0, 0)


def test_a_late_phrase_of_the_dictation_before_does_not_count_for_the_next() -> None:
    story = listening()
    story.say(1, loudness=QUIET)
    story.release()
    story.drained()
    story.press()
    story.hear(1, "Late.")
    assert counted(story) == (0, 0)


def test_a_dictation_without_a_phrase_is_wordless_and_not_called_too_quiet() -> None:
    story = listening()
    assert not story.device.counters.wordless
    story.release()
    assert not story.device.counters.wordless
    story.drained()
    assert story.device.counters.wordless
    assert counted(story) == (0, 0)
    story.press()
    assert not story.device.counters.wordless


def test_a_dictation_with_noise_only_is_wordless() -> None:
    story = listening()
    dictate(story, 1, "", QUIET)
    finish(story)
    assert story.device.counters.wordless


def test_a_dictation_is_not_wordless_before_its_last_phrase_is_recognised() -> None:
    story = listening()
    story.say(1)
    finish(story)
    assert not story.device.counters.wordless
    story.hear(1, "Words.")
    assert not story.device.counters.wordless


def test_a_phrase_that_failed_may_have_words() -> None:
    story = listening()
    story.say(1)
    story.worker_dies_on(1)
    story.worker_dies_on(1)
    finish(story)
    assert not story.device.counters.wordless


def test_a_cancelled_dictation_is_not_wordless() -> None:
    story = listening()
    story.tell(rq.Cancelled())
    story.drained()
    assert not story.device.counters.wordless


def test_the_counters_have_no_influence_on_what_the_device_does() -> None:
    """So the walk need not tell states apart that differ in them only."""
    story = listening()
    loud = Story()
    loud.device = replace(story.device, counters=replace(
        story.device.counters, too_quiet=3, clipped=2, loudness=CLIPPED, wordless=True
    ))  # fmt: skip
    for each in (story, loud):
        each.begun.clear()
        dictate(each, 1, "Words.", QUIET)
        finish(each)
    assert story.begun == loud.begun
