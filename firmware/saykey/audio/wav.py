"""Reads WAV from sources that cannot be read twice: a pipe, or the output of ffmpeg.

libsndfile reads some formats from a pipe, but it does not return while it waits, not even for
Ctrl-C (psf_fread continues after EINTR). It also takes a size of 0 in the header for no sound.
"""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING, BinaryIO

from saykey.errors import AudioError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STREAMED_SIZE = 0x7FFF_0000
"""A program that writes WAV into a pipe cannot know the size. It writes a size of at least this, or
0 (as libsndfile does, and so parec and pw-record)."""

_LONGEST_HEAD = 1 << 20
_EXTENSIBLE = 0xFFFE
_SUBTYPES = {
    (1, 8): "PCM_U8",
    (1, 16): "PCM_16",
    (1, 24): "PCM_24",
    (1, 32): "PCM_32",
    (3, 32): "FLOAT",
    (3, 64): "DOUBLE",
    (6, 8): "ALAW",
    (7, 8): "ULAW",
}
"""libsndfile's names of the encodings that encode each sample on its own, by wFormatTag and
wBitsPerSample (mmreg.h)."""


class WavStream:
    """Samples of a WAV file, read once from its beginning to its end."""

    def __init__(self, file: BinaryIO, name: str, encoding: _Encoding, size: int) -> None:
        self._file = file
        self._name = name
        self._encoding = encoding
        self._left = None if size == 0 or size >= STREAMED_SIZE else size
        self.samplerate = encoding.rate

    def read(self, frames: int) -> NDArray[np.float32]:
        """The next samples, of shape (length, channels); fewer only at the end.

        Raises AudioError when the stream ends before its header says.
        """
        import numpy as np
        import soundfile

        encoding = self._encoding
        wanted = frames * encoding.width
        if self._left is not None:
            wanted = min(wanted, self._left)
        data = self._file.read(wanted)
        if self._left is not None:
            self._left -= len(data)
            if len(data) < wanted:
                raise truncated(self._name)
        if not (whole := len(data) - len(data) % encoding.width):
            return np.zeros((0, encoding.channels), "f4")
        samples, _ = soundfile.read(
            io.BytesIO(data[:whole]),
            dtype="float32",
            always_2d=True,
            format="RAW",
            subtype=encoding.subtype,
            endian="LITTLE",
            samplerate=encoding.rate,
            channels=encoding.channels,
        )
        return np.asarray(samples, "f4")


class _Encoding:
    """The content of a chunk "fmt ". Raises LookupError for an encoding not among _SUBTYPES."""

    def __init__(self, chunk: bytes) -> None:
        tag, self.channels, self.rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
        if tag == _EXTENSIBLE:
            (tag,) = struct.unpack("<H", chunk[24:26])
        self.subtype = _SUBTYPES[tag, bits]
        self.width = self.channels * bits // 8
        if not self.channels or not self.rate:
            raise LookupError


def begin(file: BinaryIO, name: str) -> tuple[WavStream | None, bytes]:
    """Return the stream, or None if it is not plain WAV, and the bytes read from it so far."""
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None, head
    encoding = None
    while len(head) < _LONGEST_HEAD:
        chunk = file.read(8)
        head += chunk
        if len(chunk) < 8:
            break
        kind, size = struct.unpack("<4sI", chunk)
        if kind == b"data" and encoding is not None:
            return WavStream(file, name, encoding, size), head
        body = file.read(min(size + size % 2, _LONGEST_HEAD))
        head += body
        if kind == b"fmt ":
            try:
                encoding = _Encoding(body)
            except (LookupError, struct.error):
                break
    return None, head


def truncated(name: str) -> AudioError:
    """The error of a file that is shorter than its header says."""
    return AudioError(f"{name} ends before its header says: copy or record it again")
