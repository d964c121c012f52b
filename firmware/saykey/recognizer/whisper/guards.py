"""Judges whether a transcript can be believed, by what the engine reported. Pure."""

import re
import zlib
from enum import Enum

from saykey.recognizer.whisper.inventions import INVENTIONS
from saykey.recognizer.whisper.speed import too_little, too_much

_ASIDES = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*")
"""What stock Whisper writes for noise: "[Music]", "(laughs)", "*sighs*"."""

SPEECH = 0.5
"""The least score of the gate (see gate.Gate) at which a phrase is recognised. Chosen by
measurement: docs/decisions/0020-nothing-invented.md."""

SURE_OF_SPEECH = 0.95
"""A score that 398 of 400 phrases in noise reached, but only 2 of 1500 sounds without speech."""

_LETTER = re.compile(r"[^\W_]")
_WORD = re.compile(r"\w+")

_NO_SPEECH = 0.6
_NO_SPEECH_PROBABILITY = 0.5
"""OpenAI's rule for silence (transcribe.py): no_speech > 0.6 and mean log probability < -1."""

SILENT = 0.55
FAINT = 0.3
"""A model that was taught silence hears it from a no-speech probability of SILENT on, and from a
lower one where the gate is less sure of speech. Its phrases are recognised from FAINT on.
Chosen by the curves in docs/hearing.md."""

_DOUBTFUL_PROBABILITY = 0.40
_DOUBTFUL_MORE = 0.07
_DOUBTFUL_WORDS = 6
"""The least probability of one word, what each further word adds to it, and up to how many. A right
sentence is much more probable than a right single word, of which 5 % lie below 0.42: see
docs/hearing.md."""

_LOOP_RATIO = 2.4
"""zlib shortens a looping text by more than this factor (OpenAI's compression_ratio_threshold)."""

_LOOP_REPEATS = 4
"""The same words this many times in a row are a loop; people say a thing up to three times."""


class Doubt(Enum):
    """Why a text is not believed, or not yet.

    IMPROBABLE, CUT OFF and IMPOSSIBLE stand against the text itself. REPEATED and SHORT are
    unfounded if the phrase, recognised in another way, holds the same words.
    """

    IMPROBABLE = "improbable"
    CUT_OFF = "cut off"
    IMPOSSIBLE = "more than there was time to say"
    REPEATED = "the same words again and again"
    SHORT = "hardly any words for so long a phrase"


def is_gated(speech: float | None, *, knows_silence: bool) -> bool:
    """Whether a phrase with this score of the gate is not recognised; None: there is no gate."""
    return speech is not None and speech < (FAINT if knows_silence else SPEECH)


def is_silent(no_speech: float, speech: float | None) -> bool:
    """Whether a model that was taught silence heard it in a phrase with this score of the gate."""
    return no_speech >= min(SILENT, SILENT if speech is None else speech)


def is_empty(text: str, *, probability: float, no_speech: float) -> bool:
    """Whether the text holds no words, or was most likely written for silence."""
    if not _LETTER.search(_ASIDES.sub("", text)):
        return True
    return no_speech > _NO_SPEECH and probability < _NO_SPEECH_PROBABILITY


def doubt(text: str, *, probability: float, capped: bool, seconds: float) -> Doubt | None:
    """Why a text with words is not believed; None if it is.

    ``capped``: the engine was stopped by its token limit. ``seconds``: how long the phrase is.
    """
    if capped or "\ufffd" in text:
        return Doubt.CUT_OFF
    if too_much(text, seconds):
        return Doubt.IMPOSSIBLE
    if probability < least_probability(text):
        return Doubt.IMPROBABLE
    if loops(text):
        return Doubt.REPEATED
    return Doubt.SHORT if too_little(text, seconds) else None


def least_probability(text: str) -> float:
    """The least mean probability, 0..1, of a text of this many words that is not doubtful."""
    further = min(len(words(text)), _DOUBTFUL_WORDS) - 1
    return _DOUBTFUL_PROBABILITY + _DOUBTFUL_MORE * max(0, further)


def speech_needed(probability: float) -> float:
    """The least score of the gate at which a doubtful text is still taken as spoken.

    The less probable the text, the higher the score must be. For the sounds and phrases that this
    line separates see docs/decisions/0020-nothing-invented.md.
    """
    return 1 - probability**2 / 8


def loops(text: str) -> bool:
    """Whether the text is a loop: it repeats words many times in a row, or compresses too well."""
    return _loop(words(text)) is not None or _ratio(text) > _LOOP_RATIO


def unlooped(text: str) -> str:
    """The text with each loop cut back to one round; "" if the rest still compresses too well.

    The text before and after a loop stays. The result never loops.
    """
    while (loop := _loop(words(text))) is not None:
        start, length, repeats = loop
        places = [match.span() for match in _WORD.finditer(text)]
        said, first, last = words(text), start + length, start + length * repeats
        if said[last:] == said[start : start + len(said) - last]:
            last = len(said)  # the token limit ended the loop within a round
        text = text[: places[first - 1][1]] + text[places[last - 1][1] :]
    return "" if _ratio(text) > _LOOP_RATIO else text


def echoes(text: str, prompt: str) -> bool:
    """Whether the text is a piece of the prompt, read in order and starting again at its end.

    People say words of the vocabulary too, so an echo is only recognised again without the prompt.
    """
    said, prompted = words(text), words(prompt)
    if not said or not prompted:
        return False
    around = prompted * (2 + len(said) // len(prompted))
    return any(around[at : at + len(said)] == said for at in range(len(prompted)))


def invented(text: str) -> bool:
    """Whether stock Whisper is known to write exactly this where nobody speaks.

    People say some of these texts too, so this alone is never a reason to drop a text.
    """
    return " ".join(words(text)) in INVENTIONS


def words(text: str) -> list[str]:
    """The words in lower case, without punctuation."""
    return _WORD.findall(text.lower())


def _loop(said: list[str]) -> tuple[int, int, int] | None:
    """The first of the shortest loops: index of its first word, words in a round, rounds."""
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
