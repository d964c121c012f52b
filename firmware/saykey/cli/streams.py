"""Standard input, output and error as every command uses them, also where they are full or closed.

Python sets a stream that was closed at the start to None, and its descriptor is then given to the
next file that is opened (sys.__stdout__, open(2)). An error of standard output can come from any
line that prints, or when the interpreter flushes at its end. So the streams are replaced once.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from saykey.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Output(io.FileIO):
    """Standard output. The first write that fails raises OutputError; what follows is dropped.

    ``failure`` is that error, None while there is none; ``reader_gone``: whether it was a pipe
    that nobody reads any more.
    """

    failure: OutputError | None = None
    reader_gone = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Number of bytes taken. Raises OutputError once."""
        if self.failure is not None:
            return memoryview(data).nbytes  # the interpreter flushes at its end once more
        try:
            written: int | None = super().write(data)
            if written is None:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        except OSError as error:
            self.reader_gone = isinstance(error, BrokenPipeError)
            self.failure = OutputError(
                f"standard output cannot be written ({error.strerror}): "
                "send it to a place that is open and has room"
            )
            raise self.failure from error
        return written


class _Complaints(io.FileIO):
    """Standard error, or nowhere: there is no other place to complain that it is full."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Number of bytes taken."""
        try:
            written: int | None = super().write(data)
        except OSError:
            written = None
        return memoryview(data).nbytes if written is None else written


def prepare() -> Output | None:
    """Replace the standard streams; None if something else than the real ones has taken the place.

    A closed standard input is empty, and a closed standard output cannot be written. The numbers
    0 to 2 are taken in that order, so that no other file gets one of them.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")  # noqa: PTH123, SIM115
    output = None
    if sys.stdout is sys.__stdout__:
        output = Output(_descriptor(1, sys.stdout, os.O_RDONLY), "w", closefd=False)
        sys.stdout = _text(output, sys.stdout)
    if sys.stderr is sys.__stderr__:
        complaints = _Complaints(_descriptor(2, sys.stderr, os.O_WRONLY), "w", closefd=False)
        sys.stderr = _text(complaints, sys.stderr)
    return output


def _descriptor(number: int, stream: TextIO | None, instead: int) -> int:
    """The stream's descriptor, or one of /dev/null opened with the flags ``instead``."""
    return number if stream is not None else os.open(os.devnull, instead)


def _text(raw: io.FileIO, like: TextIO | None) -> io.TextIOWrapper:
    """A text stream like the one before; what its encoding lacks is shown as an escape."""
    before = like if isinstance(like, io.TextIOWrapper) else io.TextIOWrapper(io.BytesIO(), "utf-8")
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding=before.encoding,
        errors="backslashreplace" if before.errors == "strict" else before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )
