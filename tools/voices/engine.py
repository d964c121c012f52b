"""Hears sounds with the engine in this process, where a score is needed that no port reports."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np

from nothing_invented.device import pcm16 as pcm16_of
from nothing_invented.device import phrases
from nothing_invented.sounds import non_speech
from saykey.errors import AudioError
from saykey.flow import SAMPLE_RATE
from saykey.models.store.load import checked_model
from saykey.models.store.store import find
from saykey.recognizer.whisper.decoding import Decoding, Heard
from saykey.recognizer.whisper.engine import Whisper, floats
from saykey.recognizer.whisper.gate import Gate
from saykey.recognizer.whisper.loudness import normalised
from saykey.recognizer.whisper.window import LONGEST_SAMPLES, most_tokens, window_rows
from voices import material, mixing

_SEEDS = range(1, 4)
_MADE_S = 12.0
_FLOOR = 15.0
"""RMS of the noise of the room in units of pcm16."""


class Piece(msgspec.Struct, frozen=True):
    """A phrase that the cutter made of a sound, and what gate and model heard in it.

    ``seconds`` is its length. ``whole``: it is the only phrase of its sound.
    """

    kind: str
    name: str
    said: str
    seconds: float
    gate: float
    no_speech: float
    probability: float
    text: str
    whole: bool

    @property
    def looked_at(self) -> bool:
        """Whether it is of the half on which limits are set."""
        return material.looked_at(self.name)


class Model:
    """A model and the gate. The no-speech probability is computed for every phrase."""

    def __init__(self, name: str) -> None:
        loaded = checked_model(find(name))
        self.padding = loaded.card.padding
        self._whisper = Whisper(
            loaded.image, 1, exact_windows=self.padding is not None, knows_silence=True
        )
        self._gate = Gate()

    def close(self) -> None:
        """Free both."""
        self._whisper.close()
        self._gate.close()

    def gated(self, sound: array[float]) -> tuple[float, array[float]]:
        """The gate's score of a phrase, and the part that is worth recognising."""
        self._gate.begin()
        self._gate.hear(sound)
        return self._gate.score, sound[self._gate.span]

    def hear(self, sound: array[float]) -> Heard:
        """Recognise samples once, alone and without a prompt."""
        rows = window_rows(len(sound), self.padding)
        decoding = Decoding("en", "", rows, most_tokens(len(sound)))
        return self._whisper.transcribe(sound, decoding, lambda: False)


@contextmanager
def loaded(name: str) -> Iterator[Model]:
    """The model of this name, loaded for the block. Raises ModelError."""
    model = Model(name)
    try:
        yield model
    finally:
        model.close()


def sounds() -> Iterator[tuple[material.Sound, bytes]]:
    """All speech and noise, each in the noise of a room; made noise is as it is."""
    for sound in (*material.speech(), *material.noise()):
        try:
            found = mixing.samples(material.pcm16(sound))
        except AudioError as error:
            print(f"left out: {error}", flush=True)
            continue
        rng = np.random.default_rng(len(found))
        yield sound, mixing.in_room(found, rng, level=_FLOOR)
    for seed in _SEEDS:
        for name, made in non_speech(_MADE_S, seed):
            sound = material.Sound(material.MADE, f"{name}, seed {seed}", Path())
            yield sound, pcm16_of(made)


def pieces(model: str, cache: Path) -> list[Piece]:
    """What the model hears in all sounds. Kept in a file of the folder ``cache``."""
    file = cache / f"pieces-{model.replace('/', '_')}.json"
    if file.is_file():
        return msgspec.json.decode(file.read_bytes(), type=list[Piece])
    with loaded(model) as engine:
        found = [piece for sound, pcm16 in sounds() for piece in heard(engine, sound, pcm16)]
    cache.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(found))
    return found


def heard(model: Model, sound: material.Sound, pcm16: bytes) -> Iterable[Piece]:
    """The phrases of a sound as the cutter, the gate and the model hear them."""
    cut = phrases(mixing.samples(pcm16) / 32767)
    for phrase in cut:
        score, samples = model.gated(normalised(floats(phrase.pcm)))
        if not samples or len(samples) > LONGEST_SAMPLES:
            yield _piece(sound, score, len(phrase.pcm) / 2 / SAMPLE_RATE, None, whole=len(cut) == 1)
            continue
        found = model.hear(samples)
        yield _piece(sound, score, len(samples) / SAMPLE_RATE, found, whole=len(cut) == 1)


def _piece(
    sound: material.Sound, gate: float, seconds: float, found: Heard | None, *, whole: bool
) -> Piece:
    return Piece(
        kind=sound.kind,
        name=sound.name,
        said=sound.said,
        seconds=seconds,
        gate=gate,
        no_speech=1.0 if found is None else found.no_speech,
        probability=0.0 if found is None else found.probability,
        text="" if found is None else found.text,
        whole=whole,
    )
