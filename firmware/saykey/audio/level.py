"""Measures the loudness of pcm16."""

import math

FLOOR_DB = -96.0
"""Silence: below the smallest step of 16 bit (20 log10(1 / 32768) = -90.3 dB)."""

FULL_SCALE = 32768.0


def level_db(pcm16: bytes) -> float:
    """RMS in dB relative to full scale, FLOOR_DB..0; a square wave at full scale is 0 dB.

    The mean is taken off first: many cheap sound cards add a constant offset.
    """
    import numpy as np

    samples = np.frombuffer(pcm16, "<i2").astype(np.float64)
    if not samples.size:
        return FLOOR_DB
    # Whole numbers below 2**53, so the sums are exact; std() runs ten times as much Python.
    total = float(samples.sum())
    power = (float(samples.dot(samples)) - total * total / samples.size) / samples.size
    return max(FLOOR_DB, 10 * math.log10(power / FULL_SCALE**2)) if power > 0 else FLOOR_DB
