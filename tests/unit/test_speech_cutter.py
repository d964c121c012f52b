"""How the audio of a dictation is cut into phrases, as scripts of 20 ms frames.

``#`` is a frame with voice, ``.`` one without. Events are written as ``paused 1.1 0-20``: phrase 1
in revision 1 holds the frames 0 up to, but not including, 20.
"""

import numpy as np
import pytest

from saykey.events import PhraseEnded, PhrasePaused, PhraseResumed
from saykey.flow import FRAME_SAMPLES
from saykey.settings.schema import SpeechSettings
from saykey.simulated.detector import EnergyDetector
from saykey.speech.cutter import Cutter

SETTINGS = SpeechSettings(onset_ms=60, pre_roll_ms=100, pause_ms=200, hang_over_ms=400, longest_s=5)
"""In frames: onset 3, pre-roll 5, pause 10 (the tail as well), hang-over 20, longest 250."""

POST_ROLL = 10 * FRAME_SAMPLES


def sound(script):
    """The script as pcm16: voice is noise."""
    noise = np.random.default_rng(1)
    return b"".join(
        noise.normal(0, 3000 if frame == "#" else 0, FRAME_SAMPLES).astype("<i2").tobytes()
        for frame in script
    )


def cutter(settings=SETTINGS):
    return Cutter(7, settings, EnergyDetector(-45))


def told(events):
    """Events as text, positions in frames."""
    names = {PhrasePaused: "paused", PhraseResumed: "resumed", PhraseEnded: "ended"}
    lines = []
    for event in events:
        if isinstance(event, PhraseResumed):
            lines.append(f"resumed {event.phrase.number}")
            continue
        phrase = event.phrase
        assert phrase.id.dictation == 7
        first, last = phrase.first_sample / FRAME_SAMPLES, phrase.last_sample / FRAME_SAMPLES
        cut = ", cut" if phrase.cut else ""
        lines.append(
            f"{names[type(event)]} {phrase.id.number}.{phrase.revision} {first:g}-{last:g}{cut}"
        )
    return lines


def heard(script, settings=SETTINGS):
    """The events of a script without a release."""
    return told(cutter(settings).feed(sound(script), 0))


def released(script, at, post_roll=POST_ROLL):
    """The events of a script if the button goes up at frame ``at``, reported in time."""
    cut = cutter()
    events = [*cut.feed(sound(script[: int(at)]), 0)]
    events += cut.release(round(at * FRAME_SAMPLES), post_roll)
    events += cut.feed(sound(script)[int(at) * FRAME_SAMPLES * 2 :], int(at) * FRAME_SAMPLES)
    return told(events), cut.finished


def test_a_phrase_has_pre_roll_and_tail_and_ends_with_the_audio_of_its_pause():
    script = "." * 10 + "#" * 10 + "." * 20
    assert heard(script) == ["paused 1.1 5-30", "ended 1.1 5-30"]


def test_speech_after_a_short_pause_makes_the_same_phrase_longer():
    script = "." * 10 + "#" * 10 + "." * 12 + "#" * 10 + "." * 20
    assert heard(script) == [
        "paused 1.1 5-30",
        "resumed 1",
        "paused 1.2 5-52",
        "ended 1.2 5-52",
    ]


def test_speech_after_the_hang_over_is_a_phrase_of_its_own():
    script = "." * 10 + "#" * 10 + "." * 30 + "#" * 10 + "." * 20
    assert heard(script) == [
        "paused 1.1 5-30",
        "ended 1.1 5-30",
        "paused 2.1 45-70",
        "ended 2.1 45-70",
    ]


def test_a_gap_shorter_than_the_pause_is_part_of_the_phrase():
    assert heard("." * 10 + "#" * 5 + "." * 9 + "#" * 5 + "." * 10) == ["paused 1.1 5-39"]


