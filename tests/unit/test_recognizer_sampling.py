"""Decoding at a temperature: drawn tokens, true probabilities, the same result each time."""

from ctypes import c_float

import pytest

from recorded import BEGIN_S, END_S, RECORDING, TEXT
from saykey.audio.files import read_pcm16
from saykey.models.store import load, store
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper, floats
from saykey.recognizer.whisper.sampling import Sampler

END = 3


@pytest.fixture(scope="module")
def whisper():
    loaded = Whisper(load.checked_image(store.find("tiny.en-short"))[0], 1, exact_windows=True)
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def dictation():
    return floats(read_pcm16(RECORDING))


def seconds(samples, begin, end):
    return samples[int(begin * 16_000) : int(end * 16_000)]


def heard(whisper, samples, temperature, most_tokens=60):
    decoding = Decoding("en", "", 256, most_tokens, temperature)
    return whisper.transcribe(samples, decoding, lambda: False)


def drawn(sampler, *logits):
    """The token that whisper.cpp must take."""
    row = (c_float * len(logits))(*logits)
    sampler(None, None, None, 0, row, None)
    return max(range(len(row)), key=row.__getitem__)


def test_clear_speech_is_heard_the_same_at_a_temperature(whisper, dictation):
    clear = seconds(dictation, BEGIN_S, END_S)
    cold, warm = heard(whisper, clear, 0.0), heard(whisper, clear, 0.4)
    assert warm.text == cold.text == TEXT
    assert warm.probability == pytest.approx(cold.probability, abs=0.02)


def test_the_probabilities_are_not_sharpened_by_the_temperature(whisper, dictation):
    unclear = seconds(dictation, 9.1, 12.1)[::-1]
    cold, warm = heard(whisper, unclear, 0.0), heard(whisper, unclear, 0.4)
    assert warm.text != cold.text
    assert warm.probability < 0.75
    assert warm.no_speech > 0


def test_it_draws_the_same_tokens_whatever_was_heard_before(whisper, dictation):
    unclear = seconds(dictation, 9.1, 12.1)[::-1]
    first = heard(whisper, unclear, 0.4)
    heard(whisper, seconds(dictation, 24.8, 28.6), 0.4)
    heard(whisper, seconds(dictation, 24.8, 28.6), 0.0)
    again = heard(whisper, unclear, 0.4)
    assert (again.text, again.probability) == (first.text, first.probability)


def test_a_token_limit_holds_at_a_temperature_too(whisper, dictation):
    assert heard(whisper, seconds(dictation, BEGIN_S, END_S), 0.4, most_tokens=3).capped


def test_tokens_are_drawn_as_often_as_their_probability_says():
    sampler = Sampler(1.0, END)
    # probabilities of 1/2, 1/4, 1/4; token 4 comes after the end of text and is no text
    draws = [drawn(sampler, 0.6931, 0.0, 0.0, -99.0, 50.0) for _ in range(4000)]
    shares = [draws.count(token) / len(draws) for token in range(5)]
    assert shares == pytest.approx([0.5, 0.25, 0.25, 0, 0], abs=0.03)
    assert sorted(set(sampler.probabilities)) == pytest.approx([0.25, 0.5], abs=1e-3)


def test_a_low_temperature_takes_the_most_probable_token_but_reports_its_own_probability():
    sampler = Sampler(0.05, END)
    assert {drawn(sampler, 0.6931, 0.0, 0.0, -99.0) for _ in range(100)} == {0}
    assert {round(p, 3) for p in sampler.probabilities} == {0.5}


def test_the_end_of_text_does_not_count_towards_the_probability():
    sampler = Sampler(0.4, END)
    assert drawn(sampler, -99.0, -99.0, -99.0, 5.0) == END
    assert sampler.probabilities == []


def test_forbidden_tokens_are_never_drawn():
    sampler = Sampler(1.0, END)
    assert {drawn(sampler, float("-inf"), 0.0, 0.0, float("-inf")) for _ in range(200)} == {1, 2}
