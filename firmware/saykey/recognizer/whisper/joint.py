"""Puts the end of the phrase before and a phrase together, as the engine hears them. Pure.

What decides whether a sentence ends is read from both phrases together. A long silence between them
would itself look like the end of a sentence, so most of it is cut out.
"""

from array import array
from collections.abc import Sequence
from math import log10
from operator import mul

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.protocol import JOINT_SAMPLES
from saykey.recognizer.whisper.window import LONGEST_SAMPLES

_FRAME = SAMPLE_RATE // 100

_END = 6 * SAMPLE_RATE
"""So much of the phrase before is heard if both phrases are too long together. Chosen by the curve
of accuracy and time in docs/hearing.md."""

_SEARCHED = 2 * SAMPLE_RATE
"""How far back from there a gap between words is looked for."""

_SILENCE = 18 * _FRAME
"""Silence that stays on either side of the seam, 180 ms. With less more ends of sentences are lost,
with more not fewer: see docs/hearing.md."""

_LOUD = 0.3
"""A frame above this share of the way from the quiet to the loud frames of a phrase, in dB, is
speech."""

_LEAST = SAMPLE_RATE
"""Less of the phrase before holds too few words to be found again."""


def together(before: "array[float]", phrase: "array[float]", gap: int) -> "array[float] | None":
    """Samples of both phrases, 16 kHz mono, -1..1; None if they do not fit into 30 s.

    ``gap`` is how many samples lie between them. With 0 the length limit divided them, and
    nothing is cut out.
    """
    end = _end_of(before, len(phrase))
    if len(end) < _LEAST:
        return None
    if gap == 0:
        return end + phrase
    last, first = _speech(end)[1], _speech(phrase)[0]
    return end[: last + _SILENCE] + phrase[max(0, first - _SILENCE) :]


def _end_of(before: "array[float]", length: int) -> "array[float]":
    """All of the phrase before, or its end from a gap between two words."""
    if len(before) + length <= JOINT_SAMPLES:
        return before
    most = min(_END, LONGEST_SAMPLES - length)
    if len(before) <= most or most < _LEAST:
        return before[-most:] if most > 0 else before[:0]
    earliest = len(before) - most
    searched = before[earliest : earliest + min(_SEARCHED, most // 2)]
    return before[earliest + _quietest(searched) :]


def quiet_place(samples: "array[float]") -> int:
    """The quietest place in the middle third of the samples."""
    begin = len(samples) // 3
    return begin + _quietest(samples[begin : 2 * begin])


def _quietest(samples: "array[float]") -> int:
    levels = _levels(samples)
    smooth = [max(levels[max(0, at - 4) : at + 5]) for at in range(len(levels))]
    return min(range(len(smooth)), key=smooth.__getitem__) * _FRAME


def _speech(samples: "array[float]") -> tuple[int, int]:
    """Where speech begins and ends, to 10 ms."""
    levels = _levels(samples)
    ranked = sorted(levels)
    quiet, loud = ranked[len(ranked) // 20], ranked[-1 - len(ranked) // 20]
    spoken = [at for at, level in enumerate(levels) if level >= quiet + _LOUD * (loud - quiet)]
    return spoken[0] * _FRAME, (spoken[-1] + 1) * _FRAME


def _levels(samples: Sequence[float]) -> list[float]:
    """The level of each 10 ms in dB. The last part of a frame is left out."""
    whole = max(_FRAME, len(samples) - len(samples) % _FRAME)
    frames = (samples[at : at + _FRAME] for at in range(0, whole, _FRAME))
    return [10 * log10(sum(map(mul, frame, frame)) + 1e-9) for frame in frames]
