"""The end of the phrase before and a phrase are put together, with little silence between them."""

from array import array
from math import pi, sin

import pytest

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.protocol import JOINT_SAMPLES
from saykey.recognizer.whisper.decoding import Heard, Token
from saykey.recognizer.whisper.joint import quiet_place, together
from saykey.recognizer.whisper.pieces import Sound, in_a_row

LONGEST = 30 * SAMPLE_RATE


def voice(seconds, loudness=0.3):
    count = round(seconds * SAMPLE_RATE)
    return array("f", (loudness * sin(2 * pi * 200 * n / SAMPLE_RATE) for n in range(count)))


def quiet(seconds):
    return voice(seconds, 0.001)


def seconds(samples):
    return len(samples) / SAMPLE_RATE


def test_a_third_of_a_second_of_silence_stays_between_the_phrases():
    joint = together(voice(2) + quiet(1), quiet(1) + voice(2) + quiet(0.2), gap=5 * SAMPLE_RATE)
    assert seconds(joint) == pytest.approx(2 + 0.36 + 2.2, abs=0.02)


def test_nothing_is_cut_out_where_the_length_limit_divided_the_phrases():
    assert together(voice(2) + quiet(1), voice(2), gap=0) == voice(2) + quiet(1) + voice(2)


def test_long_phrases_are_heard_from_a_gap_in_the_last_six_seconds():
    before = voice(10) + quiet(0.2) + voice(4.8)
    joint = together(before, voice(9), gap=0)
    assert 4.8 <= seconds(joint) - 9 <= 5.0


@pytest.mark.parametrize("before", [0.5, 3, 12, 28])
@pytest.mark.parametrize("new", [0.2, 6, 12, 27, 28.5, 30])
def test_together_they_fit_the_window_or_are_not_heard_together(before, new):
    joint = together(voice(before), voice(new), gap=0)
    if joint is not None:
        assert new * SAMPLE_RATE < len(joint) <= LONGEST
        assert len(joint) <= max(JOINT_SAMPLES, new * SAMPLE_RATE + 6 * SAMPLE_RATE)
    else:
        assert before < 1 or new > 28


def test_silence_alone_is_put_together_too():
    assert together(quiet(2), quiet(2), gap=SAMPLE_RATE) is not None


def test_a_phrase_without_one_before_is_heard_alone():
    assert Sound.of(array("f"), voice(2), 0).joint is None


def test_a_phrase_is_divided_at_the_quietest_place_of_its_middle():
    place = quiet_place(voice(2.4) + quiet(0.2) + voice(2.4))
    assert 2.4 <= place / SAMPLE_RATE <= 2.6


def test_two_halves_read_as_one_text_with_its_tokens_in_place():
    first = Heard("One two.", (Token(3, 0.5), Token(8, 0.9)), 0.1, False, 10, 20, "en")
    second = Heard("Three.", (Token(6, 0.7),), 0.4, True, 10, 20, "en")
    both = in_a_row(first, second)
    assert (both.text, both.capped, both.no_speech) == ("One two. Three.", True, 0.1)
    assert both.tokens == (Token(3, 0.5), Token(8, 0.9), Token(15, 0.7))
    assert both.probability == pytest.approx(0.7)
    assert (both.encode_ms, both.total_ms) == (20, 40)
