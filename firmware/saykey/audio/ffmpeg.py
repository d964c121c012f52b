"""Decodes what libsndfile cannot read (m4a, mp4, webm and others) with ffmpeg, if installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from saykey.errors import AudioError

READING = (
    *("-nostdin", "-hide_banner", "-loglevel", "error", "-xerror"),
    # A playlist could name network addresses; nothing may be fetched.
    *("-protocol_whitelist", "file,pipe"),
)
WRITING = ("-map", "0:a:0", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1")
"""ffmpeg keeps rate and channels; only audio.convert changes them."""

RAW = {".g722": ("-f", "g722")}
"""Formats without any header, by the suffix of the file, and the arguments that name them."""

_LONGEST = 200
"""Characters kept of an error message of ffmpeg."""


def program() -> str | None:
    """The path of ffmpeg, None if it is not installed."""
    return shutil.which("ffmpeg")


class Decoder:
    """A running ffmpeg; ``wav`` is its output. Read it to its end before calling `complaint`.

    ``raw`` is a value of RAW, or empty.
    """

    def __init__(self, program: str, file: int, raw: tuple[str, ...]) -> None:
        self._told, telling = os.pipe()
        # When the pipe is full, further errors are dropped, so that ffmpeg never waits.
        os.set_blocking(telling, False)
        try:
            self._process = subprocess.Popen(
                (program, *READING, *raw, "-i", f"file:/proc/self/fd/{file}", *WRITING),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=telling,
                pass_fds=(file,),
            )
        except OSError as error:
            os.close(self._told)
            raise AudioError(
                f"ffmpeg cannot be started ({error.strerror}): install it again"
            ) from error
        finally:
            os.close(telling)
        self.wav: BinaryIO = self._process.stdout  # type: ignore[assignment]  # it is a pipe

    def complaint(self) -> str:
        """Wait for ffmpeg to end; return its first error message, "" without errors.

        ffmpeg decodes what is left of a damaged file, so its exit status alone proves nothing.
        """
        status = self._process.wait()
        os.set_blocking(self._told, False)
        try:
            lines = os.read(self._told, 1 << 16).decode("utf-8", "replace").splitlines()
        except BlockingIOError:
            lines = []
        if not lines:
            return f"it ended with status {status}" if status else ""
        # such as "[aac @ 0x55d0] Reserved bit set." or "file:/proc/self/fd/3: Invalid data found"
        return re.sub(r"^(?:\[.*? @ \w+\] |file:/\S+: )*", "", lines[0][:_LONGEST]).strip(" .")

    def close(self) -> None:
        """End ffmpeg, if it has not ended."""
        self._process.kill()
        self._process.wait()
        self.wav.close()
        os.close(self._told)


@contextmanager
def decoding(program: str, file: int, raw: tuple[str, ...] = ()) -> Iterator[Decoder]:
    """Decode the file with this descriptor, which ffmpeg opens anew. Raises AudioError."""
    decoder = Decoder(program, file, raw)
    try:
        yield decoder
    finally:
        decoder.close()
