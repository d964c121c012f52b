"""An X server without a screen, and on it a GTK text view that has the focus."""

import json
import os
import select
import shutil
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from xtest import Keys

from saykey.simulated.evdev import KeyEvents

PATIENCE_S = 60
"""Seconds after which a wait is given up; usually each takes less than one."""

F12 = 88  # KEY_F12 of <linux/input-event-codes.h>
ADVICE = "run: sudo tools/setup/system-packages test"
NS_PER_MS = 1_000_000
SYSTEM_PYTHON = "/usr/bin/python3"
VIEW = Path(__file__).with_name("text_view.py")


def start(opened, *command, **options):
    """A program whose lines are read unbuffered, until ``opened`` is closed.

    Fails with what to install if it is missing.
    """
    assert shutil.which(command[0]), f"{command[0]} is missing; {ADVICE}"
    program = subprocess.Popen(command, stdout=subprocess.PIPE, bufsize=0, **options)
    opened.callback(end, program)
    return program


def line_of(program):
    """The next line of a program's output. Fails if none comes, or the program has ended."""
    until = time.monotonic() + PATIENCE_S
    line = b""
    while not line.endswith(b"\n"):
        ready, _, _ = select.select([program.stdout], [], [], max(0, until - time.monotonic()))
        assert ready, f"{program.args[0]} said nothing in {PATIENCE_S} s"
        piece = program.stdout.readline()
        assert piece, f"{' '.join(program.args)} ended with {program.wait(PATIENCE_S)}; {ADVICE}"
        line += piece
    return line.decode("utf-8")


def end(program):
    """End a program and wait for it."""
    program.terminate()
    program.wait(PATIENCE_S)
    program.stdout.close()


class Desktop:
    """A display whose keyboard has one layout at a time, and a text view of GTK 3.0 or 4.0.

    ``home`` is an empty folder, so no compose file and no settings of the user take effect.
    """

    def __init__(self, gtk, home):
        self.gtk = gtk
        with ExitStack() as opened:
            # -r: no auto-repeat, for a machine so busy that it stops between two events
            server = start(opened, "Xvfb", "-displayfd", "1", "-nolisten", "tcp", "-noreset", "-r")
            display = f":{line_of(server).strip()}"
            self._environment = environment(display, str(home))
            program = (SYSTEM_PYTHON, str(VIEW), gtk)
            self._view = start(opened, *program, env=self._environment)
            while not json.loads(line_of(self._view))["active"]:
                pass
            self._keys = Keys(display)
            opened.callback(self._keys.close)
            self._opened = opened.pop_all()

    def set_layout(self, name):
        """Give the keyboard a layout, such as "de" or "us+intl"."""
        layout, _, variant = name.partition("+")
        chosen = ("-rules", "evdev", "-model", "pc105", "-layout", layout, "-variant", variant)
        assert shutil.which("setxkbmap"), f"setxkbmap is missing; {ADVICE}"
        subprocess.run(["setxkbmap", *chosen], env=self._environment, check=True)

    def shown_after(self, reports, faster):
        """The text of the emptied text view after these reports, each held for its own time.

        Times are divided by ``faster`` and rounded up to whole milliseconds.
        """
        events = KeyEvents()
        wait_ns = 0
        for report in reports:
            for code, down in events.of(report.data):
                self._keys.change(code, down=down, after_ms=-(-wait_ns // faster // NS_PER_MS))
                wait_ns = 0
            wait_ns += report.hold_ns
        self._keys.change(F12, down=True)
        self._keys.change(F12, down=False)
        self._keys.flush()
        return json.loads(line_of(self._view))["text"]

    def close(self):
        """End the view and the server."""
        self._opened.close()


def environment(display, home):
    """The environment that programs on a display need, without any of the user's variables."""
    folders = ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR")
    return {
        "PATH": os.environ["PATH"],
        "DISPLAY": display,
        "HOME": home,
        **dict.fromkeys(folders, home),
        "LC_ALL": "C.UTF-8",
        "GDK_BACKEND": "x11",
        "GSETTINGS_BACKEND": "memory",
        "GSK_RENDERER": "cairo",  # works without a graphics card
        "GTK_A11Y": "none",  # works without an accessibility bus
        "NO_AT_BRIDGE": "1",
    }
