"""Makes quiet speech as loud as ordinary speech before the gate and the model hear it. Pure.

Both were trained on ordinary speech. Silero scores words of a peak of -46 dBFS as no speech in one
case of three, and Whisper's features depend on the level too. Louder speech is left unchanged.
"""

from array import array
from math import sqrt
from operator import mul

from saykey.flow import SAMPLE_RATE

_FRAME = SAMPLE_RATE // 50

_ORDINARY = 0.05
"""The level of the loud parts of ordinary speech, as RMS relative to full scale: -26 dBFS, the
nominal level of ITU-T P.56."""

_MOST = 100.0
"""The greatest gain, 40 dB: it brings words of -60 dBFS to an ordinary level."""


def normalised(samples: "array[float]") -> "array[float]":
    """The samples of a phrase, -1..1, made louder if its speech is quieter than ordinary."""
    gain = min(_MOST, _ORDINARY / max(_loud(samples), _ORDINARY / _MOST))
    if gain <= 1:
        return samples
    # a click may be much louder than the speech, and its shape is not needed
    return array("f", (max(-1.0, min(1.0, gain * sample)) for sample in samples))


def _loud(samples: "array[float]") -> float:
    """The RMS of the frames of 20 ms that are louder than nineteen of twenty."""
    frames = [samples[at : at + _FRAME] for at in range(0, len(samples), _FRAME)]
    levels = sorted(sqrt(sum(map(mul, frame, frame)) / len(frame)) for frame in frames)
    return levels[len(levels) * 19 // 20] if levels else 0.0
