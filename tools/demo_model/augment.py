"""Varies each training utterance: other rooms, speeds, levels and noises.

All variations are made on log mel spectra (features.Mel), adding in the power domain. So a sound
is analysed once and varied at no further cost.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from demo_model.features import BANDS, FLOOR, Mel, blank, normalised

Input = tuple[Mel, float]
"""A normalised spectrum and the value of the silence behind it."""

_BAND = np.linspace(-1, 1, BANDS, dtype=np.float32)


class Augmenter:
    """Draws variations from one random stream."""

    def __init__(self, rng: np.random.Generator, noises: Sequence[Mel]) -> None:
        self._rng = rng
        self._noises = noises

    def speech(self, mel: Mel) -> tuple[Mel, float, float]:
        """A variation, its silence value, and the second at which speech ends."""
        rng = self._rng
        mel = self._voice(mel)
        lead, trail = self._margin(60), self._margin(80)
        end = (lead + len(mel)) / 100
        mel = np.concatenate([blank(lead), np.maximum(mel, FLOOR), blank(trail)])
        if rng.random() < 0.5:
            mel = _added(mel, self._noise(len(mel)) + mel.max() - rng.uniform(2.3, 6.5))
        mel, silence = normalised(np.maximum(mel, FLOOR), float(mel.max()))
        self._mask(mel, silence)
        return mel, silence, end

    def no_speech(self) -> Input:
        """Silence, noise, clicks, thumps or beeps of 0.1 to 4 s."""
        rng = self._rng
        length = int(rng.integers(10, 400))
        mel = blank(length)
        if rng.random() >= 0.2:
            mel = self._noise(length) + rng.uniform(-9, 0)
            for _ in range(int(rng.choice([0, 1, 3, 6], p=[0.5, 0.2, 0.2, 0.1]))):
                mel = np.maximum(mel, self._thump(length, float(mel.max())))
            if rng.random() < 0.15:
                beep, band = blank(length), rng.integers(0, 75)
                beep[:, band : band + rng.integers(1, 4)] = mel.max() + rng.uniform(0, 3)
                mel = np.maximum(mel, beep)
        mel = np.maximum(mel, FLOOR)
        # Whisper scales by the loudest frame of the whole window, which may lie elsewhere.
        louder = rng.uniform(0, 7) if rng.random() < 0.4 else 0.0
        return normalised(mel, float(mel.max()) + louder)

    def _voice(self, mel: Mel) -> Mel:
        rng = self._rng
        if rng.random() < 0.6:
            length = max(8, int(len(mel) * rng.uniform(0.82, 1.22)))
            mel = _stretched(mel, np.linspace(0, len(mel) - 1, length))
        if rng.random() < 0.5:
            bands = np.clip(np.arange(BANDS) * rng.uniform(0.9, 1.1), 0, BANDS - 1)
            mel = _stretched(mel.T, bands).T
        if rng.random() < 0.6:
            mel = mel + self._tilt(0.5, 0.5, 0.3)
        return mel + np.float32(rng.uniform(-2.2, 0.3))

    def _margin(self, longest: int) -> int:
        rng = self._rng
        lengths = [0, int(rng.integers(0, 8)), int(rng.integers(0, longest))]
        return int(rng.choice(lengths, p=[0.35, 0.35, 0.3]))

    def _tilt(self, down: float, up: float, ripple: float) -> Mel:
        rng = self._rng
        wave = np.cos(rng.uniform(1, 6) * _BAND + rng.uniform(0, 6))
        tilt = rng.uniform(-down, up) * _BAND + rng.uniform(-ripple, ripple) * wave
        return tilt[None].astype(np.float32)

    def _noise(self, length: int) -> Mel:
        rng = self._rng
        if rng.random() < 0.65:
            noise = self._noises[int(rng.integers(len(self._noises)))]
            start = rng.integers(len(noise))
            noise = np.tile(noise, (length // len(noise) + 2, 1))[start : start + length]
            return noise + self._tilt(1.0, 0.6, 0.3) if rng.random() < 0.4 else noise
        shape = self._tilt(1.5, 0.8, 0.5) + rng.uniform(-0.4, 0.4) * _BAND**2
        noise = shape + rng.normal(0, rng.uniform(0.12, 0.3), (length, BANDS))
        if rng.random() < 0.3:
            wave = np.sin(np.arange(length) * rng.uniform(0.02, 0.3) + rng.uniform(0, 6))
            noise += 0.5 * wave[:, None]
        if rng.random() < 0.15:
            noise[:, rng.integers(0, 30)] += rng.uniform(0.5, 2)
        return noise.astype(np.float32)

    def _thump(self, length: int, loudest: float) -> Mel:
        rng = self._rng
        at, decay = rng.integers(0, length), rng.integers(1, 12)
        envelope = np.exp(-np.abs(np.arange(length) - at) / decay)[:, None]
        level = loudest + rng.uniform(-1, 2.5) + np.log10(envelope + 1e-9)
        return (self._noise(length) + level).astype(np.float32)

    def _mask(self, mel: Mel, silence: float) -> None:
        """Blot out a few bands and frames (SpecAugment, Park et al. 2019)."""
        rng = self._rng
        if rng.random() < 0.5:
            band = rng.integers(0, BANDS - 10)
            mel[:, band : band + rng.integers(1, 11)] = mel.mean()
        if rng.random() < 0.5 and len(mel) > 60:
            start = rng.integers(0, len(mel) - 12)
            value = silence if rng.random() < 0.5 else mel.mean()
            mel[start : start + rng.integers(1, 7)] = value


def plain(mel: Mel) -> tuple[Mel, float, float]:
    """As `Augmenter.speech`, unvaried."""
    return *normalised(mel, float(mel.max())), len(mel) / 100


def _stretched(mel: Mel, positions: np.ndarray) -> Mel:
    """Rows at fractional positions, linearly between their neighbours."""
    below = positions.astype(int)
    share = (positions - below)[:, None].astype(np.float32)
    return mel[below] * (1 - share) + mel[np.minimum(below + 1, len(mel) - 1)] * share


def _added(a: Mel, b: Mel) -> Mel:
    """log10(10**a + 10**b) without overflow."""
    return np.maximum(a, b) + np.log10(1 + 10 ** -np.abs(a - b))
