"""The command line as a user meets it: each command in a process of its own or in this one."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading

import msgspec
import pytest

from saykey import __version__, cli
from saykey.control.server import ControlServer
from saykey.control.status import HeldStatus, ModelStatus, Status
from saykey.errors import Refused
from saykey.ports import Link
from saykey.requests import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    HeldTextDropped,
    HeldTextMoved,
    HeldTextWanted,
    HostWanted,
    ModelWanted,
    RetryWanted,
)
from saykey.simulated.clock import VirtualClock

UNFINISHED_WAIT_S = 20


class RunningSaykey:
    """A control server in a thread of its own, in front of a device that remembers its host.

    ``models`` are the successive statuses of its model after another one is requested.
    """

    def __init__(self, path):
        self.path = path
        self.events = []
        self.models = []
        self.status = Status(
            capture="off",
            host="box",
            hosts=("box", "mac"),
            link=Link.UP,
            model=ModelStatus(name="tiny.en-short", state="ready"),
            held=HeldStatus(characters=6, pieces=1, text=("secret",)),
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(UNFINISHED_WAIT_S)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._done.set)
        self._thread.join()

    async def _run(self):
        self._loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        self._server = ControlServer(
            self.path,
            clock=VirtualClock(7),
            ask=self._ask,
            post=self.events.append,
            status=lambda: self.status,
        )
        await self._server.open()
        self._ready.set()
        await self._done.wait()
        await self._server.close()

    async def _ask(self, event):
        if isinstance(event, HostWanted) and event.host not in self.status.hosts:
            raise Refused(f"no host {event.host!a}; hosts: {', '.join(self.status.hosts)}")
        self.events.append(event)
        if isinstance(event, HostWanted):
            self.status = msgspec.structs.replace(self.status, host=event.host)
        self._server.changed()
        if isinstance(event, ModelWanted):
            self._model_changes()

    def _model_changes(self):
        if self.models:
            self.status = msgspec.structs.replace(self.status, model=self.models.pop(0))
            self._server.changed()
            self._loop.call_soon(self._model_changes)


@pytest.fixture
def running(tmp_path):
    with RunningSaykey(tmp_path / "control.sock") as saykey:
        yield saykey


@pytest.fixture
def saykey(capsys):
    """Run a command in this process: exit status, standard output, standard error."""

    def run(*args):
        status = cli.main([str(arg) for arg in args])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def complaint(result):
    status, out, err = result
    assert out == ""
    assert err.startswith("saykey: ")
    assert err.count("\n") == 1
    return status, err.removeprefix("saykey: ").rstrip("\n")


def test_help_lists_every_command_with_a_line_about_it(saykey):
    status, out, _ = saykey("--help")
    assert status == 0
    for name, (_, about) in cli.COMMANDS.items():
        assert f"  {name} " in out
        assert about in out


def test_version_is_that_of_the_package(saykey):
    assert saykey("--version") == (0, f"saykey {__version__}\n", "")


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_each_command_documents_itself(saykey, name):
    status, out, err = saykey(name, "--help")
    assert (status, err) == (0, "")
    assert f"Usage: saykey {name}" in out


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        (["stauts"], 'there is no command "stauts"; did you mean "status"?'),
        (["zzz"], 'there is no command "zzz"; see `saykey --help`'),
        (["status", "--jsno"], "No such option '--jsno'. Did you mean '--json'?"),
        (["use-host"], "Missing argument 'NAME'; see `saykey use-host --help`"),
        (["status", "--text"], "--text shows in JSON only; add --json; see `saykey status --help`"),
    ],
)
def test_a_mistyped_command_line_gives_one_line_and_exit_status_2(saykey, args, expected):
    assert complaint(saykey(*args)) == (2, expected)


def test_without_arguments_the_help_is_shown_and_the_status_is_2(saykey):
    status, out, err = saykey()
    assert (status, out) == (2, "")
    assert "Usage: saykey" in err


@pytest.mark.parametrize(
    ("args", "event"),
    [
        (["press"], DictationStarted(at=7)),
        (["release"], DictationEnded(at=7)),
        (["cancel"], Cancelled()),
        (["type-held"], HeldTextWanted()),
        (["drop-held"], HeldTextDropped()),
        (["move-held", "mac"], HeldTextMoved("mac")),
        (["retry"], RetryWanted()),
        (["use-host", "mac"], HostWanted("mac")),
    ],
)
def test_commands_reach_the_running_saykey_and_print_nothing(saykey, running, args, event):
    assert saykey(*args, "--socket", running.path) == (0, "", "")
    assert running.events == [event]


@pytest.mark.parametrize("command", [["use-model"], ["model", "use"]])
def test_a_model_is_in_use_when_the_command_says_so(saykey, running, command):
    running.models = [ModelStatus("tiny.en-short", "ready", next="base")]
    running.models += [ModelStatus("base", "loading"), ModelStatus("base", "ready")]
    assert saykey(*command, "base", "--socket", running.path) == (0, "base is in use\n", "")
    assert running.events == [ModelWanted("base")]
    assert running.models == []


def test_the_model_that_is_in_use_already_is_reported_at_once(saykey, running):
    done = saykey("model", "use", "tiny.en-short", "--socket", running.path)
    assert done == (0, "tiny.en-short is in use\n", "")


LOADING, DEMO = ModelStatus("base", "loading"), ModelStatus("tiny.en-short", "ready")


@pytest.mark.parametrize(
    ("models", "line"),
    [
        (
            [LOADING, msgspec.structs.replace(DEMO, reason="base cannot be used, … stays: no")],
            "base cannot be used, … stays: no",
        ),
        ([LOADING, ModelStatus("base", "failed", "base is a web page")], "base is a web page"),
        ([LOADING, DEMO], "tiny.en-short was chosen meanwhile"),
        ([ModelStatus("base", "ready", next="tiny")], "tiny was chosen meanwhile"),
    ],
)
def test_a_model_that_cannot_be_used_is_reported_with_the_reason(saykey, running, models, line):
    running.models = models
    result = saykey("model", "use", "base", "--socket", running.path)
    assert complaint(result) == (1, line)


def test_status_is_a_line_for_people_or_json_for_programs(saykey, running):
    _, out, _ = saykey("status", "--socket", running.path)
    assert out == "idle · box up · tiny.en-short ready · held 6 characters in 1 piece\n"
    _, out, _ = saykey("status", "--json", "--socket", running.path)
    assert json.loads(out)["held"] == {"characters": 6, "pieces": 1, "doubtful": 0}
    _, out, _ = saykey("status", "--json", "--text", "--socket", running.path)
    assert json.loads(out)["held"]["text"] == ["secret"]


def test_the_socket_is_found_in_the_settings_file(saykey, running, tmp_path):
    config = tmp_path / "saykey.toml"
    config.write_text(f'[control]\nsocket = "{running.path}"\n')
    assert saykey("press", "--config", config) == (0, "", "")
    assert running.events == [DictationStarted(at=7)]


def test_an_unknown_host_is_refused_with_the_known_ones(saykey, running):
    result = saykey("use-host", "bix", "--socket", running.path)
    assert complaint(result) == (1, "no host 'bix'; hosts: box, mac")


def test_without_a_running_saykey_one_line_says_how_to_start_it(saykey, tmp_path):
    status, line = complaint(saykey("status", "--socket", tmp_path / "absent.sock"))
    assert status == 1
    assert line.startswith("saykey is not running (no socket at ")
    assert "start it with `saykey run`" in line


def test_settings_print_as_a_file_that_checks_as_right(saykey, tmp_path):
    _, out, _ = saykey("settings")
    file = tmp_path / "saykey.toml"
    file.write_text(out)
    status, out, _ = saykey("settings", "check", file)
    assert (status, out) == (0, f"{file} is valid: model tiny.en-short; hosts: computer\n")


def test_each_fault_in_the_settings_gives_a_line_and_the_exit_status_is_1(saykey, tmp_path):
    file = tmp_path / "saykey.toml"
    file.write_text('[button]\nmode = 1\n[recognizer]\nmodel = "tiny.en-shrt"\n[buton]\n')
    status, out, err = saykey("settings", "check", file)
    assert (status, err) == (1, "")
    first, second, third = out.splitlines()
    assert first == f'{file}: [button] mode = 1 must be "hold" or "toggle"'
    assert second.startswith(f'{file}: there is no section "buton" (did you mean "button"?)')
    assert third.startswith(
        f'{file}: warning: [recognizer] model = "tiny.en-shrt": there is no model'
    )


def test_a_missing_settings_file_is_a_usage_error(saykey, tmp_path):
    status, line = complaint(saykey("settings", "check", tmp_path / "none.toml"))
    assert status == 2
    assert line.endswith("no such settings file; `saykey settings` prints one")


def test_watch_prints_each_change_until_interrupted_which_is_status_130(running):
    command = [sys.executable, "-m", "saykey", "watch", "--json", "--socket", str(running.path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as watch:
        assert json.loads(watch.stdout.readline())["host"] == "box"
        assert cli.main(["use-host", "mac", "--socket", str(running.path)]) == 0
        assert json.loads(watch.stdout.readline())["host"] == "mac"
        watch.send_signal(signal.SIGINT)
        out, err = watch.communicate(timeout=UNFINISHED_WAIT_S)
    assert (watch.returncode, out, err.strip()) == (130, "", "")


def test_watch_interrupted_right_after_a_line_does_not_print_it_twice(running):
    command = [sys.executable, "-m", "saykey", "watch", "--json", "--socket", str(running.path)]
    for _ in range(8):  # with the fault, three of four runs printed it twice
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watch:
            watch.stdout.readline()
            watch.send_signal(signal.SIGINT)
            out, _ = watch.communicate(timeout=UNFINISHED_WAIT_S)
        assert (watch.returncode, out) == (130, b"")


def test_watch_ends_with_a_line_when_saykey_ends(tmp_path):
    path = tmp_path / "control.sock"
    command = [sys.executable, "-m", "saykey", "watch", "--socket", str(path)]
    with RunningSaykey(path):
        watch = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert watch.stdout.readline().startswith("idle")
    _, err = watch.communicate(timeout=UNFINISHED_WAIT_S)
    assert watch.returncode == 1
    assert err == "saykey: saykey has ended; see its log, or start it with `saykey run`\n"


def test_a_reader_that_closes_the_pipe_early_causes_no_message():
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "saykey", "settings"],
            stdout=closed,
            stderr=subprocess.PIPE,
            check=False,
            timeout=UNFINISHED_WAIT_S,
        )
    assert (done.returncode, done.stderr) == (1, b"")
