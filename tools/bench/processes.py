"""The device and its host in processes of their own, driven over the control socket."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import psutil

from saykey.control.client import ControlClient
from saykey.control.status import Status
from saykey.errors import ControlError

TOOLS = Path(__file__).parents[1]
PATIENCE_S = 30.0
MB = 1_000_000

SETTINGS = """
[microphone]
source = "file:{folder}/sound.wav"
[[host]]
name = "desk"
transport = "socket:{folder}/host.sock"
[control]
socket = "{folder}/control.sock"
"""


@dataclass(frozen=True, slots=True)
class Memory:
    """The memory of one process, in MB (10^6 bytes).

    ``resident`` counts all pages it uses (RSS). ``proportional`` divides shared pages among the
    processes that use them (PSS). ``own`` is what would be free after its end (USS).
    """

    resident: float
    proportional: float
    own: float


def memory_of(pid: int) -> Memory:
    """The memory of a process, from /proc/PID/smaps_rollup."""
    told = psutil.Process(pid).memory_full_info()
    return Memory(told.rss / MB, told.pss / MB, told.uss / MB)


class Device:
    """A running device, with its model ready and one watcher attached to it."""

    def __init__(self, process: subprocess.Popen[str], control: Path) -> None:
        self._process = process
        self._control = control
        self.watched = 0
        self.until(lambda status: status.model.state == "ready")
        self._watcher = Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def cpu_s(self) -> float:
        """CPU seconds of its process so far, without its children. For bench.device only."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return float(json.loads(self._process.stdout.readline()))

    def memory(self) -> Memory:
        """The memory of its process, without its children."""
        return memory_of(self._process.pid)

    def do(self, what: str) -> None:
        """Send a request over the control socket."""
        with ControlClient(self._control) as client:
            client.request(what)

    def until(self, reached: Callable[[Status], bool]) -> None:
        """Wait for a status for which this is true."""
        with ControlClient(self._control) as client:
            for status in client.watch():
                if reached(status):
                    return

    def _watch(self) -> None:
        try:
            with ControlClient(self._control) as client:
                for _ in client.watch():
                    self.watched += 1
        except ControlError:
            return  # the device has ended


@contextmanager
def device(folder: Path, *command: str) -> Iterator[tuple[Device, list[str]]]:
    """A device that runs ``python -m COMMAND`` with ``folder``/sound.wav as its microphone.

    Its host runs in another process. At the end the list holds the text on the host's screen.
    """
    settings = folder / "settings.toml"
    settings.write_text(SETTINGS.format(folder=folder), "utf-8")
    text: list[str] = []
    host = _started("saykey.simulated.host_process", str(folder / "host.sock"))
    _exists(folder / "host.sock", host)
    running = _started(*(str(settings) if part == "SETTINGS" else part for part in command))
    try:
        _exists(folder / "control.sock", running)
        yield Device(running, folder / "control.sock"), text
    finally:
        for process in (running, host):
            process.terminate()
            told, _ = process.communicate(timeout=PATIENCE_S)
    text.append(json.loads(told.splitlines()[-1])["text"])


def _started(*command: str) -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, (str(TOOLS), os.environ.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )


def _exists(path: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not path.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"nothing listens on {path}: the process does not start")
        time.sleep(0.02)
    time.sleep(0.1)  # it is bound, and will listen soon
