"""The contract of the port VoiceDetector, for WebRTC's detector and the energy threshold."""

import numpy as np
import pytest

from saykey.flow import FRAME_SAMPLES, SAMPLE_RATE
from saykey.simulated.detector import EnergyDetector
from saykey.speech.detector import WebRtcDetector


def _noise(seconds, level):
    return np.random.default_rng(3).normal(0, level, round(seconds * SAMPLE_RATE))


def _voice(seconds):
    """A vowel: harmonics of 120 Hz under one formant, swelling four times a second."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = 120 * np.arange(1, 30)[:, None]
    strength = hertz**-0.7 * np.exp(-(((hertz - 700) / 900) ** 2))
    wave = (strength * np.sin(2 * np.pi * hertz * time + hertz)).sum(axis=0)
    wave *= 0.75 + 0.25 * np.sin(2 * np.pi * 4 * time)
    return 0.2 * wave / np.abs(wave).max() + _noise(seconds, 0.0005)


def _frames(samples):
    pcm16 = (samples * 32_767).astype("<i2").tobytes()
    size = FRAME_SAMPLES * 2
    return [pcm16[at : at + size] for at in range(0, len(pcm16) - size + 1, size)]


@pytest.fixture(
    params=[lambda: EnergyDetector(-45.0), *(lambda a=a: WebRtcDetector(a) for a in range(4))],
    ids=["energy", "webrtc 0", "webrtc 1", "webrtc 2", "webrtc 3"],
)
def detector(request):
    return request.param()


def test_a_voice_is_voiced(detector):
    verdicts = [detector.voiced(frame) for frame in _frames(_voice(1))]
    assert np.mean(verdicts) > 0.95


@pytest.mark.parametrize("level", [0.0, 0.0001, 0.0005, 0.003])
def test_steady_noise_is_not_from_the_very_first_frame_on(detector, level):
    assert not any(detector.voiced(frame) for frame in _frames(_noise(2, level)))


def test_a_voice_is_found_in_a_quiet_room_and_its_end_too(detector):
    quiet = _noise(0.5, 0.0005)
    frames = _frames(np.concatenate([quiet, _voice(1), quiet, quiet]))
    verdicts = [detector.voiced(frame) for frame in frames]
    assert not any(verdicts[:25])
    assert np.mean(verdicts[25:75]) > 0.95
    assert not any(verdicts[85:])


def test_after_reset_the_same_audio_is_judged_the_same(detector):
    frames = _frames(np.concatenate([_noise(0.3, 0.0005), _voice(0.5), _noise(0.3, 0.002)]))
    first = [detector.voiced(frame) for frame in frames]
    detector.reset()
    assert [detector.voiced(frame) for frame in frames] == first
