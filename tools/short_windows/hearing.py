"""Hears sounds with a Whisper in JAX: greedy transcripts, languages, no-speech probabilities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, TypeVar

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from saykey.recognizer.whisper.window import most_tokens, window_rows
from short_windows.features import HOP, ROW_SAMPLES, spectra
from short_windows.models import Model
from short_windows.network import Audio, Fixed, Weights, decode, encode, logits
from short_windows.tokens import special

T = TypeVar("T")

Pcm = NDArray[np.int16]
"""Sound at 16 kHz, one channel."""

SIZES = (128, 256, 512, 1024, 1500)
"""Rows of the arrays that the network is compiled for."""


@dataclass(frozen=True)
class Heard:
    """What a model heard. ``tokens`` are text tokens; ``language`` is None for English-only models.

    ``no_speech``: probability of the no-speech token behind the start token, 0 to 1. ``ended``:
    whether the model ended its text by itself, before the greatest number of tokens.
    """

    tokens: tuple[int, ...]
    language: int | None
    no_speech: float
    ended: bool


class _Progress(NamedTuple):
    """Text so far [batch, n], the place of the next token, and whose text has ended [batch]."""

    text: jax.Array
    place: jax.Array
    done: jax.Array


class Listener:
    """A model that hears several sounds at a time, ``batch`` of them together.

    ``weights`` may be those of a student of the model.
    """

    def __init__(self, model: Model, weights: Weights, batch: int, dtype: jnp.dtype) -> None:
        self._fixed = fixed_for(model, dtype)
        self._batch = batch
        self._filters = jnp.asarray(model.filters)
        self._weights = {name: jnp.asarray(weight) for name, weight in weights.items()}

    def hear(self, sounds: Sequence[Pcm], padding: int | None) -> list[Heard]:
        """Hear each sound, of at most 30 s, in a window of its length and ``padding`` rows.

        The window is that of the device (recognizer.whisper.window); None is the full window.
        """
        return self._in_groups(sounds, padding, self._texts)

    def no_speech(self, sounds: Sequence[Pcm], padding: int | None) -> list[float]:
        """The probability of no speech in each sound, without its text. See `hear`."""
        return self._in_groups(sounds, padding, lambda _, listened: self._no_speech(listened[1]))

    def _in_groups(
        self,
        sounds: Sequence[Pcm],
        padding: int | None,
        result: Callable[[list[Pcm], tuple[Audio, jax.Array]], list[T]],
    ) -> list[T]:
        """The result for each sound. Sounds of one size are listened to together."""
        found: dict[int, T] = {}
        groups: dict[int, list[int]] = {}
        for index in sorted(range(len(sounds)), key=lambda index: len(sounds[index])):
            size = size_for(window_rows(len(sounds[index]), padding))
            groups.setdefault(size, []).append(index)
        for rows, indices in groups.items():
            for begin in range(0, len(indices), self._batch):
                some = indices[begin : begin + self._batch]
                # A part of a batch is filled up with its first sound.
                filled = some + some[:1] * (self._batch - len(some))
                full = [sounds[index] for index in filled]
                window = jnp.array([window_rows(len(sound), padding) for sound in full])
                sound = jnp.asarray(side_by_side(full, rows * ROW_SAMPLES))
                heard = listened(self._weights, sound, self._filters, window, self._fixed)
                found.update(zip(filled, result(full, heard), strict=True))
        return [found[index] for index in range(len(sounds))]

    def _texts(self, sounds: list[Pcm], heard: tuple[Audio, jax.Array]) -> list[Heard]:
        audio, first = heard
        tokens = self._fixed.special
        spoken = self._languages(first)
        most = [most_tokens(len(sound)) for sound in sounds]
        room = [tokens.end] * most_tokens(audio.rows.shape[1] * ROW_SAMPLES)
        text = jnp.array([[*tokens.opening(language), *room] for language in spoken])
        texts = np.asarray(_greedy(self._weights, audio, text, jnp.array(most), self._fixed))
        return [
            _result(row[:longest], tokens.end, language, no_speech)
            for row, longest, language, no_speech in zip(
                texts, most, spoken, self._no_speech(first), strict=True
            )
        ]

    def _no_speech(self, first: jax.Array) -> list[float]:
        chances: list[float] = jax.nn.softmax(first)[:, self._fixed.special.no_speech].tolist()
        return chances

    def _languages(self, first: jax.Array) -> list[int | None]:
        languages = self._fixed.special.languages
        if not languages:
            return [None] * len(first)
        best = first[:, languages.start : languages.stop].argmax(-1)
        return [languages.start + number for number in np.asarray(best).tolist()]


def fixed_for(model: Model, dtype: jnp.dtype) -> Fixed:
    """What is compiled into the network of a model."""
    return Fixed(model.size, special(model.size, model.vocabulary), dtype)


def size_for(window: int) -> int:
    """The least of SIZES that holds a window."""
    return next(rows for rows in SIZES if rows >= window)


def side_by_side(sounds: Sequence[Pcm], samples: int) -> NDArray[np.float32]:
    """The sounds [n, samples], -1..1, each followed by zeros."""
    table = np.zeros((len(sounds), samples), np.float32)
    for row, sound in zip(table, sounds, strict=True):
        row[: len(sound)] = sound / np.float32(32768)
    return table


def _result(tokens: NDArray[np.int32], end: int, language: int | None, no_speech: float) -> Heard:
    ends = np.flatnonzero(tokens == end)
    text = tokens[: ends[0]] if len(ends) else tokens
    return Heard(tuple(text.tolist()), language, no_speech, bool(len(ends)))


@partial(jax.jit, static_argnames="fixed")
def listened(
    weights: Weights, sound: jax.Array, filters: jax.Array, window: jax.Array, fixed: Fixed
) -> tuple[Audio, jax.Array]:
    """The audio states, and the logits behind the start token alone."""
    mel = spectra(sound, filters)[:, :, : sound.shape[1] // HOP]
    audio = encode(weights, mel, window, fixed)
    start = jnp.full((len(sound), 1), fixed.special.start)
    states, _ = decode(weights, start, audio, fixed)
    return audio, logits(weights, states[:, 0])


@partial(jax.jit, static_argnames="fixed")
def _greedy(
    weights: Weights, audio: Audio, text: jax.Array, most: jax.Array, fixed: Fixed
) -> jax.Array:
    """The likeliest text tokens [batch, room]; behind the end of a text its end token.

    ``text`` [batch, opening + room] holds the opening. ``most`` [batch]: tokens that fit.
    """
    tokens = fixed.special
    begin, last_place = tokens.opening_length, text.shape[1]
    numbers = jnp.arange(fixed.size.vocabulary)
    # whisper.cpp's suppress_blank: a text begins neither with its end nor with a lone space
    blank = (numbers == tokens.end) | (numbers == tokens.space)

    def goes_on(state: _Progress) -> jax.Array:
        return (state.place < last_place) & ~state.done.all()

    def another(state: _Progress) -> _Progress:
        states, _ = decode(weights, state.text, audio, fixed)
        last = jax.lax.dynamic_index_in_dim(states, state.place - 1, axis=1, keepdims=False)
        banned = (numbers > tokens.end) | (blank & (state.place == begin))
        best = jnp.where(banned, -jnp.inf, logits(weights, last)).argmax(-1)
        best = jnp.where(state.done, tokens.end, best).astype(text.dtype)
        longer = jax.lax.dynamic_update_index_in_dim(state.text, best, state.place, axis=1)
        done = state.done | (best == tokens.end) | (state.place - begin + 1 >= most)
        return _Progress(longer, state.place + 1, done)

    first = _Progress(text, jnp.array(begin), jnp.zeros(len(text), bool))
    return jax.lax.while_loop(goes_on, another, first).text[:, begin:]
