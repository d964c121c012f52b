"""Recordings of people with what they say: tests/data/voices, described in its README."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import soundfile

from saykey.measure.padding import word_errors
from saykey.recognizer.whisper.guards import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDER = Path(__file__).parents[1] / "data/voices"


@dataclass(frozen=True, slots=True)
class Voice:
    """A recording. ``sound``: 16 kHz mono, full scale 1.0."""

    name: str
    text: str
    sound: NDArray[np.float64]


def voices(part: str) -> list[Voice]:
    """The recordings of a folder: "held-out", "librivox" (both never trained on) or "short"."""
    paths = sorted((FOLDER / part).glob("*.flac"))
    return [Voice(p.stem, p.with_suffix(".txt").read_text().strip(), _sound(p)) for p in paths]


def _sound(path: Path) -> NDArray[np.float64]:
    sound, _ = soundfile.read(path)
    return sound


def word_error_rate(pairs: Iterable[tuple[str, str]]) -> float:
    """Wrong, missing and additional words of what was heard, as a share of the words said.

    Case and punctuation do not count. ``pairs``: what was said, what was heard.
    """
    counted = [(words(said), words(heard)) for said, heard in pairs]
    errors = sum(word_errors(said, heard) for said, heard in counted)
    return errors / sum(len(said) for said, _ in counted)
