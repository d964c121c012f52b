"""How well a model file hears: ``python -m demo_model.evaluate MODEL.bin --windows 256 512 1500``.

Runs the real whisper.cpp through Saykey's own recognizer classes, on the recordings of the tests or
on freshly synthesised utterances of voices that were never trained on.
"""

from __future__ import annotations

import argparse
import re
import time
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from demo_model.export import SHIPPED_MODEL
from demo_model.heldout import HeldOut, is_unseen, read_recordings
from demo_model.synthesise import draw_spoken
from saykey.measure.padding import word_errors

if TYPE_CHECKING:
    from numpy.typing import NDArray

RECORDINGS = Path(__file__).parents[2] / "tests/data/heldout"
AUTOMATIC = 0
"""The window the device would give the utterance."""


@dataclass(frozen=True)
class Score:
    """Word errors (substituted, missing and added words) and utterances right to the letter."""

    utterances: int
    exact: int
    words: int
    errors: int

    @property
    def word_error_rate(self) -> float:
        """Errors per word spoken."""
        return self.errors / self.words

    @property
    def exact_share(self) -> float:
        """Share of utterances with every letter, capital and mark right."""
        return self.exact / self.utterances


def score(pairs: Iterable[tuple[str, str]]) -> Score:
    """Compare (said, heard) texts; case and punctuation count for exactness only."""
    utterances = exact = words = errors = 0
    for said, heard in pairs:
        spoken = _words(said)
        utterances += 1
        exact += said.strip() == heard.strip()
        words += len(spoken)
        errors += word_errors(spoken, _words(heard))
    return Score(utterances, exact, words, errors)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def with_noise(
    sound: NDArray[np.float32], snr_db: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """The sound with white noise so many dB below its mean power."""
    level = np.sqrt(np.mean(sound**2)) * 10 ** (-snr_db / 20)
    return (sound + rng.normal(0, level, len(sound))).astype(np.float32)


def fresh_utterances(count: int, seed: int) -> list[HeldOut]:
    """Utterances by held-out voices; the origin marks sentences that training cannot have met."""
    found: list[HeldOut] = []
    for spoken in draw_spoken(seed, held_out=True):
        if len(found) == count:
            break
        sound = spoken.sound()
        if sound is not None:
            origin = "unseen" if is_unseen(spoken.sentence) else "may be seen"
            text = spoken.sentence.text.strip()
            found.append(HeldOut(text, origin, spoken.voice.name, sound))
    return found


class Listener:
    """A model in this process, on one thread."""

    def __init__(self, model: Path) -> None:
        from saykey.models.store.load import read_image
        from saykey.recognizer.whisper.engine import Whisper

        self._whisper = Whisper(read_image(model), threads=1, exact_windows=True)

    def hear(self, sound: NDArray[np.float32], window: int = AUTOMATIC) -> str:
        """The text of a sound at 16 kHz, heard with this many encoder rows of 20 ms."""
        from saykey.models.store.card import PADDING_ROWS
        from saykey.recognizer.whisper.decoding import Decoding
        from saykey.recognizer.whisper.window import most_tokens, window_rows

        decoding = Decoding(
            language="en",
            prompt="",
            window=window or window_rows(len(sound), PADDING_ROWS),
            most_tokens=most_tokens(len(sound)),
        )
        samples = array("f", sound.astype(np.float32).tobytes())
        return self._whisper.transcribe(samples, decoding, lambda: False).text


def evaluate(
    listener: Listener, utterances: Sequence[HeldOut], window: int, snr_db: float | None
) -> list[tuple[HeldOut, str]]:
    """What the model hears of each utterance."""
    rng = np.random.default_rng(0)
    sounds = (u.sound if snr_db is None else with_noise(u.sound, snr_db, rng) for u in utterances)
    return [(u, listener.hear(s, window)) for u, s in zip(utterances, sounds, strict=True)]


def report(heard: Sequence[tuple[HeldOut, str]], label: str, cpu_s: float) -> None:
    """One line for all, one for each origin."""
    groups = {"all": list(heard)}
    for utterance, text in heard:
        groups.setdefault(utterance.origin, []).append((utterance, text))
    for name, members in groups.items():
        result = score((utterance.text, text) for utterance, text in members)
        print(
            f"{label}, {name}: word errors {result.word_error_rate:.1%} "
            f"({result.errors} of {result.words}), exact {result.exact_share:.0%} "
            f"of {result.utterances}"
        )
    print(f"{label}: {1000 * cpu_s / len(heard):.0f} ms CPU an utterance")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="demo_model.evaluate", description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", default=SHIPPED_MODEL)
    parser.add_argument("--windows", type=int, nargs="+", default=[AUTOMATIC], help="0: automatic")
    parser.add_argument("--recordings", type=Path, default=RECORDINGS)
    parser.add_argument("--fresh", type=int, help="synthesise so many utterances instead")
    parser.add_argument("--seed", type=int, default=7001, help="of fresh utterances")
    parser.add_argument("--snr-db", type=float, help="add white noise")
    parser.add_argument("--show", action="store_true", help="print what was heard wrongly")
    options = parser.parse_args()
    if options.fresh:
        utterances = fresh_utterances(options.fresh, options.seed)
    else:
        utterances = read_recordings(options.recordings)
    listener = Listener(options.model)
    for window in options.windows:
        started = time.process_time()
        heard = evaluate(listener, utterances, window, options.snr_db)
        report(heard, f"window {window or 'automatic'}", time.process_time() - started)
        for utterance, text in heard:
            if options.show and utterance.text != text:
                print(f"  said {utterance.text!r}, heard {text!r} ({utterance.voice})")


if __name__ == "__main__":
    main()
