"""Counting word errors."""

import numpy as np
import pytest

from demo_model.evaluate import score, with_noise, word_errors


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("one two three", "one two three", 0),
        ("one two three", "one three", 1),
        ("one two", "one and two", 1),
        ("one two three", "one too three", 1),
        ("one two", "", 2),
        ("", "one two", 2),
        ("a b c d", "b c d a", 2),
    ],
)
def test_word_errors_are_the_fewest_changes(said, heard, errors):
    assert word_errors(said.split(), heard.split()) == errors


def test_case_and_marks_count_for_exactness_only():
    result = score([("Hello world.", "hello World"), ("Yes.", "Yes."), ("No.", "Know.")])
    assert (result.utterances, result.exact, result.words, result.errors) == (3, 1, 4, 1)
    assert result.word_error_rate == 0.25
    assert result.exact_share == pytest.approx(1 / 3)


def test_noise_is_as_loud_as_asked_for():
    sound = np.sin(np.arange(160_000) / 10).astype(np.float32)
    noise = with_noise(sound, 20.0, np.random.default_rng(1)) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(noise**2)) == pytest.approx(20, abs=0.1)
