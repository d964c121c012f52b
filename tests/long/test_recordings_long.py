"""The vendored recordings are what the command makes of Debian's packages, sample for sample."""

import numpy as np
import pytest
import soundfile

import human_voices
from nothing_invented.voices import voices

pytestmark = pytest.mark.long


def as_stored(sound):
    return np.round(sound * 32768).clip(-32768, 32767)


def test_the_demonstration_is_made_of_the_librivox_sentences():
    stored, rate = soundfile.read(human_voices.DEMONSTRATION, dtype="int16")
    made = as_stored(human_voices.dictation(human_voices.librivox()))
    assert rate == human_voices.RATE
    assert np.abs(stored - made).max() <= 1


@pytest.mark.parametrize(
    ("folder", "names"), [("held-out", human_voices.HELD_OUT), ("short", human_voices.SHORT)]
)
def test_the_prompts_are_those_of_the_package(folder, names):
    made = {one.name.replace("/", "_"): one for one in human_voices.asterisk(names)}
    for voice in voices(folder):
        assert voice.text == made[voice.name].text
        assert np.array_equal(voice.sound, made[voice.name].sound)
    assert len(voices(folder)) == len(made)
