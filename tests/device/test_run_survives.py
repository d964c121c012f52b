"""`saykey run` as a service: killed with text held, started again, watched by systemd."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from daemon import begun, computer, connected, dictated, process, saykey, typed_in_the_end
from daemon import config as plain_config

from recorded import PHRASES
from saykey.control.client import ControlClient

SPOKEN = ("circuits", "again", "unlocked")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory, as /run is."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def config(folder: Path, memory: Path) -> str:
    return str(plain_config(folder, more=f'[held]\nmirror = "{memory}/held.json"\n'))


@contextmanager
def device(settings: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A daemon, which is killed at the end if it still runs."""
    with subprocess.Popen(
        [sys.executable, "-m", "saykey", "run", "--verbose", "--config", settings],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | environment,
    ) as program:
        try:
            yield program
        finally:
            program.kill()


def dictate_until_held(
    folder: Path,
    settings: str,
    client: ControlClient,
    first_held: Callable[[], None] = lambda: None,
) -> int:
    """Dictate the whole recording while the host is away; the number of characters then held.

    ``first_held`` is called when the first phrase is held.
    """
    statuses = client.watch()
    assert saykey("press", "--config", settings).returncode == 0
    held = False
    for status in statuses:
        if not held and status.held.pieces:
            held = True
            first_held()
        if status.held.pieces == PHRASES and not status.in_flight:
            break
    assert saykey("release", "--socket", str(folder / "control.sock")).returncode == 0
    # the last full stop is held once the capture has drained
    return next(each.held.characters for each in statuses if each.capture == "off")


def test_text_held_when_the_daemon_is_killed_is_shown_and_typed_by_the_next_one(
    tmp_path, memory
) -> None:
    settings = config(tmp_path, memory)
    with device(settings) as first:
        with computer(tmp_path), connected(tmp_path / "control.sock", first) as client:
            pass
        with ControlClient(tmp_path / "control.sock") as client:
            held = dictate_until_held(tmp_path, settings, client)
        first.kill()
        log = first.stderr.read()
    assert (memory / "held.json").stat().st_mode & 0o777 == 0o600
    with computer(tmp_path) as host, device(settings) as second:
        with connected(tmp_path / "control.sock", second):
            told = saykey("status", "--config", settings).stdout
            assert f"held {held} characters in {PHRASES} pieces" in told
            assert saykey("type-held", "--config", settings).returncode == 0
            assert dictated(typed_in_the_end(host.stdout))
        second.send_signal(signal.SIGTERM)
        log += second.stderr.read()
        assert second.wait(timeout=30) == 0
    assert not (memory / "held.json").exists()
    assert not any(word in log for word in SPOKEN)


def test_text_dropped_after_the_memory_was_full_is_not_offered_again_after_a_crash(
    tmp_path, memory
) -> None:
    settings = config(tmp_path, memory)
    mirror = memory / "held.json"
    with device(settings) as first:
        with computer(tmp_path), connected(tmp_path / "control.sock", first) as client:
            pass

        room = resource.prlimit(first.pid, resource.RLIMIT_FSIZE)

        def fill_the_memory() -> None:
            assert mirror.exists()
            resource.prlimit(first.pid, resource.RLIMIT_FSIZE, (8, room[1]))

        with ControlClient(tmp_path / "control.sock") as client:
            dictate_until_held(tmp_path, settings, client, fill_the_memory)
        assert not mirror.exists()
        resource.prlimit(first.pid, resource.RLIMIT_FSIZE, room)
        assert saykey("drop-held", "--config", settings).returncode == 0
        first.kill()
        log = first.stderr.read()
    assert log.count("held text would be lost in a crash") == 1
    with (
        computer(tmp_path),
        device(settings) as second,
        connected(tmp_path / "control.sock", second) as client,
    ):
        assert client.request("status").held.pieces == 0


def test_a_piece_that_was_being_typed_when_the_daemon_was_killed_is_held_in_doubt(
    tmp_path, memory
) -> None:
    settings = config(tmp_path, memory)
    slow = ("saykey.simulated.host_process", str(tmp_path / "host.sock"), "--poll-ms", "50")
    with process(*slow) as host, device(settings) as first:
        assert "listening" in host.stdout.readline()
        with connected(tmp_path / "control.sock", first) as client:
            statuses = client.watch()
            assert saykey("press", "--config", settings).returncode == 0
            assert any(status.typing for status in statuses)
            first.kill()
            first.wait()
    with (
        computer(tmp_path),
        device(settings) as second,
        connected(tmp_path / "control.sock", second) as client,
    ):
        status = client.request("status", text=True)
        assert status.held.doubtful == 1
        assert begun(status.held.text[0])
        assert not status.typing
        assert saykey("drop-held", "--config", settings).returncode == 0
        assert not (memory / "held.json").exists()


def test_the_service_manager_hears_ready_signs_of_life_a_status_and_the_end(
    tmp_path, memory
) -> None:
    settings = config(tmp_path, memory)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager, computer(tmp_path):
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(30)
        told = iter(lambda: manager.recv(4096).decode(), None)
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"}
        with device(settings, **environment) as daemon:
            assert next(told) == "READY=1"
            assert saykey("status", "--config", settings).returncode == 0
            alive = 0
            while alive < 3:
                alive += next(told) == "WATCHDOG=1"
            daemon.send_signal(signal.SIGTERM)
            rest = [next(told)]
            while rest[-1] != "STOPPING=1":
                rest.append(next(told))
            assert daemon.wait(timeout=30) == 0
