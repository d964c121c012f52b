"""Finds recordings in folders and reads them as 16 kHz mono, with their texts where there are any.

A text is NAME.txt beside the recording, or a line `NAME: text` of a list, as in Debian's
asterisk-core-sounds-en. Training needs no texts: it takes what the teacher hears.
"""

from __future__ import annotations

import gzip
import json
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from saykey.audio import ffmpeg
from saykey.audio.files import read_pcm16
from saykey.errors import AudioError, UsageError

Pcm = NDArray[np.int16]

SECOND = 16_000
SHORTEST = SECOND // 4
LONGEST_PIECE = 12 * SECOND
"""Longer recordings are cut at quiet places."""

LONGEST_TEST = 30 * SECOND
"""A recording to test with is heard whole, in Whisper's window of 30 s."""

_SILENT = 104
"""Peak of -50 dBFS. What is weaker is no speech, and would teach what a teacher makes up."""

_SOUNDS = {".flac", ".g722", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".wav", ".webm"}
HELD_OUT = Path(__file__).with_name("held_out_prompts.json")
"""The 60 recordings of asterisk-core-sounds-en that the bundled model has never heard."""


@dataclass(frozen=True)
class Recording:
    """A recording to test with, and what is said in it."""

    name: str
    pcm: Pcm
    text: str


def found(folders: Iterable[Path]) -> list[Path]:
    """All recordings in these folders and below, sorted. Raises UsageError if there are none."""
    paths = []
    for folder in folders:
        if not folder.is_dir():
            raise UsageError(f"{folder} is no folder; name a folder of recordings")
        inside = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SOUNDS and p.is_file())
        if not inside:
            raise UsageError(
                f"{folder} holds no recordings; name a folder with {', '.join(sorted(_SOUNDS))}"
            )
        paths += inside
    return paths


def held_out_names(path: Path = HELD_OUT) -> frozenset[str]:
    """The names in a JSON list. Raises UsageError."""
    try:
        names = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no JSON list of names of recordings") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"{path} is no JSON list of names of recordings")
    return frozenset(names)


def is_among(path: Path, names: frozenset[str], joint: str = "_") -> bool:
    """Whether a recording is named in a list: by its name, or by folder, ``joint`` and name."""
    return any(name in names for name in _names(path, joint))


def _names(path: Path, joint: str) -> Iterator[str]:
    """Its name, then that with the folder before it, and so on."""
    parts = path.with_suffix("").parts
    for begin in range(len(parts) - 1, -1, -1):
        yield joint.join(parts[begin:])


def texts_in(path: Path) -> dict[str, str]:
    """The texts of a list of lines `NAME: text`, plain or .gz. Raises UsageError.

    A line that begins with ";" is a comment.
    """
    try:
        data = path.read_bytes()
        lines = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no list of texts in UTF-8") from error
    pairs = (line.split(":", 1) for line in lines.splitlines() if not line.startswith(";"))
    return {pair[0].strip(): pair[1].strip() for pair in pairs if len(pair) == 2}


def text_for(path: Path, texts: dict[str, str]) -> str | None:
    """What is said in a recording, None where nobody says. Raises UsageError."""
    beside = path.with_suffix(".txt")
    if beside.is_file():
        try:
            return beside.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{beside} is no text in UTF-8") from error
    return next((texts[name] for name in _names(path, "/") if name in texts), None)


def read(path: Path) -> Pcm:
    """A recording as 16 kHz mono. Raises AudioError."""
    if path.suffix.lower() == ".g722":
        return _read_g722(path)
    return np.frombuffer(read_pcm16(path), np.int16)


def _read_g722(path: Path) -> Pcm:
    """G.722 has no header by which a reader could know it, so ffmpeg needs to be told."""
    program = ffmpeg.program()
    if program is None:
        raise AudioError(f"{path} needs ffmpeg, which reads G.722; install it")
    command = [program, "-nostdin", "-v", "error", "-f", "g722", "-i", f"file:{path}"]
    command += ["-ar", str(SECOND), "-f", "s16le", "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        reason = done.stderr.decode("utf-8", "replace").splitlines()
        raise AudioError(f"{path} cannot be read ({reason[0] if reason else 'no sound'})")
    return np.frombuffer(done.stdout, np.int16)


def read_pieces(paths: Iterable[Path], left_out: Callable[[str], None]) -> list[Pcm]:
    """The recordings in pieces of at most 12 s. ``left_out`` is called with a line for each fault.

    Pieces that are silent or shorter than a quarter of a second are left out without a line.
    """
    pieces = []
    for path in paths:
        try:
            pieces += pieces_of(read(path))
        except AudioError as error:
            left_out(str(error))
    return pieces


def pieces_of(pcm: Pcm) -> Iterator[Pcm]:
    """Cut a recording into pieces of at most 12 s, at the quietest place behind the first 4 s."""
    while len(pcm) >= SHORTEST:
        end = _quietest(pcm) if len(pcm) > LONGEST_PIECE else len(pcm)
        if np.abs(pcm[:end].astype(np.int32)).max() >= _SILENT:
            yield pcm[:end]
        pcm = pcm[end:]


def _quietest(pcm: Pcm) -> int:
    step = SECOND // 10
    blocks = pcm[LONGEST_PIECE // 3 : LONGEST_PIECE].reshape(-1, step).astype(np.float64)
    return LONGEST_PIECE // 3 + step * int((blocks**2).mean(1).argmin()) + step // 2


def read_tests(
    paths: Iterable[Path], texts: dict[str, str], left_out: Callable[[str], None]
) -> list[Recording]:
    """The recordings that have a text, to test with. ``left_out`` is as in `read_pieces`.

    Raises UsageError if none is left.
    """
    tests = []
    for path in paths:
        text = text_for(path, texts)
        if text is None:
            left_out(f"{path} has no text; put it into {path.with_suffix('.txt').name} beside it")
            continue
        try:
            pcm = read(path)
        except AudioError as error:
            left_out(str(error))
            continue
        if len(pcm) > LONGEST_TEST:
            left_out(f"{path} is longer than 30 s")
        else:
            tests.append(Recording(path.stem, pcm, text))
    if not tests:
        raise UsageError("there is no recording with a text to test with; name one with --test")
    return tests
