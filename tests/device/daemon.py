"""A daemon, its computer and its client: two processes and a connection."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from recorded import DICTATED, DICTATION
from saykey.control.client import ControlClient
from saykey.recognizer.whisper.guards import words


def config(folder: Path, source: str = f"file:{DICTATION}", more: str = "") -> Path:
    """Settings of a device whose microphone plays a recording; ``more`` tables are appended."""
    file = folder / "saykey.toml"
    file.write_text(f"""
[microphone]
source = "{source}"
pre_roll_ms = 0

[[host]]
name = "desk"
transport = "socket:{folder}/host.sock"

[control]
socket = "{folder}/control.sock"
{more}""")
    return file


def saykey(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "saykey", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@contextmanager
def process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A program that is ended with SIGTERM unless it has ended already."""
    program = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield program
    finally:
        program.send_signal(signal.SIGTERM)
        program.communicate(timeout=30)


@contextmanager
def computer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A second computer, its socket ready for a keyboard."""
    with process("saykey.simulated.host_process", str(folder / "host.sock")) as host:
        assert json.loads(host.stdout.readline())["event"] == "listening"
        yield host


def connected(path: Path, device: subprocess.Popen[str]) -> ControlClient:
    """A client of the device, as soon as its model is ready."""
    for line in device.stderr:
        if "ready" in line:
            return ControlClient(path)
    raise AssertionError("the device ended")


def dictated(text: str) -> bool:
    """Whether these are all the words of DICTATION."""
    return words(text) == words(DICTATED)


def begun(text: str) -> bool:
    """Whether these are the first words of DICTATION, but not all."""
    typed, said = words(text), words(DICTATED)
    return 0 < len(typed) < len(said) and said[: len(typed)] == typed


def typed_in_the_end(told: Iterator[str]) -> str:
    """What the computer shows as soon as it shows all words of DICTATION, or at its end."""
    for message in map(json.loads, told):
        if dictated(message["text"]):
            break
    return message["text"]
