"""`saykey eval record` from a terminal, with a recording as the microphone."""

import json
import os
import signal
import subprocess
import sys

import pytest
from daemon import computer, connected, process
from daemon import config as device_config

from recorded import DICTATION
from saykey.audio.files import duration_s, read_pcm16
from saykey.cli.demo import bundled
from saykey.measure.datasets import find

RECORDING, _ = bundled()


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "saykey.toml"
    path.write_text(f"""
[microphone]
source = "file:{RECORDING}"

[control]
socket = "{tmp_path}/control.sock"
""")
    return path


def saykey(*arguments, given=""):
    command = [sys.executable, "-m", "saykey", "eval", "record", *map(str, arguments)]
    return subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, check=False
    )


class Terminal:
    """The command in a terminal."""

    def __init__(self, *arguments):
        self._screen, terminal = os.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "saykey", "eval", "record", *map(str, arguments)],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
        )
        os.close(terminal)
        self.shown = ""

    def until(self, end):
        """Read the screen until this is shown."""
        shown = ""
        while end not in shown:
            shown += os.read(self._screen, 4096).decode()
        self.shown += shown

    def enter(self):
        os.write(self._screen, b"\n")

    def interrupted(self):
        """The exit status after Ctrl-C."""
        self._process.send_signal(signal.SIGINT)
        return self.ended()

    def ended(self):
        """The exit status, when the command has ended by itself."""
        status = self._process.wait(timeout=60)
        os.close(self._screen)
        return status


def test_a_sentence_is_recorded_between_two_keys(tmp_path, config):
    folder = tmp_path / "voice"
    terminal = Terminal(folder, "--config", config)
    terminal.until("Enter begins")
    assert f"recording with the microphone file:{RECORDING}" in terminal.shown
    terminal.enter()
    terminal.until("1.0 s")  # the length so far, which is shown twice a second
    terminal.enter()
    terminal.until("2 of 40: ")
    assert terminal.interrupted() == 130
    (item,) = find.read(folder).items
    assert item.text in terminal.shown
    assert 1.0 <= duration_s(item.audio) < 10.0


def test_q_ends_with_the_count(tmp_path, config):
    done = saykey(tmp_path / "voice", "--config", config, given="q\n")
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("0 sentences recorded; `saykey eval ")


def test_own_sentences_are_read_from_a_file(tmp_path, config):
    (tmp_path / "mine.txt").write_text("# mine\nOnly this one.\n")
    arguments = tmp_path / "voice", "--config", config, "--sentences", tmp_path / "mine.txt"
    assert "1 of 1: Only this one." in saykey(*arguments, given="q\n").stdout


@pytest.mark.parametrize(
    ("sentences", "message"),
    [(None, "cannot be read"), (b"\xff", "not UTF-8"), (b"# none", "holds no sentence")],
)
def test_a_bad_file_of_sentences_is_one_line(tmp_path, config, sentences, message):
    if sentences is not None:
        (tmp_path / "mine.txt").write_bytes(sentences)
    arguments = tmp_path / "voice", "--config", config, "--sentences", tmp_path / "mine.txt"
    done = saykey(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_microphone_that_is_not_there_is_one_line(tmp_path):
    config = tmp_path / "saykey.toml"
    config.write_text(
        f'[microphone]\nsource = "file:absent.wav"\n[control]\nsocket = "{tmp_path}/none.sock"\n'
    )
    done = saykey(tmp_path / "voice", "--config", config, given="\n")
    assert done.returncode == 1
    assert "absent.wav" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_running_device_lends_its_microphone_and_types_nothing(tmp_path):
    settings, folder = device_config(tmp_path), tmp_path / "voice"
    with (
        computer(tmp_path) as host,
        process("saykey", "run", "--verbose", "--config", str(settings)) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        terminal = Terminal(folder, "--config", settings)
        terminal.until("Enter begins")
        assert "recording with the microphone of the running saykey" in terminal.shown
        terminal.enter()
        terminal.until("1.0 s")
        assert client.request("status").lent
        terminal.enter()
        terminal.until("2 of 40: ")
        assert terminal.interrupted() == 130
        status = client.request("status")
        assert (status.capture, status.typing, status.held.pieces) == ("off", False, 0)
        assert status.recognition.recognised == 0
        device.send_signal(signal.SIGTERM)
        _, log = device.communicate(timeout=30)
        assert "a client of the control socket asks for the microphone" in log
        assert "0 phrases unrecognised, 0 texts held" in log
        host.send_signal(signal.SIGTERM)
        assert not any(json.loads(line).get("text") for line in host.stdout)
    (item,) = find.read(folder).items
    sound = read_pcm16(item.audio)
    assert len(sound) >= 32_000
    played = read_pcm16(DICTATION) + bytes(len(sound))  # the microphone is silent after its end
    assert played.startswith(sound)
    assert sorted(path.name for path in folder.iterdir()) == ["001.flac", "001.txt"]


def test_ctrl_c_in_a_recording_gives_the_microphone_back(tmp_path):
    settings = device_config(tmp_path)
    with (
        computer(tmp_path),
        process("saykey", "run", "--verbose", "--config", str(settings)) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        terminal = Terminal(tmp_path / "voice", "--config", settings)
        terminal.until("Enter begins")
        terminal.enter()
        terminal.until("0.")
        assert terminal.interrupted() == 130
        assert next(status for status in client.watch() if status.capture == "off")


def test_a_release_on_the_device_ends_a_recording_and_a_cancel_ends_the_command(tmp_path):
    settings, folder = device_config(tmp_path), tmp_path / "voice"
    with (
        computer(tmp_path),
        process("saykey", "run", "--verbose", "--config", str(settings)) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        terminal = Terminal(folder, "--config", settings)
        terminal.until("Enter begins")
        terminal.enter()
        terminal.until("0 s")
        client.request("release")
        terminal.until("Enter begins")
        assert "2 of 40: " in terminal.shown
        terminal.enter()
        terminal.until("0 s")
        client.request("cancel")
        terminal.until("run this again to go on")
        assert "the device stopped listening" in terminal.shown
        assert terminal.ended() == 1
    assert [item.name for item in find.read(folder).items] == ["001"]


def test_a_device_that_dictates_keeps_its_microphone(tmp_path):
    settings = device_config(tmp_path)
    with (
        computer(tmp_path),
        process("saykey", "run", "--verbose", "--config", str(settings)) as device,
        connected(tmp_path / "control.sock", device) as client,
    ):
        client.request("press")
        done = saykey(tmp_path / "voice", "--config", settings, given="\n")
        assert done.returncode == 1
        assert "a dictation is open already: release or cancel it" in done.stderr
        assert done.stderr.count("\n") == 1
        assert client.request("status").capture == "open"


def test_a_running_device_without_a_microphone_is_one_line(tmp_path):
    settings = device_config(tmp_path, source="file:absent.wav")
    with (
        computer(tmp_path),
        process("saykey", "run", "--verbose", "--config", str(settings)) as device,
        connected(tmp_path / "control.sock", device),
    ):
        done = saykey(tmp_path / "voice", "--config", settings, given="\n")
        assert done.returncode == 1
        assert "absent.wav" in done.stderr
        assert done.stderr.count("\n") == 1
