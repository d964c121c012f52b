"""The held-out recordings: voices and sentences that training never met.

One FLAC file a voice, utterances one after another with 1 s of silence between, and a table
heldout.tsv: file, first sample, samples, origin ("drawn" or "written"), text.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

from demo_model.domain import Sentence, parse, probability
from demo_model.synthesise import Spoken, draw_spoken, script
from demo_model.voices import HELD_OUT, RATE, draw_voice

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 7002
DRAWN = 56
GAP = RATE
TRAINING_UTTERANCES = 51_000
UNSEEN = 0.01
"""A sentence counts as unseen where all of training is expected to hold it less often."""

WRITTEN = (
    "Yes.",
    "Thank you.",
    "Please send the report to my brother.",
    "The train is late again.",
    "Is the coffee hot?",
    "We want to play music tomorrow.",
    "I found your letter on the table.",
    "The doctor will see you at ten.",
    "Where is the new computer?",
    "She bought bread and coffee for dinner.",
    "My mother is in London today.",
    "Call the school on Tuesday morning.",
    "You must check the page again.",
    "The big dog will sleep in the garden.",
)
MAY_BE_KNOWN = {"Yes.", "Thank you."}
"""Sentences so common that training must have met their text, but not in these voices."""

TABLE = "heldout.tsv"
COLUMNS = ("file", "first_sample", "samples", "origin", "text")


@dataclass(frozen=True)
class HeldOut:
    """One utterance at 16 kHz, full scale 1.0."""

    text: str
    origin: str
    voice: str
    sound: NDArray[np.float32]


def is_unseen(sentence: Sentence) -> bool:
    """Whether training is expected to have met these words less than UNSEEN times."""
    return probability(sentence) * TRAINING_UTTERANCES < UNSEEN


def draw_held_out(seed: int = SEED) -> Iterator[tuple[str, Spoken]]:
    """The utterances in the order of the table: drawn ones, then the written ones."""
    stream = draw_spoken(seed, held_out=True)
    for _ in range(DRAWN):
        yield (
            "drawn",
            next(s for s in stream if is_unseen(s.sentence) and s.sound() is not None),
        )
    rnd = random.Random(seed)  # noqa: S311
    for text in WRITTEN:
        sentence = parse(text)
        yield "written", Spoken(sentence, script(sentence, rnd), draw_voice(rnd, held_out=True))


def write_recordings(folder: Path) -> None:
    """One FLAC file a voice, and the table."""
    folder.mkdir(parents=True, exist_ok=True)
    sounds: dict[str, list[NDArray[np.float32]]] = {name: [] for name in HELD_OUT}
    rows = []
    for origin, spoken in draw_held_out():
        sound = spoken.sound()
        if sound is None:
            raise ValueError(f"no sound for {spoken.sentence.text}")
        variant = spoken.voice.name.split("+")[1]
        first = sum(len(part) for part in sounds[variant])
        sounds[variant] += [sound, np.zeros(GAP, np.float32)]
        rows.append((f"{variant}.flac", first, len(sound), origin, spoken.sentence.text.strip()))
    for variant, parts in sounds.items():
        soundfile.write(folder / f"{variant}.flac", np.concatenate(parts), RATE, "PCM_16")
    with (folder / TABLE).open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter="\t", lineterminator="\n").writerows([COLUMNS, *rows])
    print(f"{folder}: {len(rows)} utterances by {len(sounds)} voices")


def read_recordings(folder: Path) -> list[HeldOut]:
    """The utterances of the table."""
    voices: dict[str, NDArray[np.float32]] = {}
    utterances = []
    with (folder / TABLE).open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name = row["file"]
            if name not in voices:
                voices[name] = soundfile.read(folder / name, dtype="float32")[0]
            first, samples = int(row["first_sample"]), int(row["samples"])
            sound = voices[name][first : first + samples]
            utterances.append(HeldOut(row["text"], row["origin"], Path(name).stem, sound))
    return utterances
