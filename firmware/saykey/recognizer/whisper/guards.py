"""Whether a transcript can be believed: pure rules over what the engine reported."""

import re
import zlib

from saykey.flow import Verdict
from saykey.recognizer.whisper.inventions import INVENTIONS

_ASIDES = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*")
"""What stock Whisper writes for noise: "[Music]", "(laughs)", "*sighs*"."""

SPEECH = 0.5
"""The least score of the gate (see gate.Gate) with which a phrase is recognised; chosen by
measurement: docs/decisions/0020-nothing-invented.md."""

SURE_OF_SPEECH = 0.95
"""A score that 398 of 400 phrases in noise reached, and 2 of 1500 sounds without speech."""

_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"\w+")

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


def speech_needed(probability: float) -> float:
    """The least score with which a doubtful text is still taken for something that was said.

    The less probable the text, the surer the gate must be: see
    docs/decisions/0020-nothing-invented.md for the sounds and phrases this line keeps apart.
    """
    return 1 - probability**2 / 8


def loops(text: str) -> bool:
    """Whether the engine went round in circles: words repeated on end, or little in much text."""
    return _loop(words(text)) is not None or _ratio(text) > _LOOP_RATIO


def unlooped(text: str) -> str:
    """The text with each loop said once; "" if little remains that is no loop.

    What stands before and behind a loop stays. Never loops itself.
    """
    while (loop := _loop(words(text))) is not None:
        start, length, repeats = loop
        places = [match.span() for match in _WORD.finditer(text)]
        said, first, last = words(text), start + length, start + length * repeats
        if said[last:] == said[start : start + len(said) - last]:
            last = len(said)  # the token limit ended it in mid-round
        text = text[: places[first - 1][1]] + text[places[last - 1][1] :]
    return "" if _ratio(text) > _LOOP_RATIO else text


def echoes(text: str, prompt: str) -> bool:
    """Whether all words of the text stand in the prompt in the same order, round and round.

    People say words of the vocabulary too: this asks for a second hearing without the prompt.
    """
    said, prompted = words(text), words(prompt)
    if not said or not prompted:
        return False
    around = prompted * (2 + len(said) // len(prompted))
    return any(around[at : at + len(said)] == said for at in range(len(prompted)))


def invented(text: str) -> bool:
    """Whether stock Whisper is known to write just this where nobody speaks.

    People say some of it too: never enough by itself to drop a text.
    """
    return " ".join(words(text)) in INVENTIONS


def words(text: str) -> list[str]:
    """The words in lower case, without marks."""
    return _WORD.findall(text.lower())


def _loop(said: list[str]) -> tuple[int, int, int] | None:
    """The first of the shortest loops: its first word, the words of a round, the rounds."""
    for length in range(1, len(said) // _LOOP_REPEATS + 1):
        same = 0
        for at in range(length, len(said)):
            same = same + 1 if said[at] == said[at - length] else 0
            if same == length * (_LOOP_REPEATS - 1):
                start = at + 1 - length * _LOOP_REPEATS
                return start, length, _rounds(said, start, length)
    return None


def _rounds(said: list[str], start: int, length: int) -> int:
    piece, rounds = said[start : start + length], 1
    while said[start + rounds * length : start + (rounds + 1) * length] == piece:
        rounds += 1
    return rounds


def _ratio(text: str) -> float:
    spelt = text.encode()
    return len(spelt) / len(zlib.compress(spelt))
