"""Finds where to cut a long phrase: at the quietest place, most likely between two words."""

from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE

WINDOW = SAMPLE_RATE // 10
"""Samples the energy is taken over: 100 ms, a short gap between words."""

STEP = SAMPLE_RATE // 100


def quietest_place(pcm16: bytes) -> int:
    """The middle of the quietest 100 ms, in samples from the start; the latest of equals.

    Raises ValueError for fewer than WINDOW samples. The mean of the signal (sound card offset) is
    subtracted before its energy is taken.
    """
    import numpy as np

    samples = np.frombuffer(pcm16, "<i2").astype(np.float64)
    if samples.size < WINDOW:
        raise ValueError(f"{len(pcm16) // SAMPLE_BYTES} samples are too few to find a quiet place")
    samples -= np.rint(samples.mean())
    # Sums of whole numbers below 2**53 are exact in float64, so equal energies compare equal.
    summed = np.concatenate(([0.0], np.cumsum(samples * samples)))
    energies = (summed[WINDOW:] - summed[:-WINDOW])[::STEP]
    latest = int(energies.size - 1 - np.argmin(energies[::-1]))
    return latest * STEP + WINDOW // 2
