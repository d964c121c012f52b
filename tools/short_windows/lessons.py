"""Prepares what the student learns from: recordings with the teacher's texts, noises, and tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from saykey.errors import UsageError
from short_windows import recordings
from short_windows.hearing import Listener, Pcm
from short_windows.recordings import Recording
from short_windows.variations import Clip, made_up_noise

_MADE_UP = 80
_MADE_UP_TESTS = 10
_MOST_TEXT = 150
"""Tokens. A longer text of at most 12 s is a loop."""

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Sources:
    """What the user named. See the help of the command line for each."""

    data: Sequence[Path]
    noise: Sequence[Path]
    test: Sequence[Path]
    texts: Path | None
    held_out: Path
    test_all: bool = False

    def training_files(self) -> list[Path]:
        """Recordings to learn from: those that are neither held out nor tested."""
        names = recordings.held_out_names(self.held_out)
        tested = {path.resolve() for path in self.test_files()}
        return [
            path
            for path in recordings.found(self.data)
            if not recordings.is_among(path, names) and path.resolve() not in tested
        ]

    def test_files(self) -> list[Path]:
        """Recordings to test with: those that are held out, or all."""
        names = recordings.held_out_names(self.held_out)
        files = recordings.found(self.test)
        chosen = [p for p in files if self.test_all or recordings.is_among(p, names)]
        if files and not chosen:
            raise UsageError(
                f"none of the {len(files)} recordings to test with is in {self.held_out.name}; "
                "add --test-all to test with all of them"
            )
        return chosen

    def tests(self, tell: Tell) -> list[Recording]:
        """The recordings to test with and their texts. Empty if the user named none."""
        texts = recordings.texts_in(self.texts) if self.texts else {}
        return recordings.read_tests(self.test_files(), texts, tell) if self.test else []

    def noises(self, tell: Tell, seed: int) -> list[Pcm]:
        """Sounds without speech to learn from: every other recording, and made up noises."""
        rng = np.random.default_rng(seed)
        files = recordings.found(self.noise)[::2]
        made_up = [made_up_noise(rng) for _ in range(_MADE_UP)]
        return recordings.read_pieces(files, tell) + made_up

    def other_noises(self, tell: Tell, seed: int) -> list[Pcm]:
        """Sounds without speech to test with, which `noises` does not contain."""
        rng = np.random.default_rng((seed, 1))
        files = recordings.found(self.noise)[1::2]
        made_up = [made_up_noise(rng) for _ in range(_MADE_UP_TESTS)]
        return recordings.read_pieces(files, tell) + made_up


def labelled(teacher: Listener, sounds: Sequence[Pcm]) -> Iterator[Clip]:
    """The sounds with what the teacher hears in its full window.

    A text that the teacher did not end by itself is a loop, and its sound is left out.
    """
    for begin in range(0, len(sounds), 512):
        some = sounds[begin : begin + 512]
        for pcm, heard in zip(some, teacher.hear(some, None), strict=True):
            if heard.ended and len(heard.tokens) <= _MOST_TEXT:
                yield Clip(pcm, heard.tokens, heard.language)
