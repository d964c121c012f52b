"""The running device changes its model on request, and keeps working if the change fails."""

import os
import shutil
import signal
import time
from contextlib import contextmanager

import psutil
import pytest
from daemon import computer, config, connected, process

from recorded import MODEL, NAME
from saykey.control.client import ControlClient
from saykey.errors import ControlError
from saykey.models.formats.contents import Notes
from saykey.models.formats.open_model import opened
from saykey.models.formats.random_weights import write_random
from saykey.models.store.convert import export_gguf

PATIENCE = 60


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """The user's models: a small one, as GGUF, a larger one, and a damaged one."""
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    folder = tmp_path / "models"
    folder.mkdir()
    with opened(MODEL) as model:
        export_gguf(model, folder / "small.gguf", Notes())
    shutil.copy(MODEL, folder / "damaged.bin")
    os.truncate(folder / "damaged.bin", 1_000_000)
    write_random(folder / "large.bin", "base", "q4_0")
    return folder


@contextmanager
def device(folder):
    """A device with its bundled model ready: its process, a client, and its statuses."""
    settings = str(config(folder))
    socket = folder / "control.sock"
    with (
        computer(folder),
        process("saykey", "run", "--verbose", "--config", settings) as program,
        connected(socket, program) as asking,
        ControlClient(socket) as watching,
    ):
        yield program, asking, watching.watch()


def until(statuses, condition):
    """The first status for which this is true."""
    return next(status for status in statuses if condition(status))


def ready(name):
    return lambda status: (status.model.name, status.model.state) == (name, "ready")


def next_worker(program, asking, before):
    """A worker with the large model that is not the one before."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        children = psutil.Process(program.pid).children()
        if ready("large")(asking.request("status")) and len(children) == 1 and children != [before]:
            return children[0]
    pytest.fail("there is no worker with the large model")


def test_another_model_is_used_on_request(tmp_path):
    with device(tmp_path) as (_program, asking, statuses):
        asking.use_model("small")
        assert until(statuses, ready("small")).model.reason == ""


def test_a_damaged_model_leaves_the_one_before_in_use_and_says_so(tmp_path):
    with device(tmp_path) as (_program, asking, statuses):
        with pytest.raises(ControlError, match=r"^damaged cannot be used, tiny.en-short stays: "):
            asking.use_model("damaged")
        kept = until(statuses, lambda status: status.model.reason)
        assert ready("tiny.en-short")(kept)
        assert kept.model.reason.startswith("damaged cannot be used, tiny.en-short stays: ")
        assert kept.fault is None


def test_a_model_whose_worker_is_killed_again_and_again_is_replaced_by_a_smaller_one(tmp_path):
    with device(tmp_path) as (program, asking, statuses):
        asking.request("use-model", name="large")
        worker = None
        for _ in range(3):
            worker = next_worker(program, asking, worker)
            worker.send_signal(signal.SIGKILL)
        given_way = until(statuses, lambda status: ready(NAME)(status) and status.model.reason)
        assert given_way.model.reason.startswith(f"large broke 3 times, {NAME} is used; ")
        asking.request("use-model", name="large")
        assert until(statuses, ready("large")).model.reason == ""
