"""What Whisper hears: log mel spectra, 100 frames a second, 80 bands (openai/whisper audio.py).

``Mel`` below is float32 [frames, 80], log10 of power, floor -10, before normalisation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Mel = NDArray[np.float32]
Sound = NDArray[np.float32]

BANDS = 80
FRAME = 400
HOP = 160
FLOOR = -10.0
DYNAMIC_RANGE = 8.0

_WINDOW = (0.5 * (1 - np.cos(2 * np.pi * np.arange(FRAME) / FRAME))).astype(np.float32)


def log_mel(sound: Sound, bank: NDArray[np.float32]) -> Mel:
    """The spectrum of a sound at 16 kHz through a mel bank [80, 201].

    Framed as whisper.cpp does: mirrored by 200 samples at the start, zeros at the end.
    """
    half = FRAME // 2
    padded = np.concatenate([sound[half:0:-1], sound, np.zeros(FRAME, np.float32)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    spectrum = np.fft.rfft(frames[: (len(sound) + half) // HOP] * _WINDOW, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32) @ bank.T
    return np.log10(np.maximum(power, 10.0**FLOOR)).astype(np.float32)


def normalised(mel: Mel, loudest: float) -> tuple[Mel, float]:
    """Whisper's scaling, about -1 to 1, and the value that silence behind the end has."""
    lowest = loudest - DYNAMIC_RANGE
    return (np.maximum(mel, lowest) + 4) / 4, (max(FLOOR, lowest) + 4) / 4


def blank(frames: int) -> Mel:
    """Digital silence."""
    return np.full((frames, BANDS), FLOOR, np.float32)


def noise_bank(bank: NDArray[np.float32], seed: int = 11, count: int = 160) -> list[Mel]:
    """Real noises of 4 s, mean level 0: white, pink, brown, filtered, hum, clicks and crackle."""
    rng = np.random.default_rng(seed)
    mels = []
    for index in range(count):
        sound = _noise(rng, kind=index % 8, length=64_000)
        mel = log_mel(sound.astype(np.float32), bank)[2:398]
        mels.append(mel - mel.mean())
    return mels


def _noise(rng: np.random.Generator, *, kind: int, length: int) -> NDArray[np.float64]:
    hertz = np.fft.rfftfreq(length, 1 / 16_000)
    spectrum = np.fft.rfft(rng.normal(0, 1, length)) * _colour(rng, kind, hertz)
    sound = np.fft.irfft(spectrum, length)
    sound /= sound.std()
    time = np.arange(length) / 16_000
    if kind == 6:
        mains = rng.choice([50, 60])
        tones = [
            rng.uniform(0, 2) * np.sin(2 * np.pi * mains * order * time + rng.uniform(0, 6))
            for order in range(1, 12)
        ]
        sound = 0.3 * sound + np.sum(tones, axis=0)
    if kind == 7 or rng.random() < 0.15:
        _add_clicks(rng, sound)
    sound *= 0.05 / sound.std()
    if rng.random() < 0.2:
        sound *= 1 + 0.8 * np.sin(2 * np.pi * rng.uniform(0.3, 8) * time)
    return sound


def _colour(rng: np.random.Generator, kind: int, hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    if kind in (2, 6):
        return 1 / np.sqrt(np.maximum(hertz, 20))
    if kind == 3:
        return 1 / np.maximum(hertz, 20)
    if kind == 4:
        return 1 / (1 + (hertz / rng.uniform(200, 3000)) ** rng.uniform(1, 4))
    if kind == 5:
        centre, width = rng.uniform(200, 6000), rng.uniform(100, 2000)
        return np.exp(-(((hertz - centre) / width) ** 2)) + 0.03
    return np.ones_like(hertz)


def _add_clicks(rng: np.random.Generator, sound: NDArray[np.float64]) -> None:
    for _ in range(rng.integers(2, 25)):
        start = rng.integers(0, len(sound) - 2000)
        decay = np.exp(-np.arange(2000) / rng.integers(20, 1500))
        sound[start : start + 2000] += rng.normal(0, rng.uniform(3, 40), 2000) * decay
