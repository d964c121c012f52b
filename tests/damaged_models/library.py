"""The real library in a process of its own, which loads model after model and may crash on one.

``python -m damaged_models.library`` reads from stdin the images, each after its length as u64, and
prints a line for each. A model that loads decodes a second of sound, as in a dictation.
"""

import contextlib
import struct
import subprocess
import sys
from array import array
from math import sin
from pathlib import Path

from saykey.errors import ModelError, RecognizerError
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper

_LENGTH = struct.Struct("<Q")
_SOUND = array("f", (0.1 * sin(0.17 * sample) for sample in range(16_000)))


class Library:
    """One child process, which is restarted after a model has crashed it."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def told(self, image: bytes) -> str:
        """The result for a model: "heard", the library's error, or "died with ..."."""
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-m", __spec__.name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).parents[1],
            )
        stdin, stdout = self._child.stdin, self._child.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(_LENGTH.pack(len(image)) + image)
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = b""
        return line.decode().strip() or f"died with status {self.close()}"

    def close(self) -> int:
        """End the process and return its status."""
        child, self._child = self._child, None
        if child is None:
            return 0
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            child.stdin.close()
        return child.wait()


def _heard(image: bytes) -> str:
    try:
        whisper = Whisper(image, 1, exact_windows=len(image) % 2 == 0)
        try:
            whisper.transcribe(_SOUND, Decoding("en", "", 64, 3), lambda: False)
        finally:
            whisper.close()
    except ModelError as error:
        return f"refused: {error}"
    except RecognizerError as error:
        return f"failed: {error}"
    return "heard"


def main() -> None:
    """Answer until stdin ends."""
    while head := sys.stdin.buffer.read(_LENGTH.size):
        image = sys.stdin.buffer.read(_LENGTH.unpack(head)[0])
        sys.stdout.write(_heard(image) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
