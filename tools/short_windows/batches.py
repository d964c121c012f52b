"""Gathers items into batches, whose arrays have one of a few shapes."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from short_windows.features import ROW_SAMPLES
from short_windows.hearing import Pcm, side_by_side, size_for
from short_windows.tokens import Special
from short_windows.variations import Clip, Item, silent, spoken

LENGTHS = (32, 64, 128, 256)
"""Tokens of the arrays: prompt, opening, text and end. An item has at most 40 + 5 + 150 + 1."""

_FULL_BATCH_ROWS = 512
"""Up to this window a batch is full; with longer ones it is smaller, for the memory's sake."""

_SPEECH_PER_SILENCE = 9


class Batch(NamedTuple):
    """Items side by side. All positions are those of tokens.

    ``sound``: f32 [n, samples] of -1..1. ``samples``, ``window`` (rows): i32 [n]. ``tokens``:
    i32 [n, most], filled with the end token. ``start``: where each item's start token stands;
    ``answer``: the last token before its text; ``end``: its end token. ``silence``: bool [n].
    """

    sound: NDArray[np.float32]
    samples: NDArray[np.int32]
    window: NDArray[np.int32]
    tokens: NDArray[np.int32]
    start: NDArray[np.int32]
    answer: NDArray[np.int32]
    end: NDArray[np.int32]
    silence: NDArray[np.bool_]


def endless(
    rng: np.random.Generator,
    clips: Sequence[Clip],
    noises: Sequence[Pcm],
    special: Special,
    size: int,
) -> Iterator[Batch]:
    """Batches of ``size`` items without end. In each round every clip is heard once, varied."""
    while True:
        order = rng.permutation(len(clips))
        # A few thousand varied items take a few hundred megabytes.
        for begin in range(0, len(order), 4096):
            some = order[begin : begin + 4096]
            items = [spoken(rng, clips, index) for index in some]
            items += [
                silent(rng, noises, clips[index].language) for index in some[::_SPEECH_PER_SILENCE]
            ]
            groups = list(_alike(rng, items, special, size))
            for index in rng.permutation(len(groups)):
                yield batch_of(groups[index], special)


def _alike(
    rng: np.random.Generator, items: Sequence[Item], special: Special, size: int
) -> Iterator[list[Item]]:
    """Groups of items that need arrays of one shape. A group that is not full repeats its items."""
    shapes: dict[tuple[int, int], list[Item]] = {}
    for index in rng.permutation(len(items)):
        item = items[index]
        shape = size_for(item.window), _length_for(len(_sequence(item, special)))
        shapes.setdefault(shape, []).append(item)
    for (rows, _), alike in shapes.items():
        count = max(1, size * _FULL_BATCH_ROWS // max(rows, _FULL_BATCH_ROWS))
        for begin in range(0, len(alike), count):
            group = alike[begin : begin + count]
            yield [group[n % len(group)] for n in range(count)]


def batch_of(items: Sequence[Item], special: Special) -> Batch:
    """The batch of these items."""
    rows = max(size_for(item.window) for item in items)
    sequences = [_sequence(item, special) for item in items]
    tokens = np.full((len(items), _length_for(max(map(len, sequences)))), special.end, np.int32)
    for row, sequence in zip(tokens, sequences, strict=True):
        row[: len(sequence)] = sequence
    start = np.array([len(item.prompt) + bool(item.prompt) for item in items], np.int32)
    return Batch(
        sound=side_by_side([item.pcm for item in items], rows * ROW_SAMPLES),
        samples=np.array([len(item.pcm) for item in items], np.int32),
        window=np.array([item.window for item in items], np.int32),
        tokens=tokens,
        start=start,
        answer=start + special.opening_length - 1,
        end=np.array([len(sequence) - 1 for sequence in sequences], np.int32),
        silence=np.array([not item.tokens for item in items]),
    )


def _sequence(item: Item, special: Special) -> tuple[int, ...]:
    prompt = (special.previous, *item.prompt) if item.prompt else ()
    return (*prompt, *special.opening(item.language), *item.tokens, special.end)


def _length_for(tokens: int) -> int:
    return next(length for length in LENGTHS if length >= tokens)
