"""Quiet speech is made as loud as ordinary speech; ordinary speech is left as it is."""

from array import array
from math import pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.whisper.loudness import normalised


def tone(peak, seconds=1.0):
    count = round(seconds * SAMPLE_RATE)
    return array("f", (peak * sin(2 * pi * 300 * n / SAMPLE_RATE) for n in range(count)))


@pytest.mark.parametrize("peak", [0.08, 0.3, 1.0])
def test_ordinary_and_loud_speech_is_not_changed(peak):
    samples = tone(peak)
    assert normalised(samples) is samples


@pytest.mark.parametrize("peak", [0.005, 0.01, 0.05])
def test_quiet_speech_gets_the_ordinary_level(peak):
    assert max(normalised(tone(peak))) == pytest.approx(0.07, rel=0.05)


def test_next_to_nothing_is_not_made_loud():
    assert max(normalised(tone(0.0001))) == pytest.approx(0.01, rel=0.05)


def test_a_click_does_not_keep_the_speech_quiet():
    samples = tone(0.01)
    samples[100] = -1.0
    heard = normalised(samples)
    assert max(heard) == pytest.approx(0.07, rel=0.05)
    assert min(heard) == -1.0


def test_silence_and_no_samples_stay_what_they_are():
    assert normalised(array("f")) == array("f")
    assert set(normalised(array("f", bytes(4000)))) == {0.0}


@given(st.lists(st.floats(-1, 1, width=32), max_size=2000))
def test_the_samples_stay_within_full_scale(samples):
    heard = normalised(array("f", samples))
    assert len(heard) == len(samples)
    assert all(-1 <= sample <= 1 for sample in heard)
