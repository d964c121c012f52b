"""A Raspberry Pi's pins, by the kernel's GPIO simulator (Documentation/admin-guide/gpio)."""

import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

LINES = 54
ZERO_2_W = "902120"
"""Revision code of a board whose pins are on gpiochip0; gpiozero asks for it."""

SIMULATOR = Path("/sys/module/gpio_sim")
WITH_PINS = pytest.mark.skipif(
    not SIMULATOR.exists() or find_spec("lgpio") is None,
    reason="the GPIO simulator could not be built, or lgpio has no wheel for this Python",
)
CONFIG = Path("/sys/kernel/config/gpio-sim/saykey")
CPUINFO = Path("/proc/cpuinfo")


class Pins:
    """Presses and reads each pin."""

    def __init__(self):
        bank = CONFIG / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (CONFIG / "live").write_text("1")
        device, chip = (
            path.read_text().strip() for path in (CONFIG / "dev_name", bank / "chip_name")
        )
        assert chip == "gpiochip0", f"gpiozero looks for gpiochip0, this is {chip}"
        self._lines = Path("/sys/devices/platform", device, chip)
        told = Path("/run/cpuinfo")
        told.write_text(f"{CPUINFO.read_text()}Revision\t: {ZERO_2_W}\n")
        subprocess.run(("mount", "--bind", str(told), str(CPUINFO)), check=True)

    def take_away(self):
        """Remove the chip, and what was connected to its pins."""
        (CONFIG / "live").write_text("0")

    def bring_back(self):
        (CONFIG / "live").write_text("1")

    def press(self, pin):
        """Connect it to ground."""
        (self._line(pin) / "pull").write_text("pull-down")

    def release(self, pin):
        (self._line(pin) / "pull").write_text("pull-up")

    def is_high(self, pin):
        return (self._line(pin) / "value").read_text().strip() == "1"

    def _line(self, pin):
        return self._lines / f"sim_gpio{pin}"


@cache
def the_pins():
    """The pins of this machine, made once: lgpio keeps their chip open."""
    return Pins()