def test_the_pre_roll_begins_neither_before_the_dictation_nor_in_the_phrase_before():
    roll = SpeechSettings(onset_ms=60, pre_roll_ms=1000, pause_ms=200, hang_over_ms=400)
    script = "." * 3 + "#" * 10 + "." * 25 + "#" * 10 + "." * 10
    assert heard(script, roll) == ["paused 1.1 0-23", "ended 1.1 0-23", "paused 2.1 23-58"]


def test_a_click_is_no_speech():
    assert heard("." * 10 + "##" + "." * 30 + "#" + "." * 30) == []


def test_an_onset_may_have_a_hole_in_it():
    assert heard("." * 10 + "##.#" + "." * 10) == ["paused 1.1 5-24"]


def test_a_click_after_the_pause_neither_resumes_the_phrase_nor_delays_its_end():
    script = "." * 10 + "#" * 10 + "." * 12 + "##" + "." * 6
    assert heard(script) == ["paused 1.1 5-30", "ended 1.1 5-30"]


def test_the_voice_before_the_pause_does_not_count_as_an_onset_after_it():
    slow = SpeechSettings(onset_ms=500, pre_roll_ms=0, pause_ms=100, hang_over_ms=400)
    assert heard("#" * 40 + "." * 20, slow) == ["paused 1.1 0-45", "ended 1.1 0-45"]


def test_speech_that_begins_as_the_hang_over_ends_is_not_lost():
    script = "." * 10 + "#" * 10 + "." * 18 + "#" * 10 + "." * 20
    assert heard(script) == [
        "paused 1.1 5-30",
        "ended 1.1 5-30",
        "paused 2.1 33-58",
        "ended 2.1 33-58",
    ]


def test_silence_of_any_length_ends_nothing_and_takes_no_memory():
    cut = cutter()
    hour = 3600 * 50
    silence = sound("." * 50)
    for second in range(0, hour, 50 * 60):
        assert cut.feed(silence, second * FRAME_SAMPLES) == ()
    assert not cut.finished
    assert cut._tape.end - cut._tape._first <= 16_000


class TestTheLongestPhrase:
    def test_is_cut_at_its_quietest_place_and_goes_on_exactly_there(self):
        words = "#" * 230 + "." * 6 + "#" * 100 + "." * 20
        assert heard(words) == [
            "ended 1.1 0-233.5, cut",
            "paused 2.1 233.5-346",
            "ended 2.1 233.5-346",
        ]

    def test_that_fell_silent_at_the_limit_is_not_cut(self):
        assert heard("#" * 243 + "." * 30) == ["ended 1.1 0-247.5"]

    def test_loses_and_repeats_no_sample(self):
        pcm16 = sound("#" * 1000 + "." * 20)
        events = cutter().feed(pcm16, 0)
        phrases = [event.phrase for event in events if isinstance(event, PhraseEnded)]
        assert len(phrases) >= 4
        assert b"".join(phrase.pcm for phrase in phrases) == pcm16[: 1010 * FRAME_SAMPLES * 2]
        assert all(phrase.seconds <= 5 for phrase in phrases)

    def test_that_paused_near_the_cap_ends_there_when_speech_goes_on(self):
        script = "#" * 236 + "." * 15 + "#" * 10 + "." * 20
        assert heard(script) == [
            "paused 1.1 0-246",
            "ended 1.1 0-246",
            "paused 2.1 246-271",
            "ended 2.1 246-271",
        ]

    def test_cut_in_silence_leaves_no_empty_phrase_behind(self):
        assert heard("#" * 241 + "." * 40) == ["ended 1.1 0-247.5"]


