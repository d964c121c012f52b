"""Opens standard input and pipes, which can be read only once and only forwards."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from saykey.errors import AudioError

STANDARD_INPUT = Path("-")
LARGEST = 64 << 20
"""The most bytes kept in memory of formats other than WAV: an hour of MP3, four of Opus."""

_BLOCK = 1 << 16


def name_of(path: Path) -> str:
    """The name of the file in messages."""
    return "standard input" if path == STANDARD_INPUT else str(path)


def is_stream(path: Path) -> bool:
    """Whether the path is a pipe, a socket or a device, which can be read once.

    Standard input, ``Path("-")``, is one unless a file was redirected to it.
    """
    try:
        status = os.fstat(0) if path == STANDARD_INPUT else path.stat()
    except OSError:
        return False  # opening it reports why
    return not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode)


def file_of(path: Path) -> Path:
    """A path under which a file that is no stream can be opened any number of times."""
    return Path("/proc/self/fd/0") if path == STANDARD_INPUT else path


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a stream at its current position. Raises OSError."""
    descriptor = os.dup(0) if path == STANDARD_INPUT else os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        yield file


@contextmanager
def kept(head: bytes, file: BinaryIO, name: str) -> Iterator[Path]:
    """Copy a stream into a file in memory, never on a disk; ``head`` was read from it before.

    Raises AudioError for more than LARGEST bytes.
    """
    descriptor = os.memfd_create("sound")
    with os.fdopen(descriptor, "r+b") as memory:
        memory.write(head)
        while block := file.read(_BLOCK):
            memory.write(block)
            if memory.tell() > LARGEST:
                raise AudioError(
                    f"{name} holds more than {LARGEST >> 20} MB, and formats other than WAV are "
                    "kept in memory: name the file instead, or send WAV"
                )
        memory.flush()
        yield Path(f"/proc/self/fd/{descriptor}")
