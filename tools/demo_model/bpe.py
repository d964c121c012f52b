"""GPT-2 byte pair encoding, for Whisper's English vocabulary: a token's rank is its id."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

# openai/whisper tokenizer.py, Whisper's pattern restricted to ASCII text
_PIECES = re.compile(
    r"'s|'t|'re|'ve|'m|'ll|'d| ?[A-Za-z]+| ?[0-9]+| ?[^\sA-Za-z0-9]+|\s+(?!\S)|\s+"
)

# ids of the special tokens of the .en vocabulary: openai/whisper tokenizer.py, get_encoding
END_OF_TEXT = 50256
START_OF_TRANSCRIPT = 50257
START_OF_PREVIOUS = 50360
NO_SPEECH = 50361
NO_TIMESTAMPS = 50362
FIRST_TIMESTAMP = 50363
LINE_FEED = 198


class Tokenizer:
    """Text to token ids."""

    def __init__(self, vocabulary: Sequence[bytes]) -> None:
        self._rank = {token: rank for rank, token in enumerate(vocabulary)}
        self._encode_piece = cache(self._merge)

    def encode(self, text: str) -> list[int]:
        """The ids of an ASCII text."""
        return [token for piece in _PIECES.findall(text) for token in self._encode_piece(piece)]

    def _merge(self, piece: str) -> list[int]:
        parts = [bytes([byte]) for byte in piece.encode()]
        unknown = len(self._rank)
        while len(parts) > 1:
            pairs = [a + b for a, b in pairwise(parts)]
            best = min(range(len(pairs)), key=lambda i: self._rank.get(pairs[i], unknown))
            if pairs[best] not in self._rank:
                break
            parts[best : best + 2] = [pairs[best]]
        return [self._rank[part] for part in parts]


def trained_tokens(tokenizer: Tokenizer, words: Sequence[str]) -> list[int]:
    """The ids the network learns, in the order of its rows: words, marks, controls, times."""
    spellings = [f" {form}" for word in words for form in (word, word[:1].upper() + word[1:])]
    ids = {token for text in [*spellings, ".", "?"] for token in tokenizer.encode(text)}
    ids |= {LINE_FEED, END_OF_TEXT, START_OF_TRANSCRIPT, START_OF_PREVIOUS}
    ids |= {NO_SPEECH, NO_TIMESTAMPS, *(timestamp(step * 0.2) for step in range(61))}
    return sorted(ids)


def timestamp(second: float) -> int:
    """The token of a time, rounded up to the model's grid of 0.2 s, 12 s at most.

    Whisper's own grid is 0.02 s.
    """
    return FIRST_TIMESTAMP + 10 * min(60, math.ceil((second - 0.02) / 0.2))
