"""The bundled model, and parts of the bundled recording that it hears without an error."""

from pathlib import Path

import saykey
from nothing_invented.voices import FOLDER
from saykey.audio.files import read_pcm16
from saykey.cli.demo import bundled

NAME = "tiny.en-short"
MODEL = Path(saykey.__file__).parent / "data" / "models" / f"{NAME}.bin"
RECORDING, REFERENCE = bundled()

DICTATION = FOLDER / "dictation" / "four-prompts.flac"
DICTATED = DICTATION.with_suffix(".txt").read_text().strip()
PHRASES = 4
"""Four short sentences with pauses, which the model hears without an error, and their number."""

BEGIN_S, END_S = 29.8, 33.4
TEXT = "He might even have been made amiable himself."
"""What is said between these seconds: the last of the five sentences."""


def speech(begin_s: float = BEGIN_S, end_s: float = END_S) -> bytes:
    """A part of the recording: 16 kHz mono pcm16. By default it says TEXT."""
    return read_pcm16(RECORDING)[2 * int(begin_s * 16_000) : 2 * int(end_s * 16_000)]
