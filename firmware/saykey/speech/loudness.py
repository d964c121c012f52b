"""Judges the sound of a phrase: too quiet, clipped, or fine. Pure.

A click of the button or a thump on the table must not decide. So both judgements need as much sound
as a short vowel has: FRAMES frames.
"""

from saykey.flow import FRAME_SAMPLES, Loudness

FRAMES = 5
"""Frames of 20 ms that must be loud, or clipped: 100 ms."""

QUIETEST = 207.0
"""The least peak of the fifth loudest frame, in steps of 16 bit: -44 dBFS.

In 70 sentences of eight people this frame is 1.9 dB below the peak (median). WebRTC's detector
begins to miss words when their peak is below -46 dBFS: at -50 dBFS it missed 13 of 60 words."""

LIMIT = 32_767
"""The greatest sample of 16 bit. Some converters use it as the least one too, instead of -32768."""

CLIPPED_SHARE = 0.01
"""The share of samples at the limits from which a phrase is clipped: see decision 0022."""


def loudness(pcm16: bytes) -> Loudness:
    """The loudness of a phrase. Samples after its last whole frame are ignored.

    A phrase of fewer than FRAMES frames is fine. The mean is taken off before levels are compared:
    many cheap sound cards add a constant offset.
    """
    import numpy as np

    samples = np.frombuffer(pcm16, "<i2")
    frames = samples[: samples.size - samples.size % FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    if len(frames) < FRAMES:
        return Loudness.FINE
    at_limit = (frames >= LIMIT) | (frames <= -LIMIT)
    if at_limit.mean() >= CLIPPED_SHARE and at_limit.any(axis=1).sum() >= FRAMES:
        return Loudness.CLIPPED
    peaks = np.abs(frames - samples.mean()).max(axis=1)
    if np.sort(peaks)[-FRAMES] < QUIETEST:
        return Loudness.TOO_QUIET
    return Loudness.FINE
