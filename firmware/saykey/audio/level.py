"""Loudness of pcm16."""

FLOOR_DB = -96.0
"""Silence: below the smallest step of 16 bit (20 log10(1 / 32768) = -90.3 dB)."""

FULL_SCALE = 32768.0


def level_db(pcm16: bytes) -> float:
    """RMS in dB relative to full scale, FLOOR_DB..0; a square wave at full scale is 0 dB.

    The mean is taken off first: many cheap sound cards add a constant offset.
    """
    import numpy as np

    samples = np.frombuffer(pcm16, "<i2")
    rms = float(samples.std(dtype=np.float64)) / FULL_SCALE if samples.size else 0.0
    return max(FLOOR_DB, 20 * float(np.log10(rms))) if rms > 0 else FLOOR_DB
