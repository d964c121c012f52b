"""Full, closed or unread standard streams cause one line at most, never a traceback."""

import asyncio
import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from nothing_invented.voices import FOLDER
from saykey import cli
from saykey.cli.demo import _live
from saykey.clock import MonotonicClock

PATIENCE_S = 60
RECORDING = FOLDER / "held-out" / "all-circuits-busy-now.flac"
COMPLAINT = b"saykey: standard output cannot be written ("


def commands(group=cli.saykey, path=()):
    """The words of every command and every group of commands."""
    context = click.Context(group)
    yield path
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def saykey(*arguments, redirected, **streams):
    """Run a command with the shell's redirection, as `saykey … >&-`."""
    words = [sys.executable, "-m", "saykey", *map(str, arguments)]
    return subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirected}', "sh", *words],
        timeout=PATIENCE_S, check=False, stdin=subprocess.DEVNULL,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams,
    )  # fmt: skip


@contextmanager
def read_by_nobody():
    """The write end of a pipe whose read end is closed."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        yield pipe


COMMANDS = list(commands())
OUTPUTS = {">/dev/full": b"No space left on device", ">&-": b"Bad file descriptor"}


def names(words):
    return " ".join(words) or "saykey"


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("words", COMMANDS, ids=names)
def test_help_that_cannot_be_written_gives_one_line_and_status_1(words, output):
    done = saykey(*words, "--help", redirected=output)
    assert done.returncode == 1
    assert done.stderr.startswith(COMPLAINT + OUTPUTS[output])
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("words", COMMANDS, ids=names)
def test_help_that_nobody_reads_gives_no_line_and_status_1(words):
    with read_by_nobody() as pipe:
        done = saykey(*words, "--help", redirected="", stdout=pipe)
    assert (done.returncode, done.stderr) == (1, b"")


WORK = {
    "demo": ["demo", "--fast", RECORDING],
    "demo as JSON": ["demo", "--fast", "--json", RECORDING],
    "transcribe": ["transcribe", RECORDING],
    "model list": ["model", "list", "--all"],
    "model info": ["model", "info", "tiny.en-short"],
    "keys": ["keys", "text"],
    "layouts": ["layouts"],
    "doctor": ["doctor"],
    "settings": ["settings"],
    "version": ["--version"],
}  # fmt: skip


@pytest.mark.parametrize("output", OUTPUTS)
@pytest.mark.parametrize("work", WORK)
def test_output_that_cannot_be_written_gives_one_line_and_status_1(work, output):
    done = saykey(*WORK[work], redirected=output)
    assert done.returncode == 1
    assert done.stderr.startswith(COMPLAINT + OUTPUTS[output])
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("work", WORK)
def test_output_that_nobody_reads_gives_no_line_and_status_1(work):
    with read_by_nobody() as pipe:
        done = saykey(*WORK[work], redirected="", stdout=pipe)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("complaints", ["2>/dev/full", "2>&-"])
@pytest.mark.parametrize("work", WORK)
def test_the_work_is_done_although_standard_error_cannot_be_written(work, complaints):
    expected = saykey(*WORK[work], redirected="")
    done = saykey(*WORK[work], redirected=complaints)
    assert done.returncode == expected.returncode
    assert (done.stdout == expected.stdout) or "demo" in work
    assert done.stdout


@pytest.mark.parametrize("complaints", ["2>/dev/full", "2>&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize(
    ("words", "status"), [(["stauts"], 2), (["transcribe", "absent.wav"], 1), ([], 2)], ids=str
)
def test_an_error_message_that_cannot_be_written_keeps_its_status(words, status, complaints):
    assert saykey(*words, redirected=complaints).returncode == status


def test_a_command_that_prints_nothing_needs_no_standard_output(tmp_path):
    file = tmp_path / "saykey.toml"
    file.write_text(f'[control]\nsocket = "{tmp_path}/absent"\n')
    for output in OUTPUTS:
        done = saykey("press", "--config", file, redirected=output)
        assert b"saykey is not running" in done.stderr
        assert done.stderr.count(b"\n") == 1


def test_a_closed_standard_input_is_empty():
    done = saykey("keys", "-", redirected="<&-")
    assert done.stdout.startswith(b"0 characters")
    assert done.stderr == b""


def test_no_other_file_gets_the_number_of_a_closed_stream(tmp_path):
    program = (
        "import os, sys; from saykey.cli import main; main(['settings', 'check', sys.argv[1]])"
    )
    program += "; os._exit(os.open(sys.argv[1], os.O_RDONLY))"
    file = tmp_path / "saykey.toml"
    file.touch()
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" <&- >&- 2>&-', "sh", sys.executable, "-c", program, file],
        check=False, timeout=PATIENCE_S,
    )  # fmt: skip
    assert done.returncode > 2


def test_letters_that_the_encoding_of_the_output_lacks_are_escaped(tmp_path):
    file = tmp_path / "ключ.toml"
    file.touch()
    environment = os.environ | {"PYTHONIOENCODING": "latin-1"}
    done = saykey("settings", "check", file, redirected="", env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert rb"\u043a\u043b\u044e\u0447.toml is valid" in done.stdout


def test_speaking_ends_at_once_when_standard_input_is_no_terminal_and_no_pipe(monkeypatch):
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr(sys, "stdin", nothing)
        _, until = _live("default", MonotonicClock())
        asyncio.run(asyncio.wait_for(until(), PATIENCE_S))
