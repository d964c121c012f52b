"""Opens model files safely, reads them and writes to them."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError

LARGEST = 8
"""GiB; Whisper large in f32 has 6.2 GB."""

Progress = Callable[[int, int | None], None]
"""Called with the number of bytes done and the total, None where the total is unknown."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Put the path in front of the message of a ModelError, unless it is there already."""
    try:
        yield
    except ModelError as error:
        told = str(error)
        whole = told.startswith((f"{path} ", f"{path}/"))
        raise ModelError(told if whole else f"{path} {told}") from error


def open_regular(path: Path, largest: int = LARGEST) -> FileIO:
    """Open a regular file of at most ``largest`` GiB, unbuffered and without blocking.

    Raises ModelError, beginning with the path, for anything else.
    """
    try:
        file = FileIO(path, opener=_open_at_once)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    try:
        with named(path):
            check_regular(file, largest)
    except ModelError:
        file.close()
        raise
    return file


def _open_at_once(path: str, flags: int) -> int:
    """The opener for open(). Without O_NONBLOCK, opening a named pipe waits for a writer."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def check_regular(file: FileIO, largest: int) -> None:
    """Raise ModelError unless this is a regular file of at most ``largest`` GiB."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise ModelError("is not a regular file; give a model file (.bin)")
    if status.st_size > largest << 30:
        raise ModelError(f"is larger than {largest} GiB; no Whisper model is that large")


def size_of(file: FileIO) -> int:
    """The size of an open file in bytes."""
    return os.fstat(file.fileno()).st_size


def read_at(file: FileIO, begin: int, size: int) -> bytes:
    """Read exactly ``size`` bytes of a file. Raises ModelError when they cannot all be read.

    The file is not mapped: a mapping would kill the process if the file were truncated.
    """
    parts, left = [], size
    while left:
        try:
            part = os.pread(file.fileno(), left, begin + size - left)
        except OSError as error:
            raise ModelError(f"cannot be read: {error.strerror}") from error
        if not part:
            raise ModelError("became shorter while it was read; try again when it is complete")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def read_whole(file: FileIO) -> bytes:
    """Read all bytes of a file. Raises ModelError when it cannot be read or changes meanwhile."""
    size = size_of(file)
    try:
        file.seek(0)
        image = file.readall()
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}") from error
    if len(image) != size:
        raise ModelError("changed while it was read; try again when it is complete")
    return image


def write_all(out: FileIO, data: bytes) -> None:
    """Write all bytes to an unbuffered file. One write may accept only a part of them."""
    left = memoryview(data)
    while left:
        left = left[out.write(left) :]
