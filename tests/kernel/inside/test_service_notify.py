"""The daemon's unit on a real systemd: readiness, restarts, and held text after a crash."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs import run
from usb_cable import Cable
from waiting import until

from saykey.outbox.kept import encode
from saykey.state.hosts import Held

ROOT = Path(__file__).parents[3]
NAME = "saykey-in-the-vm.service"
UNIT = Path("/run/systemd/system") / NAME
MIRROR = Path("/run/saykey/held.json")
SETTINGS = Path("/run/saykey-in-the-vm.toml")
PATIENCE_S = 300

DROP_IN = f"""\
[Service]
User=root
Group=root
ProtectHome=no
BindReadOnlyPaths={ROOT}
ExecStart=
ExecStart={sys.executable} -P -m saykey run --config {SETTINGS}
TimeoutStartSec={PATIENCE_S}
TimeoutStopSec={PATIENCE_S}
WatchdogSec={PATIENCE_S}
"""
"""Overrides for a slow machine and a checkout that root may own; the rest is as shipped."""


def shown(name):
    return run("systemctl", "show", "--value", "-p", name, NAME).strip()


def eventually(name, true):
    """Wait until a property of the unit has the wanted value, and return it."""

    def otherwise():
        return f"{name}, which is {shown(name)!r}\n{run('journalctl', '-u', NAME)}"

    until(lambda: true(shown(name)), otherwise, pause_s=0.1)
    return shown(name)


@pytest.fixture
def service(computer):
    """The unit, with a computer on the cable."""
    with in_the_vm(), Cable(computer):
        yield
        run("systemctl", "stop", NAME)


@contextmanager
def in_the_vm():
    """The unit, to be started."""
    run("systemd-sysusers", str(ROOT / "systemd/saykey.sysusers.conf"))
    recording = ROOT / "firmware/saykey/data/recordings/dictation.flac"
    SETTINGS.write_text(f'[microphone]\nsource = "file:{recording}"\n')
    SETTINGS.chmod(0o644)
    UNIT.write_text((ROOT / "systemd/saykey.service").read_text())
    drop_ins = UNIT.with_name(f"{NAME}.d")
    drop_ins.mkdir()
    (drop_ins / "in-the-vm.conf").write_text(DROP_IN)
    run("systemctl", "daemon-reload")
    yield
    run("systemctl", "stop", NAME)
    run("rm", "-r", str(UNIT), str(drop_ins), str(SETTINGS))
    run("systemctl", "daemon-reload")


@pytest.fixture
def unit():
    """The unit, nothing on the cable, not even a gadget."""
    with in_the_vm():
        yield


@pytest.mark.usefixtures("unit")
def test_it_is_ready_without_a_gadget_and_takes_the_one_that_comes(computer):
    run("systemctl", "start", NAME)  # returns at READY=1, and fails without it
    eventually("StatusText", lambda text: "missing: host computer" in text)
    with Cable(computer):
        eventually("StatusText", lambda text: "computer up" in text and "missing" not in text)
    eventually("StatusText", lambda text: "missing: host computer" in text)
    with Cable(computer):
        eventually("StatusText", lambda text: "computer up" in text and "missing" not in text)
    assert shown("NRestarts") == "0"
    run("systemctl", "stop", NAME)
    assert shown("Result") == "success"


@pytest.mark.usefixtures("unit")
def test_wrong_settings_end_it_once_and_no_limit_keeps_other_failures_from_being_retried():
    SETTINGS.write_text('[microphone]\nsauce = "file:x"\n')
    assert subprocess.run(("systemctl", "start", NAME), check=False).returncode
    eventually("ActiveState", lambda state: state == "failed")
    assert (shown("ExecMainStatus"), shown("NRestarts")) == ("2", "0")
    assert shown("StartLimitIntervalUSec") == "0"
    run("systemctl", "reset-failed", NAME)


@pytest.mark.usefixtures("service")
def test_it_is_started_when_it_says_so_and_after_a_crash_holds_its_text():
    run("systemctl", "start", NAME)  # returns at READY=1, and fails without it
    assert shown("ActiveState") == "active"
    assert eventually("StatusText", lambda text: "computer up" in text).startswith("idle · ")

    first = shown("MainPID")
    left = encode((("computer", Held(1, "Hello.")),))
    MIRROR.write_bytes(left)  # as the daemon would
    os.kill(int(first), signal.SIGKILL)

    eventually("MainPID", lambda process: process not in {"0", first})
    eventually("StatusText", lambda text: "held 6 characters in 1 piece" in text)
    assert shown("NRestarts") == "1"
    assert MIRROR.read_bytes() == left

    run("systemctl", "stop", NAME)
    assert shown("Result") == "success"
    assert not MIRROR.parent.exists()