class TestRelease:
    def test_before_speech_began_gives_no_phrase(self):
        assert released("." * 40, at=20) == ([], True)

    def test_at_once_gives_no_phrase(self):
        assert released("", at=0) == ([], True)

    def test_after_the_voice_ended_ends_at_once(self):
        assert released("." * 10 + "#" * 10 + "." * 6, at=26) == (["ended 1.1 5-26"], True)

    def test_in_the_middle_of_a_word_listens_for_all_of_the_post_roll(self):
        assert released("." * 10 + "#" * 60, at=30.5) == (["ended 1.1 5-40.5"], True)

    def test_in_a_word_that_ends_soon_listens_until_it_has_ended(self):
        assert released("." * 10 + "#" * 22 + "." * 30, at=30.5) == (["ended 1.1 5-37"], True)

    def test_without_post_roll_ends_at_exactly_that_sample(self):
        cut = cutter()
        cut.feed(sound("#" * 30), 0)
        (ended,) = cut.release(5_001, 0)
        assert ended.phrase.last_sample == 5_001
        assert ended.phrase.pcm == sound("#" * 30)[:10_002]

    def test_with_frames_unread_waits_for_them(self):
        cut = cutter()
        assert cut.feed(sound("#" * 10), 0) == ()
        assert cut.release(20 * FRAME_SAMPLES, 0) == ()
        assert not cut.finished
        assert told(cut.feed(sound("#" * 15), 10 * FRAME_SAMPLES)) == ["ended 1.1 0-20"]
        assert cut.finished

    def test_during_a_pause_confirms_the_phrase_reported_at_the_pause(self):
        script = "." * 10 + "#" * 10 + "." * 15
        assert released(script, at=35) == (["paused 1.1 5-30", "ended 1.1 5-30"], True)

    def test_reported_late_still_ends_at_its_sample(self):
        cut = cutter()
        cut.feed(sound("." * 10 + "#" * 40), 0)
        assert told(cut.release(30 * FRAME_SAMPLES, 0)) == ["ended 1.1 5-30"]

    def test_reported_late_does_not_listen_on_for_a_voice_that_came_after_it(self):
        cut = cutter()
        cut.feed(sound("." * 10 + "#" * 10 + "." * 12 + "#" * 20), 0)
        assert told(cut.release(30 * FRAME_SAMPLES, POST_ROLL)) == ["ended 1.2 5-30"]

    def test_reported_late_after_a_pause_takes_back_what_was_said_later(self):
        cut = cutter()
        cut.feed(sound("." * 10 + "#" * 20 + "." * 10), 0)
        assert told(cut.release(20 * FRAME_SAMPLES, 0)) == ["ended 1.2 5-20"]

    def test_ignores_all_audio_behind_the_end(self):
        cut = cutter()
        cut.feed(sound("#" * 10), 0)
        cut.release(10 * FRAME_SAMPLES, 0)
        assert cut.feed(sound("#" * 100), 10 * FRAME_SAMPLES) == ()
        assert cut.finish() == ()


class TestLostAudio:
    def test_is_heard_as_silence_so_that_positions_stay_true(self):
        cut = cutter()
        before, after = sound("#" * 10), sound("#" * 10)
        events = [*cut.feed(before, 0), *cut.feed(after, 15 * FRAME_SAMPLES), *cut.finish()]
        (ended,) = events
        assert told(events) == ["ended 1.1 0-25"]
        assert ended.phrase.pcm == before + bytes(5 * FRAME_SAMPLES * 2) + after

    def test_of_many_seconds_ends_the_phrase(self):
        cut = cutter()
        cut.feed(sound("#" * 10), 0)
        assert told(cut.feed(sound("#" * 10), 500 * FRAME_SAMPLES)) == [
            "paused 1.1 0-20",
            "ended 1.1 0-20",
        ]

    def test_audio_heard_before_is_refused(self):
        cut = cutter()
        cut.feed(sound("..."), 0)
        with pytest.raises(ValueError, match="heard before"):
            cut.feed(sound("."), FRAME_SAMPLES)


class TestFinish:
    def test_gives_what_there_is_when_the_microphone_is_lost_in_a_word(self):
        cut = cutter()
        cut.feed(sound("." * 10 + "#" * 10)[:-100], 0)
        (ended,) = cut.finish()
        assert ended.phrase.last_sample == 20 * FRAME_SAMPLES - 50
        assert cut.finished

    def test_gives_nothing_when_nothing_was_said(self):
        cut = cutter()
        cut.feed(sound("." * 10), 0)
        assert cut.finish() == ()
        assert cut.finished
