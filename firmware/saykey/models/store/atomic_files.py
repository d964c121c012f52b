"""Files written whole or not at all, by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError


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


def to_disk(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, outlive a power cut (fsync(2))."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
