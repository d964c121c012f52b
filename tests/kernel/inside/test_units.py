"""The units on a real systemd: the gadget set up by its unit, and no key left down by the other."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from usb_cable import Cable

ROOT = Path(__file__).parents[3]
UNITS = Path("/run/systemd/system")
PROGRAM = Path("/usr/lib/saykey")
DEVICE = Path("/dev/hidg0")
KEY_A = 30

HOLDS_A_KEY = """\
[Service]
ExecStart=
ExecStart=/bin/sh -c "printf '\\\\0\\\\0\\\\4\\\\0\\\\0\\\\0\\\\0\\\\0' >/dev/hidg0; exec sleep 600"
Restart=no
"""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def property_of(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit).strip()


class UnitCable(Cable):
    """The gadget is set up by its unit, and given to the service as the udev rule says."""

    def set_up(self):
        run("systemctl", "start", "saykey-gadget.service")
        rule = (ROOT / "systemd/70-saykey.rules").read_text()
        run("chgrp", re.search(r'GROUP="(\w+)"', rule)[1], str(DEVICE))
        run("chmod", re.search(r'MODE="(\d+)"', rule)[1], str(DEVICE))


@pytest.fixture(scope="module")
def installed():
    """Everything at its place, as a package would put it; the VM forgets it."""
    PROGRAM.mkdir()
    (PROGRAM / "gadget").symlink_to(ROOT / "gadget")
    run("systemd-sysusers", str(ROOT / "systemd/saykey.sysusers.conf"))
    for name in ("saykey-gadget.service", "saykey.service"):
        (UNITS / name).write_text((ROOT / "systemd" / name).read_text())
    (UNITS / "saykey.service.d").mkdir()
    (UNITS / "saykey.service.d/holds-a-key.conf").write_text(HOLDS_A_KEY)
    run("systemctl", "daemon-reload")


@pytest.fixture
def cable(installed, computer):  # noqa: ARG001 - a fixture may need another for what it does
    with UnitCable(computer) as cable:
        yield cable
    run("systemctl", "stop", "saykey.service", "saykey-gadget.service")
    run("systemctl", "reset-failed")


def test_a_daemon_killed_with_a_key_down_leaves_none_down(cable, capsys):
    run("systemctl", "start", "saykey.service")
    cable.until(lambda seen: seen["keys_down"] == [KEY_A])
    daemon = int(property_of("saykey.service", "MainPID"))
    killed_at = time.monotonic_ns()
    os.kill(daemon, signal.SIGKILL)
    seen = cable.until(lambda seen: seen["keys_down"] == [])
    assert seen["event"] == "typed", "let up by a report, not by an unplugging"
    with capsys.disabled():
        sys.stdout.write(f"\nkey up {(seen['at'] - killed_at) / 1e6:.0f} ms after SIGKILL\n")
    assert property_of("saykey.service", "Result") == "signal"


def test_the_daemon_runs_as_its_own_user_and_is_never_swapped(cable):
    run("systemctl", "start", "saykey.service")
    assert property_of("saykey.service", "User") == "saykey"
    assert property_of("saykey.service", "MemorySwapMax") == "0"
    process = property_of("saykey.service", "MainPID")
    assert run("stat", "-c", "%U", f"/proc/{process}").strip() == "saykey"
    assert run("stat", "-c", "%U %a", "/run/saykey").strip() == "saykey 750"
    assert cable.until(lambda seen: seen["keys_down"] == [KEY_A])


def test_stopping_the_gadgets_unit_leaves_nothing(cable):
    assert DEVICE.exists()
    run("systemctl", "stop", "saykey-gadget.service")
    assert not DEVICE.exists()
    assert cable.kernel.names(cable.kernel.config / "usb_gadget") == ()
    assert property_of("saykey-gadget.service", "Result") == "success"
