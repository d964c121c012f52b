"""Make the recordings of human voices anew: ``python tools/human_voices.py``.

It writes the demonstration's recording and tests/data/voices, from recordings in Debian's packages
pocketsphinx-testdata, asterisk-core-sounds-en and asterisk-core-sounds-en-g722. It needs ffmpeg.
"""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Sound = NDArray[np.float64]

ROOT = Path(__file__).parents[1]
DEMONSTRATION = ROOT / "firmware/saykey/data/recordings/dictation.flac"
VOICES = ROOT / "tests/data/voices"

RATE = 16_000

LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")
SENTENCES = {
    "0870": "And Mr. John Dashwood had then leisure to consider how much there might be prudently "
    "in his power to do for them.",
    "0880": "He was not an ill-disposed young man,",
    "0890": "unless to be rather cold hearted and rather selfish is to be ill-disposed.",
    "0920": "Had he married a more amiable woman, he might have been made still more respectable "
    "than he was.",
    "0930": "He might even have been made amiable himself.",
}
"""Recordings of one reader and what is said in them (Jane Austen, Sense and Sensibility, 1)."""

ASTERISK = Path("/usr/share/asterisk/sounds/en_US_f_Allison")
ASTERISK_TEXTS = Path("/usr/share/doc/asterisk-core-sounds-en/core-sounds-en.txt.gz")
HELD_OUT = (
    "agent-loginok", "all-circuits-busy-now", "at-tone-time-exactly", "conf-getconfno",
    "conf-muted", "conf-onlyone", "confbridge-begin-glorious-c", "confbridge-unlocked",
    "demo-thanks", "feature-not-avail-line", "one-moment-please", "please-try-again",
    "privacy-unident", "transfer", "tt-monkeysintro", "tt-weasels", "vm-nobox", "vm-nonumber",
    "vm-savefolder", "vm-unknown-caller",
)  # fmt: skip
"""Prompts that the training of the bundled model never heard."""
SHORT = (
    "auth-thankyou", "digits/4", "digits/8", "digits/at", "digits/day-1", "digits/oh",
    "digits/pound", "goodbye", "hello", "letters/a", "letters/e", "letters/o", "minute",
    "phonetic/n_p", "vm-no",
)  # fmt: skip
"""Prompts of one or two words, which the training heard."""

DICTATED = (
    "all-circuits-busy-now", "please-try-again", "feature-not-avail-line", "confbridge-unlocked",
)  # fmt: skip
DICTATED_PAUSE_S, STUDIO_DB = 1.3, -75
"""Four of the held-out prompts as one dictation, for tests. They were recorded in a studio."""

PAUSES_S = {"0870": 2.0, "0880": 1.2, "0890": 2.5, "0920": 1.6}
"""The pause to think after each sentence. The one after 0880 is inside a sentence."""

INSIDE, INSIDE_S, INSIDE_WITHIN_S = "0920", 1.4, (2.3, 2.7)
"""The recording that gets another pause inside, how long, and between which seconds of it."""

FADE_S = 0.06
ROOM_DB = -60
"""Level of the noise in the pauses, a little below the quietest parts of the recordings."""


@dataclass(frozen=True)
class Spoken:
    """A recording and what is said in it. ``sound``: 16 kHz mono, full scale 1.0."""

    name: str
    text: str
    sound: Sound


def librivox() -> list[Spoken]:
    """The sentences of pocketsphinx-testdata, in the order of the book."""
    return [
        Spoken(name, text, _read(LIBRIVOX / f"sense_and_sensibility_01_austen_64kb-{name}.wav"))
        for name, text in SENTENCES.items()
    ]


def asterisk(names: Iterable[str] | None = None) -> list[Spoken]:
    """These prompts of asterisk-core-sounds-en, or all of them that say words."""
    texts = asterisk_texts()
    return [
        Spoken(name, texts[name], decoded_g722(ASTERISK / f"{name}.g722"))
        for name in (texts if names is None else names)
    ]


