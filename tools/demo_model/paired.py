"""Short windows compared with the full one on fresh held-out speech, as on the device.

``python -m demo_model.paired --words 20000``: voices and sentences that training never met. Each
utterance goes through the real worker twice, with gate, guards and second tries: once with the
short windows of the model's card, once without a card, so always with the full 30 s. A line after
every 50 utterances shows the result so far. It holds for this model only; `saykey model bench MODEL
--recordings FOLDER` measures others.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demo_model.heldout import is_unseen
from demo_model.synthesise import draw_spoken
from demo_model.voices import RATE
from saykey.clock import MonotonicClock
from saykey.flow import PhraseId, Verdict
from saykey.measure.padding import difference, word_errors
from saykey.models.store.store import find
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.recognizer.whisper.guards import words
from saykey.settings.schema import RecognizerSettings

if TYPE_CHECKING:
    from numpy.typing import NDArray

SEED = 7005
BEFORE_S, AFTER_S = 0.3, 0.2
"""The sound that the device keeps before and after a phrase: pre-roll and post-roll."""

EACH = 50


@dataclass(frozen=True)
class Pair:
    """Word errors of one utterance of so many words, heard both ways."""

    spoken: int
    full: int
    short: int


@dataclass(frozen=True)
class Standing:
    """The totals of the pairs so far. ``more``: least, measured, most (padding.difference)."""

    words: int
    full_errors: int
    short_errors: int
    more: tuple[float, float, float]

    def __str__(self) -> str:
        least, measured, most = self.more
        return (
            f"{self.words} words, wrong with the full window {self.full_errors} "
            f"({self.full_errors / self.words:.2%}), with short ones {self.short_errors} "
            f"({self.short_errors / self.words:.2%}): {measured:+.3%}, "
            f"95 % interval {least:+.3%} to {most:+.3%}"
        )


def standing(pairs: list[Pair]) -> Standing:
    """Add them up."""
    full, short = [p.full for p in pairs], [p.short for p in pairs]
    spoken = [p.spoken for p in pairs]
    return Standing(sum(spoken), sum(full), sum(short), difference(full, short, spoken))


def utterances(seed: int = SEED) -> Iterator[tuple[str, bytes]]:
    """Text and 16 kHz pcm16 of one utterance after another, without end."""
    before, after = np.zeros(round(BEFORE_S * RATE)), np.zeros(round(AFTER_S * RATE))
    for spoken in draw_spoken(seed, held_out=True):
        if is_unseen(spoken.sentence) and (sound := spoken.sound()) is not None:
            yield spoken.sentence.text, _pcm16(np.concatenate([before, sound, after]))


def _pcm16(sound: NDArray[np.float64]) -> bytes:
    return (sound * 32767).astype("<i2").tobytes()


async def pairs(most_words: int, seed: int = SEED) -> AsyncIterator[Pair]:
    """Hear utterances both ways until that many words were said."""
    clock, settings = MonotonicClock(), RecognizerSettings()
    short, full = WorkerRecognizer(settings, clock), WorkerRecognizer(settings, clock)
    with tempfile.TemporaryDirectory() as folder:
        alone = Path(folder) / "without-card.bin"
        alone.write_bytes(find(settings.model).read_bytes())
        try:
            await asyncio.gather(short.load(settings.model), full.load(str(alone)))
            said = 0
            for text, pcm16 in utterances(seed):
                spoken = words(text)
                said += len(spoken)
                heard = await asyncio.gather(_heard(short, pcm16), _heard(full, pcm16))
                wrong = [word_errors(spoken, words(each)) for each in heard]
                yield Pair(len(spoken), full=wrong[1], short=wrong[0])
                if said >= most_words:
                    return
        finally:
            await asyncio.gather(short.close(), full.close())


async def _heard(recognizer: WorkerRecognizer, pcm16: bytes) -> str:
    session = recognizer.begin(SessionParameters("en"))
    session.feed(pcm16)
    transcript = await session.finish(PhraseId(1, 1), 1)
    return "" if transcript.verdict is Verdict.EMPTY else transcript.text


async def _main(most_words: int, seed: int) -> None:
    found: list[Pair] = []
    async for pair in pairs(most_words, seed):
        found.append(pair)
        if len(found) % EACH == 0:
            print(standing(found), flush=True)
    print(standing(found))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="demo_model.paired", description=__doc__)
    parser.add_argument("--words", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    asyncio.run(_main(options.words, options.seed))


if __name__ == "__main__":
    main()
