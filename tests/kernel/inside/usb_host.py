"""The computer at the other end of the cable: a process that starts anew at each KIND on stdin.

KIND "events" reads the keyboard's event device, as a desktop does. KIND "reports" reads the same
keyboard's hidraw device, which still hands over after an unplug what came before it; the event
device does not (hidraw_read and evdev_read in the kernel). Both type into
saykey.simulated.text_field. Each line on stdout is a JSON object: what happened, what was typed and
read since the line before, and the keys that are down.
"""

import contextlib
import fcntl
import json
import os
import select
import sys
import time
from pathlib import Path

import evdev
from evdev import ecodes

from saykey.simulated.text_field import CAPS_LOCK, NUM_LOCK, TextField

CLASSES = {"events": ("input", "event*", "/dev/input"), "reports": ("hidraw", "hidraw*", "/dev")}
LIGHTS = ((NUM_LOCK, ecodes.LED_NUML), (CAPS_LOCK, ecodes.LED_CAPSL))
EVENT_BYTES = 24  # struct input_event: two words of time, then type, code and value
REPORT_BYTES = 8
READ_BYTES = 1 << 16
PIPE_BYTES = 1 << 26  # holds what is not decoded yet: 100,000 characters make 30 MB
PAUSE_S = 0.02
READERS_PROCESSOR = {0}


class NewRound(Exception):
    """A line came on stdin."""


class Computer:
    """A text field, a keyboard that comes and goes, and what was lost on the way."""

    def __init__(self, kind):
        self.kind = kind
        self.field = TextField()
        self.lost = 0
        self.reports = []
        self.text_told = 0

    def run(self):
        self.say("waiting")
        while True:
            device = self.wait_for_keyboard()
            with contextlib.suppress(OSError):  # it went away while it was being opened
                if self.kind == "events":
                    self.use_events(device)
                else:
                    self.use_reports(device)
            self.field.let_all_up(0)
            self.say("unplugged")

    def wait_for_keyboard(self):
        folder, pattern, devices = CLASSES[self.kind]
        while True:
            for found in Path("/sys/class", folder).glob(pattern):
                device = Path(devices, found.name)
                if "dummy_hcd" in os.path.realpath(found) and device.exists():
                    return device
            if select.select([sys.stdin], [], [], 0.002)[0]:
                raise NewRound

    def use_events(self, path):
        keyboard = evdev.InputDevice(path)
        keyboard.grab()
        os.set_blocking(keyboard.fd, True)
        leds = self.field.leds
        try:
            for event in records(keyboard.fd, EVENT_BYTES, self.idle):
                self.take_event(event[16:])
                if self.field.leds != leds:
                    leds = self.field.leds
                    for bit, light in LIGHTS:
                        keyboard.set_led(light, int(bool(leds & bit)))
        finally:
            keyboard.close()

    def take_event(self, event):
        kind = int.from_bytes(event[0:2], "little")
        code = int.from_bytes(event[2:4], "little")
        value = int.from_bytes(event[4:8], "little", signed=True)
        if kind == ecodes.EV_SYN and code == ecodes.SYN_DROPPED:
            self.lost += 1
        elif kind == ecodes.EV_KEY and value != 2:  # 2 is the kernel's own repeat
            self.field.key(code, down=bool(value), at=0)

    def use_reports(self, path):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            for report in records(descriptor, REPORT_BYTES, self.idle):
                self.reports.append(report.hex())
                self.field.read(report, at=0)
        finally:
            os.close(descriptor)

    def idle(self):
        self.say("typed")

    def say(self, event):
        text = self.field.text
        shown = {
            "text": text[self.text_told :],
            "keys_down": sorted(self.field.keys_down),
            "lost": self.lost,
            "reports": self.reports,
            "at": time.monotonic_ns(),
        }
        self.text_told = len(text)
        self.reports = []
        sys.stdout.write(json.dumps({"event": event} | shown) + "\n")
        sys.stdout.flush()


def records(device, size, idle):
    """All records until the device goes; ``idle`` is called when no more comes, and now and then.

    A process of its own with the highest priority reads them from the device: the kernel keeps only
    64 for a reader that is busy, and then reports SYN_DROPPED. It runs on the processor of the
    process that types: an emulated processor may stand still, but then nothing is typed either.
    """
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    child = os.fork()
    if child == 0:
        pass_on(device, theirs)
    os.close(theirs)
    rest = b""
    told_at = 0.0
    try:
        while True:
            nothing_came = not select.select([ours, sys.stdin], [], [], PAUSE_S)[0]
            if nothing_came or time.monotonic() > told_at + PAUSE_S:
                idle()
                told_at = time.monotonic()
            ready = select.select([ours, sys.stdin], [], [])[0]
            if sys.stdin in ready:
                raise NewRound
            data = os.read(ours, READ_BYTES)
            if not data:
                return
            rest += data
            whole = len(rest) - len(rest) % size
            for at in range(0, whole, size):
                yield rest[at : at + size]
            rest = rest[whole:]
    finally:
        os.close(ours)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, 9)
        os.waitpid(child, 0)


def pass_on(device, pipe):
    os.sched_setaffinity(0, READERS_PROCESSOR)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(10))
    try:
        while data := os.read(device, 64 * EVENT_BYTES):
            os.write(pipe, data)
    finally:
        os._exit(0)


def main():
    for line in iter(sys.stdin.readline, ""):
        with contextlib.suppress(NewRound):
            Computer(line.strip()).run()


if __name__ == "__main__":
    main()
