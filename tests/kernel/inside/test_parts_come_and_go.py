"""The device as `saykey run` wires it, started before any of its hardware is there.

This test must run before any other test has made pins, because it sees them appear.
"""

import signal
import subprocess
import sys
from pathlib import Path

import oled_bus
import pytest
from raspberry_pi import CONFIG, WITH_PINS, the_pins
from usb_cable import Cable
from waiting import PATIENCE_S, until

import saykey
from saykey.control.client import ControlClient
from saykey.ports import Link

PROGRAM = Path(__file__).with_name("device_on_stub_bus.py")
RECORDING = Path(saykey.__file__).parent / "data/recordings/dictation.flac"
BUTTON, LED = 7, 8  # not used by other tests: gpiozero keeps the pins it had
PIXELS = 0x40

pytestmark = WITH_PINS


@pytest.fixture
def device(tmp_path):
    """The process of the device, and what its control socket reports."""
    settings, socket = tmp_path / "saykey.toml", tmp_path / "control"
    settings.write_text(f"""\
[microphone]
source = "file:{RECORDING}"
pre_roll_ms = 0
[button]
gpio = {BUTTON}
[panel]
led_gpio = {LED}
[control]
socket = "{socket}"
""")
    with subprocess.Popen((sys.executable, str(PROGRAM), str(settings))) as process:
        try:
            until(lambda: socket.exists() or process.poll() is not None, "the control socket")
            assert process.poll() is None, "the device has ended"
            with ControlClient(socket, PATIENCE_S) as client:
                yield Watched(client.watch())
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


class Watched:
    """The statuses of the device; one status may bring two changes."""

    def __init__(self, statuses):
        self._statuses = statuses
        self.status = next(statuses)

    def until(self, true):
        """Wait for a status for which this is true, the latest one included."""
        while not true(self.status):
            self.status = next(self._statuses)

    def until_missing(self, *parts):
        """Wait until these parts are missing, and no others."""
        self.until(lambda status: {each.part for each in status.missing} == set(parts))

    def until_connected(self):
        self.until(lambda status: not status.missing and status.link is Link.UP)

    def until_capture_is(self, stage):
        self.until(lambda status: status.capture == stage)


def drawn():
    return any(control == PIXELS and any(data) for control, data in oled_bus.transfers())


def test_each_part_is_used_when_it_comes_missed_when_it_goes_and_used_again(computer, device):
    assert not CONFIG.exists(), "another test has made the pins"
    host = "host computer"
    device.until_missing("button", "light", "display", host)
    pins = the_pins()
    pins.release(BUTTON)
    device.until_missing("display", host)
    oled_bus.insert_bus()
    device.until_missing(host)
    until(drawn, "a picture")
    with Cable(computer):
        device.until_connected()
        pins.press(BUTTON)
        device.until_capture_is("open")
        until(lambda: pins.is_high(LED), "the LED to say that it listens")
        pins.take_away()
        device.until_missing("button", "light")
        device.until_capture_is("off")
        pins.bring_back()
        pins.release(BUTTON)
        device.until_connected()
        pins.press(BUTTON)
        device.until_capture_is("open")
        pins.release(BUTTON)
        oled_bus.remove_bus()
        device.until_missing("display")
    device.until_missing("display", host)
    oled_bus.clear_trace()
    oled_bus.insert_bus()
    device.until_missing(host)
    until(drawn, "a picture")
    with Cable(computer):
        device.until_connected()
