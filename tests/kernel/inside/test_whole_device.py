"""The device as `saykey run` wires it, on the kernel's own hardware.

Speech in the sound card and a press on the pin result in text on the computer, a lit LED and a
picture on the display's bus.
"""

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import oled_bus
from raspberry_pi import WITH_PINS, the_pins
from sound_card import Player, sound_card
from usb_cable import Cable
from waiting import PATIENCE_S, until

from nothing_invented.voices import FOLDER
from saykey.audio.files import read_pcm16
from saykey.control.client import ControlClient

PROGRAM = Path(__file__).with_name("device_on_stub_bus.py")
PROMPT = FOLDER / "held-out" / "all-circuits-busy-now.flac"
TEXT = "All circuits are busy now."
BUTTON, LED = 5, 6  # not used by other tests: gpiozero keeps the pins it had
PIXELS = 0x40

pytestmark = WITH_PINS


@contextmanager
def device(folder):
    """The process of the device, and what its control socket reports."""
    settings, socket = folder / "saykey.toml", folder / "control"
    settings.write_text(f"""\
[microphone]
source = "alsa:hw:Loopback,1,0"
[button]
gpio = {BUTTON}
[panel]
led_gpio = {LED}
[control]
socket = "{socket}"
""")
    command = (sys.executable, str(PROGRAM), str(settings))
    with subprocess.Popen(command) as process:
        try:
            until(lambda: socket.exists() or process.poll() is not None, "the control socket")
            assert process.poll() is None, "the device has ended"
            with ControlClient(socket, PATIENCE_S) as client:
                yield process, client.watch()
        finally:
            process.send_signal(signal.SIGTERM)


def pixels():
    return b"".join(bytes(data) for control, data in oled_bus.transfers() if control == PIXELS)


def test_what_is_said_while_the_button_is_down_is_typed_and_shown(computer, tmp_path):
    pins = the_pins()
    pins.release(BUTTON)
    oled_bus.insert_bus()
    with sound_card(), Player() as player, Cable(computer) as cable:
        with device(tmp_path) as (process, statuses):
            next(status for status in statuses if status.model.state == "ready")
            oled_bus.clear_trace()
            pins.press(BUTTON)
            until(lambda: pins.is_high(LED), "the LED to say that it listens")
            assert player.play(read_pcm16(PROMPT)).wait(PATIENCE_S)
            pins.release(BUTTON)
            cable.shows(TEXT)
            until(lambda: any(pixels()), "a picture")
        assert process.returncode == 0
