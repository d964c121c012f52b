"""Which phrases are too quiet, and which are clipped."""

import numpy as np
import pytest

from nothing_invented.voices import voices
from saykey.events import PhraseEnded
from saykey.flow import FRAME_SAMPLES, SAMPLE_RATE, Loudness
from saykey.settings.schema import SpeechSettings
from saykey.simulated.detector import EnergyDetector
from saykey.speech.cutter import Cutter
from saykey.speech.loudness import loudness

SENTENCES = [voice.sound for part in ("held-out", "librivox") for voice in voices(part)]


def pcm16(samples):
    return np.rint(samples).clip(-32_768, 32_767).astype("<i2").tobytes()


def tone(seconds, peak):
    """A tone of 200 Hz, so that each frame of 20 ms reaches the peak (32768 is full scale)."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    return peak * np.cos(2 * np.pi * 200 * time)


def silence(seconds):
    return np.zeros(round(seconds * SAMPLE_RATE))


def dbfs(level):
    return 32_768 * 10 ** (level / 20)


@pytest.mark.parametrize(
    ("level", "judged"),
    [
        (-3, Loudness.FINE),
        (-42, Loudness.FINE),
        (-43.9, Loudness.FINE),
        (-44.1, Loudness.TOO_QUIET),
        (-60, Loudness.TOO_QUIET),
        (3, Loudness.CLIPPED),
    ],
)
def test_a_tone_in_a_quiet_room(level, judged):
    sound = np.concatenate([silence(0.3), tone(0.5, dbfs(level)), silence(0.2)])
    assert loudness(pcm16(sound)) is judged


@pytest.mark.parametrize(("frames", "judged"), [(4, Loudness.TOO_QUIET), (5, Loudness.FINE)])
def test_a_loud_click_does_not_hide_that_the_speech_is_too_quiet(frames, judged):
    click = tone(frames * FRAME_SAMPLES / SAMPLE_RATE, dbfs(-10))
    assert loudness(pcm16(np.concatenate([click, tone(0.5, dbfs(-50))]))) is judged


@pytest.mark.parametrize(("frames", "judged"), [(4, Loudness.FINE), (5, Loudness.CLIPPED)])
def test_a_thump_that_is_clipped_does_not_make_the_speech_clipped(frames, judged):
    thump = tone(frames * FRAME_SAMPLES / SAMPLE_RATE, dbfs(12))
    assert loudness(pcm16(np.concatenate([thump, tone(0.5, dbfs(-20))]))) is judged


def test_a_few_samples_at_the_limits_are_not_clipping():
    sound = tone(2.0, dbfs(-20))
    sound[::128] = 32_767  # 250 of 32,000
    assert loudness(pcm16(sound)) is Loudness.FINE
    sound[::100] = 32_767  # 320
    assert loudness(pcm16(sound)) is Loudness.CLIPPED


@pytest.mark.parametrize("least", [-32_767, -32_768])
def test_a_sound_card_may_clip_at_either_of_the_least_values(least):
    below_zero = np.minimum(tone(0.5, 65_536), 0).clip(least)
    assert loudness(pcm16(below_zero)) is Loudness.CLIPPED


def test_a_constant_offset_of_the_sound_card_is_no_loudness():
    assert loudness(pcm16(tone(0.5, dbfs(-50)) + 5_000)) is Loudness.TOO_QUIET


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.099])
def test_a_sound_shorter_than_a_vowel_is_fine(seconds):
    assert loudness(pcm16(silence(seconds))) is Loudness.FINE


def test_human_voices_are_fine_up_to_full_scale_and_clipped_well_above_it():
    """The peak of each sentence is set to the level in dBFS; noise is 1 step of 16 bit."""
    expected = {
        -50: {Loudness.TOO_QUIET: len(SENTENCES)},
        -46: {Loudness.TOO_QUIET: len(SENTENCES)},
        -38: {Loudness.FINE: len(SENTENCES)},
        0: {Loudness.FINE: len(SENTENCES)},
        8: {Loudness.CLIPPED: len(SENTENCES)},
    }
    noise = np.random.default_rng(1)
    judged = {level: {} for level in expected}
    for sound in SENTENCES:
        for level, counts in judged.items():
            scaled = sound / np.abs(sound).max() * dbfs(level) + noise.normal(0, 1, sound.size)
            found = loudness(pcm16(scaled))
            counts[found] = counts.get(found, 0) + 1
    assert judged == expected


def test_the_cutter_judges_each_phrase_it_makes():
    quiet, fine, clipped = (tone(0.4, dbfs(level)) for level in (-46, -12, 6))
    gap = silence(1.0)
    sound = pcm16(np.concatenate([gap, quiet, gap, fine, gap, clipped, gap]))
    events = Cutter(1, SpeechSettings(), EnergyDetector(-60)).feed(sound, 0)
    ended = [event.phrase.loudness for event in events if isinstance(event, PhraseEnded)]
    assert ended == [Loudness.TOO_QUIET, Loudness.FINE, Loudness.CLIPPED]
