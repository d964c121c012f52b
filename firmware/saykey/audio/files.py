"""Audio files of every format libsndfile knows, as 16 kHz mono pcm16, block by block."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from saykey.audio.convert import Converter
from saykey.errors import AudioError
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    import soundfile

STREAMED_SIZE = 0x7FFF_0000
"""A program that writes WAV into a pipe cannot know the size and writes one at least this large."""


def read_blocks(path: Path, *, seconds: float = 0.5) -> Iterator[bytes]:
    """Read a file as 16 kHz mono pcm16 in blocks of ``seconds``; only the last may be shorter.

    Memory stays bounded however long the file is. Raises AudioError, also after some blocks when
    the file turns out to be damaged further on. What is not a number is silence.
    """
    size = round(seconds * SAMPLE_RATE) * SAMPLE_BYTES
    if size <= 0:
        raise ValueError("a block holds at least one sample")
    pending = bytearray()
    with _opened(path) as sound:
        for pcm16 in _converted(sound, seconds):
            pending += pcm16
            while len(pending) >= size:
                yield bytes(pending[:size])
                del pending[:size]
    if pending:
        yield bytes(pending)


def read_pcm16(path: Path) -> bytes:
    """The whole file as 16 kHz mono pcm16 (32 kB per second). Raises AudioError."""
    return b"".join(read_blocks(path))


def duration_s(path: Path) -> float:
    """Length of the file in seconds; an estimate for MP3 without a Xing header.

    Raises AudioError.
    """
    with _opened(path) as sound:
        return float(sound.frames / sound.samplerate)


def _converted(sound: soundfile.SoundFile, seconds: float) -> Iterator[bytes]:
    import numpy as np

    converter = Converter(sound.samplerate)
    size = max(1, round(seconds * sound.samplerate))
    length = 0
    while True:
        samples = sound.read(size, dtype="float32", always_2d=True)
        length += len(samples)
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        yield converter.feed(samples, last=len(samples) < size)
        if len(samples) < size:
            break
    if length < sound.frames and sound.format != "MP3":  # whose frames may be an estimate
        raise _truncated(sound.name)


@contextmanager
def _opened(path: Path) -> Iterator[soundfile.SoundFile]:
    """The open file; libsndfile's complaints, now and while reading, become AudioError."""
    import soundfile

    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise AudioError(
            f"cannot read {path}: {error.strerror}; name a readable audio file"
        ) from error
    if empty:
        raise AudioError(f"{path} is empty: name a file that holds sound")
    try:
        with soundfile.SoundFile(path) as sound:
            _check(sound)
            # After each read soundfile seeks to where it is already, if it may: in MP3 that leaves
            # 40 ms of silence (soundfile 0.14, SoundFile._cdata_io; libsndfile 1.2.2).
            sound.seekable = lambda: False
            yield sound
    except soundfile.LibsndfileError as error:
        raise AudioError(
            f"{path} is not audio that can be read ({error.error_string.strip(' .')}): "
            "name a whole WAV, FLAC, Ogg or MP3 file"
        ) from error


def _check(sound: soundfile.SoundFile) -> None:
    """Refuse a file with no samples, or with fewer than its header says."""
    claimed = re.search(
        r"^ *(?:data|SSND|Data Size) +: (\d+) \(should be (\d+)\)", sound.extra_info, re.MULTILINE
    )
    if claimed and int(claimed[2]) < int(claimed[1]) < STREAMED_SIZE:
        raise _truncated(sound.name)
    if sound.frames == 0:
        raise AudioError(f"{sound.name} holds no sound: name a file that does")


def _truncated(name: str) -> AudioError:
    return AudioError(f"{name} ends before its header says: copy or record it again")
