"""Whisper's special tokens, and the tokens with which a transcript begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from saykey.models.formats.contents import ENGLISH_VOCABULARY
from saykey.models.formats.tensors import Dimensions
from saykey.models.formats.tokens import end_of_text


@dataclass(frozen=True)
class Special:
    """Token numbers. All tokens from ``end`` on are special; ``space`` is a lone space.

    ``languages`` is empty for English-only models.
    """

    end: int
    start: int
    languages: range
    transcribe: int
    previous: int
    no_speech: int
    no_times: int
    space: int

    @property
    def opening_length(self) -> int:
        """How many tokens `opening` has."""
        return 4 if self.languages else 2

    def opening(self, language: int | None) -> tuple[int, ...]:
        """What a transcript without times begins with. ``language`` is None for English-only."""
        if language is None:
            return (self.start, self.no_times)
        return (self.start, language, self.transcribe, self.no_times)


def special(size: Dimensions, vocabulary: Sequence[bytes]) -> Special:
    """The numbers in a model of this vocabulary, as in whisper.cpp's whisper_vocab."""
    end = end_of_text(size)
    # English-only models have 99 language tokens too, which are not used.
    count = 100 if size.vocabulary > ENGLISH_VOCABULARY + 1 else 99
    first = end + 2
    tasks = first + count  # translate, transcribe, startoflm, startofprev, nospeech, notimestamps
    english = size.vocabulary == ENGLISH_VOCABULARY
    return Special(
        end=end,
        start=end + 1,
        languages=range(0) if english else range(first, first + count),
        transcribe=tasks + 1,
        previous=tasks + 3,
        no_speech=tasks + 4,
        no_times=tasks + 5,
        space=vocabulary.index(b" "),
    )


def text_of(tokens: Iterable[int], vocabulary: Sequence[bytes]) -> str:
    """The text of text tokens, without the space that begins it."""
    return b"".join(vocabulary[token] for token in tokens).decode("utf-8", "replace").strip()
