"""`saykey layouts find` with a running saykey and a second computer, whose layout it finds."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from saykey.cli.demo import bundled

PATIENCE_S = 60


@contextmanager
def program(*arguments: str, **streams: int) -> Iterator[subprocess.Popen[str]]:
    """A module that runs until it is ended here."""
    running = subprocess.Popen([sys.executable, "-m", *arguments], text=True, **streams)
    try:
        yield running
    finally:
        running.terminate()
        running.communicate(timeout=PATIENCE_S)


def lines_with(word: str, stream: Iterator[str]) -> Iterator[str]:
    """Yield each line that contains a word."""
    return (line for line in stream if word in line)


def shown_after(seen: str, host: Iterator[str]) -> str:
    """What the computer shows after a key and its space were typed."""
    texts = (json.loads(line)["text"] for line in host)
    return next(text for text in texts if text != seen and text.endswith(" "))


@pytest.mark.parametrize("pace", ["wire", "human"])
def test_the_layout_of_a_computer_is_found_by_the_keys_of_a_running_saykey(tmp_path: Path, pace):
    settings = tmp_path / "saykey.toml"
    settings.write_text(f"""
[microphone]
source = "file:{bundled()[0]}"

[[host]]
name = "desk"
transport = "socket:{tmp_path}/host.sock"
pace = "{pace}"

[control]
socket = "{tmp_path}/control.sock"
""")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with ExitStack() as running:
        host = running.enter_context(
            program(
                "saykey.simulated.host_process",
                f"{tmp_path}/host.sock",
                *("--layout", "fr", "--variant", "bepo"),
                stdout=subprocess.PIPE,
            )
        )
        assert next(lines_with("listening", host.stdout))
        device = running.enter_context(
            program("saykey", "run", "--config", str(settings), stderr=subprocess.PIPE)
        )
        assert next(lines_with("model tiny.en-short is ready", device.stderr))
        find = running.enter_context(
            program("saykey", "layouts", "find", "--config", str(settings), **pipes)
        )
        find.stdin.write("\n")
        find.stdin.flush()
        seen = ""
        out = []
        for line in find.stdout:
            out.append(line)
            if not line.startswith("Type it"):
                continue
            shown = shown_after(seen, host.stdout)
            find.stdin.write(f"{shown.removeprefix(seen)}\n")
            find.stdin.flush()
            seen = shown
        assert find.wait(PATIENCE_S) == 0
        assert out[-1] == '    layout = "fr+bepo"\n'
