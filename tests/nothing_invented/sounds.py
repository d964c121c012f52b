"""Sounds without speech: noise, hum, clicks, tones, breath. All at 16 kHz, made from a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]
    Rng = np.random.Generator

RATE = 16_000
FLOOR = 0.001
"""The noise of a quiet room and a cheap microphone: 60 dB below full scale, which is 1.0."""


def _time(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _shaped(seconds: float, rng: Rng, gain: Callable[[Sound], Sound]) -> Sound:
    """Noise whose spectrum is multiplied by ``gain`` of the frequencies in Hz."""
    samples = round(seconds * RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, samples))
    shaped: Sound = np.fft.irfft(spectrum * gain(np.fft.rfftfreq(samples, 1 / RATE)), samples)
    return shaped


def silence(seconds: float, _rng: Rng) -> Sound:
    """Nothing at all: a microphone that is switched off."""
    return np.zeros(round(seconds * RATE))


def white(seconds: float, rng: Rng) -> Sound:
    """The same power at each frequency."""
    return rng.normal(0, 1, round(seconds * RATE))


def pink(seconds: float, rng: Rng) -> Sound:
    """Power falls with the frequency, from 20 Hz on: fans, traffic."""
    return _shaped(seconds, rng, lambda hertz: 1 / np.sqrt(np.maximum(hertz, 20)))


def _hum(seconds: float, rng: Rng, mains: float) -> Sound:
    """Mains hum: the mains frequency and some overtones, each with a random phase and strength."""
    time = _time(seconds)
    return np.sum(
        [
            rng.uniform(0.2, 1) / order * np.sin(2 * np.pi * (mains * order * time + rng.random()))
            for order in (1, 2, 3, 4, 5, 7)
        ],
        axis=0,
    )


def hum_50(seconds: float, rng: Rng) -> Sound:
    """Mains hum of Europe."""
    return _hum(seconds, rng, 50.0)


def hum_60(seconds: float, rng: Rng) -> Sound:
    """Mains hum of North America."""
    return _hum(seconds, rng, 60.0)


def clicks(seconds: float, rng: Rng) -> Sound:
    """Clicks of keys and mice: 2 to 8 short bursts a second."""
    sound = np.zeros(round(seconds * RATE))
    at = 0
    while (at := at + int(rng.uniform(0.12, 0.5) * RATE)) < len(sound) - 800:
        length = int(rng.uniform(80, 640))
        sound[at : at + length] += rng.normal(0, 1, length) * np.exp(
            -np.arange(length) / (length / 4)
        )
    return sound


def music(seconds: float, rng: Rng) -> Sound:
    """Plucked notes of a scale, each with overtones, in twos and threes."""
    sound = np.zeros(round(seconds * RATE))
    scale = 110 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12)
    at = 0
    while at < len(sound):
        length = min(int(rng.uniform(0.2, 0.9) * RATE), len(sound) - at)
        time = np.arange(length) / RATE
        for pitch in rng.choice(scale, rng.integers(1, 4)) * rng.choice([1, 2, 4]):
            for order in (1, 2, 3):
                sound[at : at + length] += (
                    np.sin(2 * np.pi * pitch * order * time) * np.exp(-4 * time) / order**2
                )
        at += length
    return sound


def breath(seconds: float, rng: Rng) -> Sound:
    """Breathing: noise of 300 to 3500 Hz that swells and fades every one to two seconds."""
    sound = _shaped(
        seconds, rng, lambda hertz: ((hertz > 300) & (hertz < 3500)) / (1 + hertz / 800)
    )
    swelling = np.zeros(len(sound))
    at = 0
    while at < len(sound):
        length = int(rng.uniform(0.5, 1.2) * RATE)
        rest = swelling[at : at + length]
        rest[:] = (np.sin(np.pi * np.arange(length) / length) ** 2)[: len(rest)]
        at += length + int(rng.uniform(0.2, 0.8) * RATE)
    return sound * swelling


KINDS: dict[str, tuple[Callable[[float, np.random.Generator], Sound], tuple[float, ...]]] = {
    "silence": (silence, (0.0,)),
    "white noise": (white, (0.3, 0.03, 0.003)),
    "pink noise": (pink, (0.5, 0.1, 0.01)),
    "hum of 50 Hz": (hum_50, (1.0, 0.5, 0.3, 0.03)),
    "hum of 60 Hz": (hum_60, (1.0, 0.5, 0.3, 0.03)),
    "clicks": (clicks, (0.8, 0.1, 0.01)),
    "music": (music, (0.6, 0.1, 0.01)),
    "breath": (breath, (0.3, 0.05, 0.01)),
}
"""Each sound and the peaks it is heard at, full scale 1.0."""


def non_speech(seconds: float, seed: int) -> Iterator[tuple[str, Sound]]:
    """Every kind at every peak, each so long, over a quiet floor; different for each seed.

    They begin with the first sample, as when the button is pressed during the noise.
    """
    for number, (name, (make, peaks)) in enumerate(KINDS.items()):
        for peak in peaks:
            rng = np.random.default_rng((seed, number, round(peak * 1000)))
            sound = make(seconds, rng)
            sound = sound * (peak / max(np.abs(sound).max(), 1e-9))
            if peak:
                sound = sound + rng.normal(0, FLOOR, len(sound))
            yield f"{name} at {peak}", np.clip(sound, -1, 1)


def in_noise(
    speech: NDArray[np.floating],
    make: Callable[[float, Rng], Sound],
    snr_db: float,
    rng: Rng,
    *,
    around_s: float = 1.0,
) -> Sound:
    """Speech with a noise so many dB below its mean power, which goes on before and behind it."""
    around = np.zeros(round(around_s * RATE))
    sound = np.concatenate([around, speech, around])
    noise = make(len(sound) / RATE, rng)[: len(sound)]
    level = np.sqrt(np.mean(speech**2) / np.mean(noise**2)) * 10 ** (-snr_db / 20)
    mixed: Sound = sound + level * noise
    return mixed / max(1.0, np.abs(mixed).max())
