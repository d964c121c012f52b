"""Whether a transcript can be believed: pure rules over what the engine reported."""

import re
import zlib

from saykey.flow import Verdict

_ASIDES = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*")
"""What stock Whisper writes for noise: "[Music]", "(laughs)", "*sighs*"."""

_LETTER = re.compile(r"[^\W_]")

_NO_SPEECH = 0.6
_NO_SPEECH_PROBABILITY = 0.5
"""OpenAI's rule for silence (transcribe.py): no_speech > 0.6 and mean log probability < -1."""

_DOUBTFUL_PROBABILITY = 0.75
"""Measured with saykey-demo (q8_0) on espeak-ng's voices: 87 phrases it had right came with 0.88
to 1.00, 20 phrases of words it does not know with 0.49 to 0.72."""

_LOOP_RATIO = 2.4
"""Times zlib shortens a looping text (OpenAI's compression_ratio_threshold)."""

_LOOP_REPEATS = 4
"""The same words so many times on end are a loop; people say a thing three times."""


def verdict(text: str, *, probability: float, no_speech: float, capped: bool) -> Verdict:
    """Judge a text by itself and by what the engine thinks of it (see flow.Transcript).

    ``capped``: the engine was stopped by its token limit.
    """
    if not _LETTER.search(_ASIDES.sub("", text)):
        return Verdict.EMPTY
    if no_speech > _NO_SPEECH and probability < _NO_SPEECH_PROBABILITY:
        return Verdict.EMPTY
    if capped or probability < _DOUBTFUL_PROBABILITY or "\ufffd" in text or loops(text):
        return Verdict.DOUBTFUL
    return Verdict.GOOD


def loops(text: str) -> bool:
    """Whether the engine went round in circles: words repeated on end, or little in much text."""
    words = re.findall(r"\w+", text.lower())
    for length in range(1, len(words) // _LOOP_REPEATS + 1):
        for start in range(len(words) - _LOOP_REPEATS * length + 1):
            piece = words[start : start + length]
            if piece * _LOOP_REPEATS == words[start : start + _LOOP_REPEATS * length]:
                return True
    spelt = text.encode()
    return len(spelt) / len(zlib.compress(spelt)) > _LOOP_RATIO