def asterisk_texts() -> dict[str, str]:
    """What is said in each prompt whose file exists; tones, written in brackets, are left out."""
    lines = gzip.decompress(ASTERISK_TEXTS.read_bytes()).decode("latin-1").splitlines()
    pairs = (line.split(": ", 1) for line in lines if not line.startswith(";") and ": " in line)
    return {
        name: text.strip()
        for name, text in pairs
        if not text.startswith(("[", "<", "(")) and (ASTERISK / f"{name}.g722").exists()
    }


def decoded_g722(path: Path) -> Sound:
    """The sound of a G.722 file, which has no header."""
    command = ["ffmpeg", "-loglevel", "error", "-f", "g722", "-i", path, "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<i2") / 32768


def dictation(sentences: Iterable[Spoken]) -> Sound:
    """The sentences in a row, with pauses to think between them and inside one of them."""
    rng = np.random.default_rng(0)
    parts: list[Sound] = []
    for sentence in sentences:
        sound = _faded(sentence.sound)
        if sentence.name == INSIDE:
            at = quietest(sentence.sound, *INSIDE_WITHIN_S)
            parts += [_faded(sentence.sound[:at]), room(INSIDE_S, rng)]
            sound = _faded(sentence.sound[at:])
        parts += [sound, room(PAUSES_S.get(sentence.name, 0.5), rng)]
    return np.concatenate(parts)


def short_dictation(prompts: Iterable[Spoken]) -> Spoken:
    """These prompts as one dictation, with a pause after each."""
    rng = np.random.default_rng(0)
    texts, parts = [], []
    for prompt in prompts:
        texts.append(prompt.text)
        parts += [_faded(prompt.sound), room(DICTATED_PAUSE_S, rng, STUDIO_DB)]
    return Spoken("four-prompts", " ".join(texts), np.concatenate(parts))


def quietest(sound: Sound, begin_s: float, end_s: float) -> int:
    """The sample in the middle of the quietest 0.1 s between these seconds of a sound."""
    width = RATE // 10
    power = np.convolve(sound**2, np.ones(width) / width, "same")
    begin = round(begin_s * RATE)
    return begin + int(np.argmin(power[begin : round(end_s * RATE)]))


def room(seconds: float, rng: np.random.Generator, level_db: float = ROOM_DB) -> Sound:
    """The noise of a quiet room: falling by 3 dB an octave above 100 Hz, faded at both ends."""
    samples = round(seconds * RATE)
    hertz = np.fft.rfftfreq(samples, 1 / RATE)
    spectrum = np.fft.rfft(rng.normal(0, 1, samples)) / np.sqrt(np.maximum(hertz, 100))
    noise = np.fft.irfft(spectrum, samples)
    return _faded(noise * 10 ** (level_db / 20) / np.sqrt(np.mean(noise**2)))


def _faded(sound: Sound) -> Sound:
    ramp = np.linspace(0, 1, round(FADE_S * RATE))
    faded = sound.copy()
    faded[: len(ramp)] *= ramp
    faded[-len(ramp) :] *= ramp[::-1]
    return faded


def _read(path: Path) -> Sound:
    sound, rate = soundfile.read(path)
    assert rate == RATE
    return sound


def main() -> None:
    """Write all recordings."""
    sentences = librivox()
    soundfile.write(DEMONSTRATION, dictation(sentences), RATE, "PCM_16")
    text = " ".join(sentence.text for sentence in sentences)
    DEMONSTRATION.with_suffix(".txt").write_text(text + "\n")
    for folder, spoken in (
        ("held-out", asterisk(HELD_OUT)),
        ("short", asterisk(SHORT)),
        ("librivox", sentences),
        ("dictation", [short_dictation(asterisk(DICTATED))]),
    ):
        (VOICES / folder).mkdir(parents=True, exist_ok=True)
        for one in spoken:
            path = VOICES / folder / f"{one.name.replace('/', '_')}.flac"
            soundfile.write(path, one.sound, RATE, "PCM_16")
            path.with_suffix(".txt").write_text(one.text + "\n")


if __name__ == "__main__":
    main()
