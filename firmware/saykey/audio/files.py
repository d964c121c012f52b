"""Reads audio files, pipes and standard input as 16 kHz mono pcm16, block by block.

A file is read by libsndfile, or by ffmpeg if libsndfile cannot read it. WAV from a pipe is read as
it comes. Other formats from a pipe are first kept in memory, because their readers must seek.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saykey.audio import ffmpeg, pipes, wav
from saykey.audio.convert import Converter
from saykey.errors import AudioError
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    import soundfile
    from numpy.typing import NDArray

_UNKNOWN = 1 << 62
"""libsndfile reports at least this many frames for FLAC that was written into a pipe
(SF_COUNT_MAX)."""


def read_blocks(path: Path, *, seconds: float = 0.5) -> Iterator[bytes]:
    """Read a file as 16 kHz mono pcm16 in blocks of ``seconds``; only the last may be shorter.

    ``Path("-")`` is standard input. Memory use does not grow with the length of a file. Raises
    AudioError, also after some blocks when the damage is further on in the file. Samples that are
    not a number are read as silence.
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


def duration_s(path: Path) -> float | None:
    """Length of the file in seconds; an estimate for MP3 without a Xing header.

    None where only reading the whole file would show it: for a pipe, from which nothing is read,
    and for files that ffmpeg decodes. Raises AudioError.
    """
    if pipes.is_stream(path):
        return None
    with _opened(path) as sound:
        return None if sound.frames is None else sound.frames / sound.rate


@dataclass(frozen=True, slots=True)
class _Sound:
    """A source of samples. ``read`` returns as many as asked for, fewer only at the end.

    ``frames``: how many there are, None if that is not known; ``estimated``: there may be fewer.
    ``finish`` is called at the end. It and ``read`` raise AudioError for a damaged file.
    """

    name: str
    rate: int
    read: Callable[[int], NDArray[np.float32]]
    frames: int | None = None
    estimated: bool = False
    finish: Callable[[], None] = lambda: None


def _converted(sound: _Sound, seconds: float) -> Iterator[bytes]:
    import numpy as np

    converter = Converter(sound.rate)
    size = max(1, round(seconds * sound.rate))
    length = 0
    while True:
        samples = sound.read(size)
        length += len(samples)
        np.nan_to_num(samples, copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
        yield converter.feed(samples, last=len(samples) < size)
        if len(samples) < size:
            break
    sound.finish()
    if sound.frames is not None and length < sound.frames and not sound.estimated:
        raise wav.truncated(sound.name)
    if not length:
        raise _silent(sound.name)


@contextmanager
def _opened(path: Path) -> Iterator[_Sound]:
    """Open the file. Its errors, now and while it is read, become AudioError."""
    import soundfile

    name = pipes.name_of(path)
    try:
        with ExitStack() as stack:
            yield _entered(path, name, stack)
    except OSError as error:
        raise AudioError(
            f"cannot read {name}: {error.strerror}; name a readable audio file"
        ) from error
    except soundfile.LibsndfileError as error:
        raise _unreadable(name, _reason(error)) from error


def _entered(path: Path, name: str, stack: ExitStack) -> _Sound:
    """Open the file; closing ``stack`` closes it."""
    file = pipes.file_of(path)
    if pipes.is_stream(path):
        stream = stack.enter_context(pipes.opened(path))
        plain, head = wav.begin(stream, name)
        if plain is not None:
            return _Sound(name, plain.samplerate, plain.read)
        file = stack.enter_context(pipes.kept(head, stream, name))
    opened = stack.enter_context(file.open("rb"))
    if not opened.read(1):
        raise AudioError(f"{name} is empty: name a file that holds sound")
    return _by_libsndfile(file, opened.fileno(), name, stack)


def _by_libsndfile(file: Path, descriptor: int, name: str, stack: ExitStack) -> _Sound:
    import soundfile

    if raw := ffmpeg.RAW.get(file.suffix.lower()):  # libsndfile would guess from the samples
        return _by_ffmpeg(descriptor, name, "it has no header", stack, raw)
    try:
        sound = stack.enter_context(soundfile.SoundFile(file))
    except soundfile.LibsndfileError as error:
        return _by_ffmpeg(descriptor, name, _reason(error), stack)
    _check(sound, name)
    # After each read soundfile seeks to its current position, if the file is seekable. In MP3
    # that leaves 40 ms of silence (soundfile 0.14, SoundFile._cdata_io; libsndfile 1.2.2).
    sound.seekable = lambda: False

    def read(frames: int) -> NDArray[np.float32]:
        samples: NDArray[np.float32] = sound.read(frames, dtype="float32", always_2d=True)
        return samples

    frames = sound.frames if sound.frames < _UNKNOWN else None
    return _Sound(name, sound.samplerate, read, frames, estimated=sound.format == "MP3")


def _by_ffmpeg(
    descriptor: int, name: str, refusal: str, stack: ExitStack, raw: tuple[str, ...] = ()
) -> _Sound:
    """Decode the file with ffmpeg; ``refusal`` is libsndfile's error, ``raw`` a value of RAW."""
    if (program := ffmpeg.program()) is None:
        raise _unreadable(
            name, refusal, ", or install ffmpeg, which reads m4a, mp4, webm, g722 and others"
        )
    decoder = stack.enter_context(ffmpeg.decoding(program, descriptor, raw))
    plain, _ = wav.begin(decoder.wav, name)
    if plain is None:
        raise _unreadable(name, f"{refusal}; ffmpeg: {decoder.complaint() or 'no sound'}")

    def finish() -> None:
        if complaint := decoder.complaint():
            raise _unreadable(name, f"ffmpeg: {complaint}")

    return _Sound(name, plain.samplerate, plain.read, finish=finish)


def _check(sound: soundfile.SoundFile, name: str) -> None:
    """Refuse a file with no samples, or with fewer than its header says."""
    claimed = re.search(
        r"^ *(?:data|SSND|Data Size) +: (\d+) \(should be (\d+)\)", sound.extra_info, re.MULTILINE
    )
    if claimed and int(claimed[2]) < int(claimed[1]) < wav.STREAMED_SIZE:
        raise wav.truncated(name)
    if sound.frames == 0:
        raise _silent(name)


def _silent(name: str) -> AudioError:
    return AudioError(f"{name} holds no sound: name a file that does")


def _unreadable(name: str, reason: str, advice: str = "") -> AudioError:
    return AudioError(
        f"{name} is not audio that can be read ({reason}): "
        f"name a whole WAV, FLAC, Ogg or MP3 file{advice}"
    )


def _reason(error: soundfile.LibsndfileError) -> str:
    return str(error.error_string.strip(" ."))
