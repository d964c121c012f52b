"""`saykey eval record` from a terminal, with a recording as the microphone."""

import os
import signal
import subprocess
import sys

import pytest

from saykey.audio.files import duration_s
from saykey.cli.demo import bundled
from saykey.measure.datasets import find

RECORDING, _ = bundled()


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "saykey.toml"
    path.write_text(f'[microphone]\nsource = "file:{RECORDING}"\n')
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
        status = self._process.wait(timeout=60)
        os.close(self._screen)
        return status


def test_a_sentence_is_recorded_between_two_keys(tmp_path, config):
    folder = tmp_path / "voice"
    terminal = Terminal(folder, "--config", config)
    terminal.until("Enter begins")
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
    config.write_text('[microphone]\nsource = "file:absent.wav"\n')
    done = saykey(tmp_path / "voice", "--config", config, given="\n")
    assert done.returncode == 1
    assert "absent.wav" in done.stderr
    assert done.stderr.count("\n") == 1
