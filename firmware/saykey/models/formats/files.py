"""Model files as the operating system has them: opened with care, read, put on the disk."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.detect import START, Kind, kind_of

LARGEST = 8
"""GiB; Whisper large in f32 has 6.2 GB."""


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Put the path in front of what a ModelError says."""
    try:
        yield
    except ModelError as error:
        told = str(error)
        whole = told.startswith((f"{path} ", f"{path}/"))
        raise ModelError(told if whole else f"{path} {told}") from error


def open_regular(path: Path, largest: int = LARGEST) -> FileIO:
    """A regular file of so many GiB at most, opened unbuffered and at once.

    Raises ModelError, beginning with the path, for whatever else it is.
    """
    try:
        file = FileIO(path, opener=open_at_once)
    except OSError as error:
        raise ModelError(f"{path} cannot be read: {error.strerror}") from error
    status = os.fstat(file.fileno())
    if stat.S_ISREG(status.st_mode) and status.st_size <= largest << 30:
        return file
    file.close()
    if stat.S_ISREG(status.st_mode):
        raise ModelError(f"{path} is larger than {largest} GiB, no Whisper model is")
    raise ModelError(f"{path} is not a regular file; give a model file (.bin)")


def open_at_once(path: str, flags: int) -> int:
    """The opener for open(): without O_NONBLOCK the opening of a named pipe waits for a writer."""
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def kind_at(path: Path) -> Kind:
    """What kind of file stands there. Raises ModelError, beginning with the path, for none."""
    with open_regular(path) as file, named(path):
        return kind_in(file)


def kind_in(file: FileIO) -> Kind:
    """What kind of file this is. Raises ModelError for none that is known."""
    return kind_of(read_at(file, 0, min(START, size_of(file))))


def size_of(file: FileIO) -> int:
    """Bytes of an open file."""
    return os.fstat(file.fileno()).st_size


def read_at(file: FileIO, begin: int, size: int) -> bytes:
    """Bytes of a file, all of them. A mapping would kill the process if the file were cut short."""
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


def make_folder(path: Path) -> None:
    """Have a folder there. Raises ModelError when it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be made: {error.strerror}; choose another place"
        ) from error


@contextmanager
def alone(path: Path, *, wait: bool) -> Iterator[FileIO]:
    """The file at this path, made if there is none, for this process alone while the block lasts.

    Also a killed process lets go of it. Raises OSError; BlockingIOError if another process has it
    and nobody is to ``wait``.
    """
    while True:
        with FileIO(path, "r+", opener=_open_or_make) as file:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # who had it before may have given it another name, or removed it
            if _stands_at(path, file):
                yield file
                return


def _open_or_make(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)


def _stands_at(path: Path, file: FileIO) -> bool:
    try:
        return os.path.samestat(path.stat(follow_symlinks=False), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


@contextmanager
def written(target: Path) -> Iterator[FileIO]:
    """A new file, which takes its name once it is whole and on the disk, and else is removed.

    Until then it is called .NAME.part, for one process at a time. What a killed one leaves behind
    is written over by the next. Raises ModelError, beginning with the target, when it cannot be
    written, or would take the place of a device.
    """
    part = target.with_name(f".{target.name}.part")
    if target.exists() and not target.is_file():
        raise ModelError(f"{target} is there and no file; give another name")
    try:
        with alone(part, wait=True) as out:
            try:
                out.truncate()
                yield out
                os.fsync(out.fileno())
                part.replace(target)
            except BaseException:  # also when interrupted: nobody else would remove it
                part.unlink(missing_ok=True)
                raise
        to_disk(target.parent)
    except OSError as error:
        raise ModelError(
            f"{target} cannot be written: {error.strerror}; make room or choose another place"
        ) from error


def write_all(out: FileIO, data: bytes) -> None:
    """Write all bytes to an unbuffered file, of which a full disk may take a piece at first."""
    left = memoryview(data)
    while left:
        left = left[out.write(left) :]


def to_disk(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, outlive a power cut (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
