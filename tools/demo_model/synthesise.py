"""Spoken sentences by synthetic voices: training shards, and the held-out set of the tests.

``python -m demo_model.synthesise shard corpus/train0 --count 6000 --seed 200``
``python -m demo_model.synthesise held-out tests/data/heldout``
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demo_model.domain import Sentence, draw_sentence
from demo_model.export import SHIPPED_MODEL, load_assets
from demo_model.features import log_mel
from demo_model.voices import RATE, Voice, draw_voice, phonemes, speak

if TYPE_CHECKING:
    from numpy.typing import NDArray

PEAK = 0.7
SHORTEST_S, LONGEST_S = 0.2, 8.0


@dataclass(frozen=True)
class Spoken:
    """A sentence, how a voice was told to read it, and by which voice."""

    sentence: Sentence
    script: str
    voice: Voice

    def sound(self) -> NDArray[np.float32] | None:
        """16 kHz, the loudest sample at PEAK; None where the voice made it too short or long."""
        sound = speak(self.script, self.voice)
        if not SHORTEST_S <= len(sound) / RATE <= LONGEST_S:
            return None
        return sound * (PEAK / (np.abs(sound).max() + 1e-6))


def script(sentence: Sentence, rnd: random.Random) -> str:
    """The words with, one time in five, commas in between for pauses."""
    pausing = rnd.random() < 0.2
    last = len(sentence.words) - 1
    words = [
        word + "," if index < last and pausing and rnd.random() < 0.35 else word
        for index, word in enumerate(sentence.words)
    ]
    asks = sentence.is_question and rnd.random() < 0.7
    return " ".join(words) + ("?" if asks else "")


def draw_spoken(seed: int, *, held_out: bool) -> Iterator[Spoken]:
    """An endless stream of sentences and voices, the same for the same seed."""
    rnd = random.Random(seed)  # noqa: S311
    while True:
        sentence = draw_sentence(rnd)
        if sentence.fits:
            text = script(sentence, rnd)
            yield Spoken(sentence, text, draw_voice(rnd, held_out=held_out))


def write_shard(name: Path, *, count: int, seed: int, held_out: bool, assets: Path) -> None:
    """NAME.npy and NAME.json, as batches.py reads them."""
    bank = load_assets(assets).mel_bank
    mels: list[NDArray[np.float16]] = []
    entries: list[dict[str, str | int]] = []
    for spoken in draw_spoken(seed, held_out=held_out):
        if len(entries) == count:
            break
        sound = spoken.sound()
        if sound is None:
            continue
        mels.append(log_mel(sound, bank).astype(np.float16))
        entries.append(
            {
                "text": spoken.sentence.text,
                "phonemes": " ".join(phonemes(word) for word in spoken.sentence.words),
                "voice": spoken.voice.name,
                "frames": len(mels[-1]),
            }
        )
    name.parent.mkdir(parents=True, exist_ok=True)
    np.save(name.with_suffix(".npy"), np.concatenate(mels))
    name.with_suffix(".json").write_text(json.dumps(entries, ensure_ascii=False), "utf-8")
    hours = sum(len(mel) for mel in mels) / 360_000
    print(f"{name}: {count} utterances, {hours:.2f} hours")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="demo_model.synthesise", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shard = commands.add_parser("shard", help="training or validation data")
    shard.add_argument("name", type=Path)
    shard.add_argument("--count", type=int, default=6000)
    shard.add_argument("--seed", type=int, required=True)
    shard.add_argument("--held-out", action="store_true", help="voices never trained on")
    shard.add_argument("--assets", type=Path, default=SHIPPED_MODEL)
    tests = commands.add_parser("held-out", help="the recordings in tests/data/heldout")
    tests.add_argument("folder", type=Path)
    options = vars(parser.parse_args())
    if options.pop("command") == "shard":
        write_shard(**options)
    else:
        from demo_model.heldout import write_recordings

        write_recordings(options["folder"])


if __name__ == "__main__":
    main()
