"""Several channels become one: their mean, or the louder one where they cancel out."""

import numpy as np
import pytest

from saykey.audio.convert import Converter
from saykey.audio.mixing import Mixer

RATE = 16_000
WINDOW = RATE // 50


def tone(seconds=0.5, hertz=440.0):
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(RATE * seconds)) / RATE)


def mixed(*channels, cut=None):
    samples = np.stack(channels, axis=1).astype("f4")
    mixer, cut = Mixer(RATE), cut or len(samples)
    starts = range(0, len(samples), cut)
    return np.concatenate([mixer.feed(samples[start : start + cut]) for start in starts])


def loudness(samples):
    return np.sqrt(np.mean(samples[2 * WINDOW :] ** 2))


def steepest(samples):
    """The largest step from one sample to the next."""
    return np.abs(np.diff(samples)).max()


@pytest.mark.parametrize("right", [1.0, 0.5, 0.0, -0.5], ids=str)
def test_channels_are_mixed_to_their_mean(right):
    left = tone()
    assert mixed(left, right * left) == pytest.approx(left * (1 + right) / 2, abs=1e-6)


def test_voices_that_have_nothing_in_common_are_mixed_to_their_mean():
    random = np.random.default_rng(1)
    left, right = random.normal(0, 0.1, (2, RATE))
    assert mixed(left, right) == pytest.approx((left + right) / 2, abs=1e-6)


@pytest.mark.parametrize("louder", [0, 1])
def test_the_louder_of_two_channels_that_cancel_out_is_taken(louder):
    channels = [tone(), -tone()]
    channels[1 - louder] *= 0.95
    heard = mixed(*channels)
    assert heard[2 * WINDOW :] == pytest.approx(channels[louder][2 * WINDOW :], abs=1e-6)


def test_the_louder_of_six_channels_that_cancel_out_is_taken():
    front = tone()
    silent = np.zeros_like(front)
    heard = mixed(silent, 0.4 * front, front, -1.4 * front, silent, silent)
    assert loudness(heard) == pytest.approx(loudness(1.4 * front), rel=1e-5)


def test_a_channel_once_taken_is_kept_although_the_other_is_as_loud():
    swell = np.linspace(0.9, 1.1, RATE // 2)
    heard = mixed(tone(), -tone() * swell)
    assert heard[2 * WINDOW :] == pytest.approx(tone()[2 * WINDOW :], abs=1e-6)


@pytest.mark.parametrize("before", [1.0, 0.0, -1.0], ids=["in phase", "one side", "cancelled"])
@pytest.mark.parametrize("after", [1.0, 0.0, -1.0], ids=["in phase", "one side", "cancelled"])
def test_a_change_does_not_click(before, after):
    left = tone(1.0)
    right = np.concatenate((before * left[: RATE // 2], after * left[RATE // 2 :]))
    assert steepest(mixed(left, right)) < 1.2 * steepest(left)


def test_the_mean_is_back_once_the_channels_no_longer_cancel_out():
    left = tone(1.0)
    right = np.concatenate((-left[: RATE // 2], left[RATE // 2 :]))
    after = RATE // 2 + 2 * WINDOW
    assert mixed(left, 0.5 * right)[after:] == pytest.approx(0.75 * left[after:], abs=1e-6)


def test_silence_between_words_changes_nothing():
    word = tone(0.2)
    spoken = np.concatenate((word, np.zeros(RATE // 5), word))
    heard = mixed(spoken, -spoken)
    assert heard[-len(word) :] == pytest.approx(word, abs=1e-6)


@pytest.mark.parametrize("cut", [1, 7, 160, 320, 1000])
def test_the_result_does_not_depend_on_how_the_stream_is_cut(cut):
    left = tone(0.3)
    right = np.concatenate((left[:1000], -left[1000:]))
    assert mixed(left, right, cut=cut) == pytest.approx(mixed(left, right), abs=1e-6)


def test_two_channels_that_cancel_out_are_heard_after_resampling_too():
    rate = 48_000
    left = (0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)).astype("f4")
    pcm16 = Converter(rate).feed(np.stack((left, -left), axis=1), last=True)
    heard = np.frombuffer(pcm16, "<i2")[RATE // 10 :] / 32_768
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)
