"""Replaces standard input, output and error by streams that handle being full or closed.

Python sets a stream that was closed at the start to None. Its descriptor is then given to the next
file that is opened (sys.__stdout__, open(2)). An error of standard output can come from any line
that prints, or when the interpreter flushes at its end. So the streams are replaced once, for every
command.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, NoReturn, TextIO

from saykey.errors import OutputError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Output(io.BufferedWriter):
    """Standard output. The first failure raises OutputError; later output is dropped.

    ``failure`` is that error, None while there is none. ``reader_gone``: whether output was a pipe
    that nobody reads any more. Errors are caught here and not in the raw file, because Ctrl-C may
    arrive as soon as a method of Python's returns. The buffer would then write again what it does
    not yet know to be written.
    """

    failure: OutputError | None = None
    reader_gone = False

    def write(self, data: ReadableBuffer, /) -> int:
        """Number of bytes taken. Raises OutputError once."""
        if self.failure is None:
            try:
                return super().write(data)
            except OSError as error:
                self._fail(error)
        return memoryview(data).nbytes

    def flush(self) -> None:
        """Flush. Raises OutputError once. The interpreter also flushes at its end."""
        if self.failure is None:
            try:
                super().flush()
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        self.reader_gone = isinstance(error, BrokenPipeError)
        self.failure = OutputError(
            f"standard output cannot be written ({error.strerror}): "
            "send it to a place that is open and has room"
        )
        raise self.failure from error


class _Complaints(io.BufferedWriter):
    """Standard error. Its errors are ignored, because there is no other place to report them."""

    def write(self, data: ReadableBuffer, /) -> int:
        """Number of bytes taken."""
        with contextlib.suppress(OSError):
            return super().write(data)
        return memoryview(data).nbytes

    def flush(self) -> None:
        """Flush as far as possible."""
        with contextlib.suppress(OSError):
            super().flush()


def prepare() -> Output | None:
    """Replace the standard streams; return the new standard output.

    Streams that something else has replaced are kept; None if standard output is one of them. A
    closed standard input is empty, and a closed standard output cannot be written. Descriptors 0 to
    2 are taken in that order, so that no other file gets one of them.
    """
    if sys.stdin is None:
        sys.stdin = open(os.open(os.devnull, os.O_RDONLY), encoding="utf-8")  # noqa: PTH123, SIM115
    output = None
    if sys.stdout is sys.__stdout__:
        output = Output(_file(1, sys.stdout, os.O_RDONLY))
        sys.stdout = _text(output, sys.stdout)
    if sys.stderr is sys.__stderr__:
        complaints = _Complaints(_file(2, sys.stderr, os.O_WRONLY))
        sys.stderr = _text(complaints, sys.stderr)
    return output


def _file(number: int, stream: TextIO | None, instead: int) -> io.FileIO:
    """The stream's descriptor, or one of /dev/null opened with the flags ``instead``."""
    descriptor = number if stream is not None else os.open(os.devnull, instead)
    return io.FileIO(descriptor, "w", closefd=False)


def _text(buffer: io.BufferedWriter, like: TextIO | None) -> io.TextIOWrapper:
    """A text stream like the one before; characters its encoding lacks are shown as escapes."""
    before = like if isinstance(like, io.TextIOWrapper) else io.TextIOWrapper(io.BytesIO(), "utf-8")
    return io.TextIOWrapper(
        buffer,
        encoding=before.encoding,
        errors="backslashreplace" if before.errors == "strict" else before.errors,
        line_buffering=before.line_buffering,
        write_through=before.write_through,
    )
