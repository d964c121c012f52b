"""Writes files completely or not at all, by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError


def make_folder(path: Path) -> None:
    """Create a folder unless it exists. Raises ModelError when it cannot be created."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be made: {error.strerror}; choose another place"
        ) from error


@contextmanager
def alone(path: Path, *, wait: bool) -> Iterator[FileIO]:
    """Open the file at this path, created if missing, and lock it for the duration of the block.

    A killed process releases its lock too. Raises OSError; BlockingIOError if another process has
    the lock and ``wait`` is False.
    """
    while True:
        with FileIO(path, "r+", opener=_open_or_make) as file:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            # the process that had the lock before may have renamed or removed the file
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
    """Write a new file, which gets its name once it is complete and on the disk.

    Until then it is called .NAME.part, and one process at a time can write it. It is removed when
    the block raises. The next process overwrites what a killed one left behind. Raises ModelError,
    beginning with the target, when it cannot be written, or when the target exists and is not a
    regular file.
    """
    part = target.with_name(f".{target.name}.part")
    if target.exists() and not target.is_file():
        raise ModelError(f"{target} exists and is not a regular file; give another name")
    try:
        with alone(part, wait=True) as out:
            try:
                out.truncate()
                yield out
                os.fsync(out.fileno())
                part.replace(target)
            except BaseException:  # also when interrupted: nothing else would remove it
                part.unlink(missing_ok=True)
                raise
        to_disk(target.parent)
    except OSError as error:
        raise ModelError(
            f"{target} cannot be written: {error.strerror}; make room or choose another place"
        ) from error


def to_disk(path: Path) -> None:
    """Flush the bytes of a file, or the names in a folder, to the disk (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
