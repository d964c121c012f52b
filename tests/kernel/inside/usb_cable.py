"""A cable that the test plugs: the gadget at one end, a computer process at the other."""

import atexit
import json
import os
import queue
import subprocess
import sys
import threading
import time
from functools import cache
from pathlib import Path

from saykey_gadget import apply
from saykey_gadget.identity import identity_of
from saykey_gadget.kernel import Kernel
from saykey_gadget.plan import plan
from saykey_gadget.settings import GadgetSettings
from waiting import PATIENCE_S, until

STEPS = plan(GadgetSettings(), identity_of("0123456789abcdef" * 2))
MODULES = ("usb_f_hid", "dummy_hcd")
USBHID = Path("/sys/bus/usb/drivers/usbhid")


def removed(module):
    """Whether a kernel module could be removed; it stays while one of its files is open."""
    return not subprocess.run(("rmmod", module), check=False, capture_output=True).returncode


class Computer:
    """The process at the other end, one for all tests."""

    def __init__(self):
        program = Path(__file__).with_name("usb_host.py")
        self._process = subprocess.Popen(
            (sys.executable, str(program)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        self._said = queue.SimpleQueue()
        self._text = ""
        self._reports = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def begin(self, kind):
        """Start with an empty screen, and read the keyboard in this way."""
        self._process.stdin.write(f"{kind}\n")
        while self.next()["event"] != "waiting":
            pass

    def next(self):
        """Its next line, with all text and this cable's reports. Raises queue.Empty if none."""
        said = self._said.get(timeout=PATIENCE_S)
        if said["event"] == "waiting":
            self._text = ""
        self._text += said["text"]
        self._reports = [*self._reports, *said["reports"]]
        now = said | {"text": self._text, "reports": self._reports}
        if said["event"] in {"waiting", "unplugged"}:
            self._reports = []
        return now

    def end(self):
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._process.stdin.close()
        self._process.stdout.close()

    def _read(self):
        for line in self._process.stdout:
            self._said.put(json.loads(line))


@cache
def the_computer():
    """The only computer: a second one would take the keyboard away from it."""
    computer = Computer()
    atexit.register(computer.end)
    return computer


class Cable:
    """The gadget set up and the cable plugged in; the end of ``with`` takes the gadget down."""

    def __init__(self, computer, kind="events"):
        self.kernel = Kernel()
        self._computer = computer
        self._kind = kind

    def __enter__(self):
        apply.down(self.kernel, "saykey")
        until(lambda: not keyboards(), "the keyboard before to go")
        self._computer.begin(self._kind)
        self.seen = {}
        self.set_up()
        self.until_plugged()
        return self

    def set_up(self):
        """Set the gadget up, with the cable plugged in."""
        apply.up(self.kernel, STEPS)

    def __exit__(self, *_):
        apply.down(self.kernel, "saykey")

    @property
    def controller(self):
        return self.kernel.config / "usb_gadget/saykey/UDC"

    def unplug(self):
        """Pull it."""
        self.kernel.write(self.controller, b"\n")

    def plug(self):
        """Put it in."""
        self.kernel.write(self.controller, self.kernel.names(self.kernel.controllers)[0].encode())

    def remove_modules(self):
        """Take the gadget down and remove the modules it needs from the kernel."""
        apply.down(self.kernel, "saykey")
        for module in MODULES:
            until(lambda module=module: removed(module), f"{module} to be removed")

    def insert_modules(self):
        subprocess.run(("modprobe", "-a", *reversed(MODULES)), check=True)
        self.set_up()

    def until_plugged(self):
        """Wait until the computer listens to the keyboard."""
        self.until(lambda seen: seen["event"] == "typed")

    def until_unplugged(self):
        return self.until(lambda seen: seen["event"] == "unplugged")

    def until(self, true):
        """Wait for a line of the computer for which this is true, and return it."""
        deadline = time.monotonic() + PATIENCE_S
        self.seen = self._computer.next()
        while not true(self.seen):
            assert time.monotonic() < deadline, self.seen
            self.seen = self._computer.next()
        return self.seen

    def shows(self, text):
        """Check that the computer soon shows this text, with all keys up and nothing lost."""
        try:
            while (self.seen["text"], self.seen["keys_down"]) != (text, []):
                self.seen = self._computer.next()
        except queue.Empty:
            lost = self.seen["lost"]
            got = f"got {len(self.seen['text'])} characters, {lost} times lost: {self.seen}"
            raise AssertionError(f"wanted {len(text)}, {got}") from None
        assert self.seen["lost"] == 0

    def let_sleep(self):
        """Have the computer suspend the keyboard: it then reads no reports."""
        self._device_power("autosuspend_delay_ms", "0")
        until(self._suspended, "the keyboard to be suspended")
        self._device_power("autosuspend_delay_ms", "600000")  # once woken it stays awake

    def _suspended(self):
        """Request the suspend again and check it: while a key is down it is lost (hid_suspend)."""
        status = self._power_status()
        if status == "active":
            self._device_power("control", "on")
            self._device_power("control", "auto")
        return status == "suspended"

    def let_go(self):
        """Unbind the computer's driver from the keyboard, which then stays plugged in, unpolled."""
        (USBHID / "unbind").write_text(f"{self._device().name}:1.0")

    def take_up(self):
        """Bind the driver again."""
        (USBHID / "bind").write_text(f"{self._device().name}:1.0")
        self.until_plugged()

    def resume(self):
        """Have the computer end the keyboard's sleep."""
        self._device_power("control", "on")
        self.until_awake()

    def until_awake(self):
        until(lambda: self._power_status() == "active", "the keyboard to be awake")

    def _device_power(self, attribute, value):
        (self._device() / "power" / attribute).write_text(value)

    def _power_status(self):
        return (self._device() / "power/runtime_status").read_text().strip()

    def _device(self):
        return keyboards()[0]


def keyboards():
    """As the computer's USB core sees them: on a port of dummy_hcd's root hub."""
    return [
        path
        for path in Path("/sys/bus/usb/devices").glob("*-*")
        if ":" not in path.name and "dummy_hcd" in os.path.realpath(path)
    ]
