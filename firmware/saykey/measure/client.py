"""The client of a measuring process: sends orders, reads answers and the process's memory use."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from saykey.errors import ModelError, RecognizerError
from saykey.measure.memory import memory_mb
from saykey.measure.process import (
    Answer,
    Failed,
    Hear,
    Loaded,
    Order,
    Text,
    Timed,
    Trial,
    Unusable,
)

_MODULE = "saykey.measure.process"
_answers: msgspec.json.Decoder[Answer] = msgspec.json.Decoder(Answer)


class Measured:
    """A model in a measuring process, created by `measuring`. Calls block until the answer."""

    def __init__(self, process: "subprocess.Popen[bytes]", path: Path) -> None:
        self._process = process
        self._path = path
        first = self._answer()
        if isinstance(first, Unusable):
            raise ModelError(first.reason)
        if not isinstance(first, Loaded):
            raise self._odd(first)
        self.loaded = first

    def time(self, trial: Trial) -> Timed:
        """Time one recognition of noise. Raises RecognizerError when the process has ended."""
        timed = self._ask(trial)
        if not isinstance(timed, Timed):
            raise self._odd(timed)
        return timed

    def hear(self, order: Hear) -> Text:
        """Recognise one recording. Raises RecognizerError, also for an unknown language."""
        text = self._ask(order)
        if not isinstance(text, Text):
            raise self._odd(text)
        return text

    @property
    def resident_mb(self) -> float:
        """Memory in use now, in MB of 10^6 bytes (VmRSS of proc_pid_status(5))."""
        return self._memory("VmRSS")

    @property
    def peak_mb(self) -> float:
        """Peak memory in MB of 10^6 bytes (VmHWM)."""
        return self._memory("VmHWM")

    def _memory(self, which: str) -> float:
        found = memory_mb(self._process.pid, which)
        if found is None:
            raise self._gone()
        return found

    def _ask(self, order: Order) -> Answer:
        assert self._process.stdin is not None  # noqa: S101 - as `measuring` makes it
        try:
            self._process.stdin.write(msgspec.json.encode(order) + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._gone() from None
        return self._answer()

    def _answer(self) -> Answer:
        assert self._process.stdout is not None  # noqa: S101 - as `measuring` makes it
        line = self._process.stdout.readline()
        if not line:
            raise self._gone()
        return _answers.decode(line)

    def _gone(self) -> RecognizerError:
        return RecognizerError(
            f"measuring {self._path} ended with status {self._process.wait()}, most likely because "
            "memory ran out; measure a smaller model"
        )

    def _odd(self, answer: Answer) -> RecognizerError:
        reason = answer.reason if isinstance(answer, Failed) else "the process gave a wrong answer"
        return RecognizerError(f"{self._path}: {reason}")


@contextmanager
def measuring(path: Path, threads: int, *, exact: bool) -> Iterator[Measured]:
    """Start a process with the model at ``path`` loaded; it is killed at the end of the block.

    ``exact``: without flash attention, which allows windows of several lengths (see
    whisper.engine.Whisper).
    Raises ModelError when the model cannot be used, RecognizerError when the process dies.
    """
    command = [sys.executable, "-P", "-m", _MODULE, str(path), str(threads)]
    with subprocess.Popen(
        [*command, "exact" if exact else "flash"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield Measured(process, path)
        finally:
            process.kill()
            assert process.stdin is not None  # noqa: S101 - as it is made above
            with suppress(BrokenPipeError):  # an order may be unsent when the process has died
                process.stdin.close()
