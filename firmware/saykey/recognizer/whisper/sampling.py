"""Draws tokens at a temperature for whisper.cpp, the same ones for the same phrase.

whisper.cpp's own sampling is not used. It does not restart its random generator for each phrase.
It reports probabilities that the temperature has sharpened, which the guards would take for
certainty (whisper_process_logits and whisper_sample_token of 1.8.5).
"""

import random
from collections.abc import Callable
from ctypes import c_void_p
from math import exp, inf
from typing import Any

_FAR = 15.0
"""A token whose logit is more than this below the best one is never drawn: one in three million."""

_CERTAIN = 1e4
"""A logit far above all others, finite in float32."""


class Sampler:
    """A whisper_logits_filter_callback that draws a token and makes whisper.cpp take it.

    ``end_of_text``: the id of that token; all text tokens have smaller ids. ``probabilities``: the
    model's probabilities of the drawn text tokens, at temperature 1.
    """

    def __init__(self, temperature: float, end_of_text: int) -> None:
        self.probabilities: list[float] = []
        self._temperature = temperature
        self._end_of_text = end_of_text
        self._random = random.Random(0)  # noqa: S311 - any numbers, but the same each time

    def __call__(
        self,
        _context: c_void_p,
        _state: c_void_p,
        _tokens: c_void_p,
        _count: int,
        logits: Any,
        _data: c_void_p,
    ) -> None:
        """Called for each token, with the logits of the whole vocabulary."""
        known = logits[: self._end_of_text + 1]
        top = max(known)
        near = [token for token, logit in enumerate(known) if logit > top - _FAR]
        weights = [exp((known[token] - top) / self._temperature) for token in near]
        (drawn,) = self._random.choices(near, weights)
        if drawn != self._end_of_text:
            total = sum(exp(known[token] - top) for token in near)
            self.probabilities.append(exp(known[drawn] - top) / total)
        logits[drawn] = _CERTAIN


def endless(end_of_text: int) -> Callable[..., None]:
    """A whisper_logits_filter_callback that never lets the text end."""

    def forbid(_context: Any, _state: Any, _tokens: Any, _count: int, logits: Any, _: Any) -> None:
        logits[end_of_text] = -inf

    return forbid
