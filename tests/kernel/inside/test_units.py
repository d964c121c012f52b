"""The units on a real systemd: one sets the gadget up, the other leaves no key down."""

import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import pytest
from programs import run
from usb_cable import Cable

ROOT = Path(__file__).parents[3]
UNITS = Path("/run/systemd/system")
DROP_INS = UNITS / "saykey.service.d"
PROGRAM = Path("/usr/lib/saykey")
DEVICE = Path("/dev/hidg0")
KEY_A = 30
KEY_UP_MS = 200

TIME_IS_COUNTED = os.environ.get("SAYKEY_CLOCK") == "counted"
"""Whether an instruction takes a nanosecond, however busy the host is; see tests/kernel/vm.py."""

HOLDS_A_KEY = f"""\
[Service]
Type=exec
WatchdogSec=0
Environment=PYTHONPATH={PROGRAM}/firmware PYTHONDONTWRITEBYTECODE=1
ExecStart=
ExecStart=/usr/bin/python3 {PROGRAM}/holds_a_key.py {DEVICE}
Restart=no
"""


def property_of(unit, name):
    return run("systemctl", "show", "--value", "-p", name, unit).strip()


class UnitCable(Cable):
    """A cable whose gadget is set up by its unit and given to the service as by the udev rule."""

    def set_up(self):
        run("systemctl", "start", "saykey-gadget.service")
        rule = (ROOT / "systemd/70-saykey.rules").read_text()
        run("chgrp", re.search(r'GROUP="(\w+)"', rule)[1], str(DEVICE))
        run("chmod", re.search(r'MODE="(\d+)"', rule)[1], str(DEVICE))


@pytest.fixture(scope="module")
def installed():
    """Install everything where a package would; the virtual machine forgets it."""
    shutil.copytree(ROOT / "gadget", PROGRAM / "gadget")
    without_data = shutil.ignore_patterns("data")
    shutil.copytree(ROOT / "firmware", PROGRAM / "firmware", ignore=without_data)
    shutil.copy(Path(__file__).with_name("holds_a_key.py"), PROGRAM)
    run("systemd-sysusers", str(ROOT / "systemd/saykey.sysusers.conf"))
    for name in ("saykey-gadget.service", "saykey.service"):
        (UNITS / name).write_text((ROOT / "systemd" / name).read_text())
    DROP_INS.mkdir()
    (DROP_INS / "holds-a-key.conf").write_text(HOLDS_A_KEY)
    run("systemctl", "daemon-reload")


@pytest.fixture
def cable(installed, computer):  # noqa: ARG001 - a fixture may need another for what it does
    with UnitCable(computer) as cable:
        yield cable
    run("systemctl", "stop", "saykey.service", "saykey-gadget.service")
    run("systemctl", "reset-failed")


def key_up_after(kill, what, cable, capsys):
    """Check that the computer soon gets the release, and print how long it took."""
    killed_at = time.monotonic_ns()
    kill()
    seen = cable.until(lambda seen: seen["keys_down"] == [])
    assert seen["event"] == "typed", "let up by a report, not by an unplugging"
    took_ms = (seen["at"] - killed_at) / 1e6
    with capsys.disabled():
        sys.stdout.write(f"\nkey up {took_ms:.0f} ms after SIGKILL of {what}\n")
    if TIME_IS_COUNTED:
        assert took_ms <= KEY_UP_MS
    assert property_of("saykey.service", "Result") == "signal"


def test_a_daemon_killed_with_a_key_down_leaves_none_down(cable, capsys):
    """The guard process does it; what the unit does takes longer."""
    (DROP_INS / "guard-only.conf").write_text("[Service]\nExecStopPost=\n")
    run("systemctl", "daemon-reload")
    run("systemctl", "start", "saykey.service")
    cable.until(lambda seen: seen["keys_down"] == [KEY_A])
    daemon = int(property_of("saykey.service", "MainPID"))

    key_up_after(lambda: os.kill(daemon, signal.SIGKILL), "the daemon", cable, capsys)
    (DROP_INS / "guard-only.conf").unlink()
    run("systemctl", "daemon-reload")


def test_a_daemon_killed_with_all_its_processes_leaves_no_key_down(cable, capsys):
    run("systemctl", "start", "saykey.service")
    cable.until(lambda seen: seen["keys_down"] == [KEY_A])

    kill = ("systemctl", "kill", "--signal=KILL", "saykey.service")
    key_up_after(lambda: run(*kill), "all processes of the unit", cable, capsys)


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
