"""Mixes recordings with the noise of a room, and puts pauses into them. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 16_000
Samples = NDArray[np.float64]

_FRAME = RATE // 100
_QUIET_DB = -30
"""A gap is this much quieter than the loud frames."""
_SHORTEST = 5
"""Frames of 10 ms in a gap."""
_INSIDE = RATE // 2
"""A gap lies at least 0.5 s inside the recording."""

ROOM = 20.0
"""RMS of the noise of a room in units of pcm16: -64 dBFS."""


def samples(pcm16: bytes) -> Samples:
    """The samples in units of pcm16, as floats."""
    return np.frombuffer(pcm16, "<i2").astype(np.float64)


def pcm16(sound: Samples) -> bytes:
    """The samples as the microphone would give them."""
    return np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Samples:
    """Samples of nothing."""
    return np.zeros(round(seconds * RATE))


def in_room(
    sound: Samples, rng: np.random.Generator, *, level: float = ROOM, around_s: float = 0.5
) -> bytes:
    """The sound with white noise of this RMS under it, before it and after it."""
    whole = np.concatenate([silence(around_s), sound, silence(around_s)])
    return pcm16(whole + rng.normal(0, level, len(whole)))


def at_peak(sound: Samples, dbfs: float) -> Samples:
    """The sound with its largest sample at this level relative to full scale."""
    return sound * (32768 * 10 ** (dbfs / 20) / max(1.0, float(np.abs(sound).max(initial=0.0))))


def quiet_gaps(sound: Samples) -> list[int]:
    """The middle samples of the gaps of 50 ms and more, but none near either end."""
    frames = len(sound) // _FRAME
    if not frames:
        return []
    power = np.mean(sound[: frames * _FRAME].reshape(frames, _FRAME) ** 2, axis=1)
    level = 10 * np.log10(power + 1e-9)
    quiet = level < np.percentile(level, 95) + _QUIET_DB
    changes = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    middles = [
        (begin + end) // 2 * _FRAME
        for begin, end in changes.reshape(-1, 2).tolist()
        if end - begin >= _SHORTEST
    ]
    return [at for at in middles if _INSIDE < at < len(sound) - _INSIDE]


def with_pause(sound: Samples, at: int, seconds: float) -> Samples:
    """The sound with a pause put in at this sample."""
    return np.concatenate([sound[:at], silence(seconds), sound[at:]])
