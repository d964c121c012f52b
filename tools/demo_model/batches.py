"""Training batches from synthesised shards (numpy only).

A shard is NAME.npy, the spectra of all utterances one after another [frames, 80] in float16, and
NAME.json, a list of {"text", "phonemes", "voice", "frames"}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from demo_model import bpe
from demo_model.augment import Augmenter, plain
from demo_model.features import BANDS, Mel, blank

if TYPE_CHECKING:
    from numpy.typing import NDArray

IGNORED = -1
CONTEXT = 1500
"""Audio positions of 30 s, 20 ms each."""

_MARGIN = 60


@dataclass(frozen=True)
class Utterance:
    """Spectrum, and rows of the token embedding and of the phoneme head."""

    mel: NDArray[np.float16]
    tokens: list[int]
    phonemes: list[int]


@dataclass(frozen=True)
class Batch:
    """What `network.Whisper` takes, and what it should answer. Targets of IGNORED do not count."""

    mel: NDArray[np.float32]
    positions: NDArray[np.int64]
    key_bias: NDArray[np.float32]
    tokens: NDArray[np.int64]
    targets: NDArray[np.int64]
    phonemes: NDArray[np.int64]
    phoneme_counts: NDArray[np.int64]
    lengths: NDArray[np.int64]


def load_utterances(
    shards: Sequence[Path], tokenizer: bpe.Tokenizer, rows: Mapping[int, int], phonemes: str
) -> list[Utterance]:
    """All utterances of these NAME.json shards; spectra stay on disk until used."""
    symbols = {symbol: index + 1 for index, symbol in enumerate(phonemes)}
    utterances = []
    for shard in shards:
        mels = np.load(shard.with_suffix(".npy"), mmap_mode="r")
        start = 0
        for entry in json.loads(shard.read_text("utf-8")):
            end = start + entry["frames"]
            tokens = [rows[token] for token in tokenizer.encode(entry["text"])]
            spelled = [symbols[symbol] for symbol in entry["phonemes"] if symbol in symbols]
            utterances.append(Utterance(mels[start:end], tokens, spelled))
            start = end
    return utterances


@dataclass
class _Example:
    mel: Mel
    silence: float
    tokens: list[int] | None  # None: no speech
    phonemes: list[int]
    end: float


class Batcher:
    """Endless batches in random order, utterances of like length together."""

    def __init__(
        self,
        utterances: Sequence[Utterance],
        rows: Mapping[int, int],
        augmenter: Augmenter,
        rng: np.random.Generator,
        *,
        frames: int = 5000,
    ) -> None:
        self._utterances = utterances
        self._rows = rows
        self._augmenter = augmenter
        self._rng = rng
        self._frames = frames
        self._lengths = np.array([len(utterance.mel) for utterance in utterances])
        self._queue: list[list[int]] = []

    def __len__(self) -> int:
        return len(self._utterances)

    def next(self, longest: int | None = None) -> Batch:
        """The next batch; new rounds draw from utterances of up to ``longest`` frames."""
        if not self._queue:
            fits = self._lengths < (longest or math.inf)
            self._fill(self._rng.permutation(np.flatnonzero(fits))[: 4000 if longest else None])
        return self.batch(self._queue.pop())

    def _fill(self, order: NDArray[np.int64]) -> None:
        for start in range(0, len(order), 4000):
            chunk = order[start : start + 4000]
            batches: list[list[int]] = [[]]
            for index in chunk[np.argsort(self._lengths[chunk], kind="stable")]:
                if (len(batches[-1]) + 1) * (self._lengths[index] + _MARGIN) > self._frames:
                    batches.append([])
                batches[-1].append(int(index))
            kept = [batch for batch in batches if batch]
            self._queue += [kept[i] for i in self._rng.permutation(len(kept))]

    def batch(self, indices: Sequence[int], *, varied: bool = True) -> Batch:
        """These utterances, varied and mixed with noise, or exactly as they are."""
        examples = self._varied(indices) if varied else [self._plain(i) for i in indices]
        longest = max(len(example.mel) for example in examples)
        positions, key_bias = self._audio_positions((longest + 1) // 2 + self._draw(4, 9))
        mel = np.empty((len(examples), 2 * (len(positions) + 1), BANDS), np.float32)
        for row, example in zip(mel, examples, strict=True):
            row[:] = example.silence
            row[: len(example.mel)] = example.mel
        tokens, targets = _padded([self._sequence(e, varied=varied) for e in examples])
        return Batch(
            mel=np.ascontiguousarray(mel.transpose(0, 2, 1)),
            positions=positions,
            key_bias=key_bias,
            tokens=tokens,
            targets=targets,
            phonemes=np.array([p for e in examples for p in e.phonemes], np.int64),
            phoneme_counts=np.array([len(e.phonemes) for e in examples]),
            lengths=np.array([min((len(e.mel) + 1) // 2 + 2, len(positions)) for e in examples]),
        )

    def _draw(self, low: int, high: int) -> int:
        return int(self._rng.integers(low, high))

    def _plain(self, index: int) -> _Example:
        utterance = self._utterances[index]
        mel, silence, end = plain(np.asarray(utterance.mel, np.float32))
        return _Example(mel, silence, utterance.tokens, utterance.phonemes, end)

    def _varied(self, indices: Sequence[int]) -> list[_Example]:
        """12 % no speech; now and then pairs with a pause between, which pauses should prevent."""
        seconds: list[int] = []
        if len(indices) > 3 and self._rng.random() < 0.12 and self._lengths[indices].max() < 420:
            half = len(indices) // 2
            indices, seconds = indices[:half], list(indices[half:])
        examples = []
        for index in indices:
            if self._rng.random() < 0.12:
                mel, silence = self._augmenter.no_speech()
                examples.append(_Example(mel, silence, None, [], 0.0))
                continue
            utterance = self._utterances[index]
            if seconds:
                utterance = self._joined(utterance, self._utterances[seconds.pop()])
            mel, silence, end = self._augmenter.speech(np.asarray(utterance.mel, np.float32))
            examples.append(_Example(mel, silence, utterance.tokens, utterance.phonemes, end))
        return examples

    def _joined(self, first: Utterance, second: Utterance) -> Utterance:
        louder = second.mel + np.float16(self._rng.uniform(-0.4, 0.4))
        mel = np.concatenate([first.mel, blank(self._draw(10, 160)), louder]).astype(np.float16)
        return Utterance(mel, first.tokens + second.tokens, first.phonemes + second.phonemes)

    def _audio_positions(self, near: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """All near positions and a few far ones that stand for the rest of a random context."""
        rng = self._rng
        mode, whole = rng.random(), CONTEXT
        if mode < 0.6:
            context = whole
        elif mode < 0.8:
            context = near
        elif rng.random() < 0.6:
            context = self._draw(near, whole + 1)
        else:
            context = min(whole, -(-near // 256) * 256)
        far = self._draw(5, 10)
        positions, bias = np.arange(near), np.zeros(near)
        if context > near + far:
            samples = np.sort(rng.choice(np.arange(near, context), far, replace=False))
            positions = np.concatenate([positions, samples])
            bias = np.concatenate([bias, np.full(far, math.log((context - near) / far))])
        empty = -context % 256 if rng.random() < 0.65 else 0
        bias = np.append(bias, math.log(empty) if empty else -30.0)
        return positions, bias.astype(np.float32)

    def _sequence(self, example: _Example, *, varied: bool) -> tuple[list[int], list[int]]:
        """Decoder input, and the token to say after each; 40 % with times, 8 % with a prompt."""
        rng, rows = self._rng, self._rows
        timed = rng.random() < 0.4
        prefix = [rows[bpe.START_OF_TRANSCRIPT]]
        if not timed:
            prefix.append(rows[bpe.NO_TIMESTAMPS])
        if varied and rng.random() < 0.08:
            prompt = self._utterances[self._draw(0, len(self._utterances))].tokens
            prefix = [rows[bpe.START_OF_PREVIOUS], *prompt, *prefix]
        end_of_text = rows[bpe.END_OF_TEXT]
        start = rows[bpe.timestamp(0.0) if timed else bpe.LINE_FEED]
        silent = [IGNORED] * (len(prefix) - 1)
        if example.tokens is None:  # suppress_blank bans END_OF_TEXT as the first token
            first = rows[bpe.NO_SPEECH] if rng.random() < 0.7 else start
            return [*prefix, start], [*silent, first, end_of_text]
        said = example.tokens
        if timed:
            said = [start, *said, rows[bpe.timestamp(example.end)]]
        return [*prefix, *said], [*silent, *said, end_of_text]


def _padded(sequences: Sequence[tuple[list[int], list[int]]]) -> tuple[Any, Any]:
    longest = max(len(tokens) for tokens, _ in sequences)
    tokens = np.zeros((len(sequences), longest), np.int64)
    targets = np.full((len(sequences), longest), IGNORED, np.int64)
    for index, (said, wanted) in enumerate(sequences):
        tokens[index, : len(said)] = said
        targets[index, : len(wanted)] = wanted
    return tokens, targets
