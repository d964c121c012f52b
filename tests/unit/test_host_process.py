"""The simulated host as a process: what it prints, and what it refuses."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from saykey.keyboard.layouts import load_layout
from saykey.keyboard.reports import Planner

PROGRAM = [sys.executable, "-m", "saykey.simulated.host_process"]
PLANNER = Planner(load_layout("linux", "us"))


@contextmanager
def host(path: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen([*PROGRAM, str(path), *options], stdout=subprocess.PIPE, text=True) as it:
        try:
            assert next_screen(it)["event"] == "listening"
            yield it
        finally:
            it.kill()


def next_screen(process: subprocess.Popen[str], event: str = "") -> dict[str, object]:
    """The next line printed, or the next one of this event."""
    for line in process.stdout:
        screen = json.loads(line)
        if not event or screen["event"] == event:
            return screen
    raise AssertionError(f"the host ended before {event or 'its next line'}")


def keyboard(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    connection.settimeout(20)
    connection.connect(str(path))
    return connection


def type_on(connection: socket.socket, text: str) -> list[int]:
    """Type at the host's pace; return the lock lights it sent meanwhile."""
    lights = []
    for report in PLANNER.plan(text).reports:
        connection.send(report.data)
        while len(message := connection.recv(64)) == 1:
            lights.append(message[0])
    return lights


def test_the_screen_is_printed_when_the_keyboard_goes_away_and_at_the_end(tmp_path):
    path = tmp_path / "host"
    with host(path) as process:
        with closing(keyboard(path)) as connection:
            assert type_on(connection, "Hello,\nworld") == [0]
        screen = next_screen(process, "disconnected")
        assert screen == {
            "event": "disconnected",
            "text": "Hello,\nworld",
            "keys_down": [],
            "leds": 0,
        }
        process.terminate()
        assert next_screen(process, "ended")["text"] == "Hello,\nworld"
        assert process.wait(20) == 0
        assert not path.exists()


def test_the_screen_is_printed_when_typing_pauses(tmp_path):
    path = tmp_path / "host"
    with host(path) as process, closing(keyboard(path)) as connection:
        type_on(connection, "pause")
        screen: dict[str, object] = {}
        while screen.get("text") != "pause":
            screen = next_screen(process, "typed")


def test_a_keyboard_that_goes_away_with_a_key_down_leaves_none_down(tmp_path):
    path = tmp_path / "host"
    with host(path) as process:
        with closing(keyboard(path)) as connection:
            connection.send(bytes([0, 0, 4, 0, 0, 0, 0, 0]))
            connection.recv(64)
        assert next_screen(process, "disconnected")["keys_down"] == []


def test_text_stays_for_the_next_keyboard(tmp_path):
    path = tmp_path / "host"
    with host(path) as process:
        for text in ("one ", "two"):
            with closing(keyboard(path)) as connection:
                type_on(connection, text)
            screen = next_screen(process, "disconnected")
        assert screen["text"] == "one two"


def test_the_hosts_layout_decides_what_keys_mean(tmp_path):
    path = tmp_path / "host"
    with host(path, "--layout", "fr") as process:
        with closing(keyboard(path)) as connection:
            type_on(connection, "qwerty")
        assert next_screen(process, "disconnected")["text"] == "azerty"


def test_a_socket_left_behind_by_a_host_that_died_is_replaced(tmp_path):
    path = tmp_path / "host"
    with host(path):
        pass
    assert path.is_socket()
    with host(path) as process:
        with closing(keyboard(path)) as connection:
            type_on(connection, "again")
        assert next_screen(process, "disconnected")["text"] == "again"


def refused(*arguments: str) -> str:
    done = subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    return done.stderr


def test_a_second_host_on_the_same_socket_is_refused(tmp_path):
    path = tmp_path / "host"
    with host(path) as process:
        assert "listens on" in refused(str(path))
        with closing(keyboard(path)) as connection:
            type_on(connection, "first")
        while (screen := next_screen(process, "disconnected"))["text"] != "first":
            pass
        assert screen["text"] == "first"


def test_a_path_that_cannot_be_made_and_an_unknown_layout_are_refused_in_one_line(tmp_path):
    assert "No such file or directory" in refused(str(tmp_path / "absent" / "host"))
    assert "'klingon'" in refused(str(tmp_path / "host"), "--layout", "klingon")
