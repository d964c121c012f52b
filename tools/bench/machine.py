"""The machine on which figures are measured, and how busy it was."""

import os
import platform
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from bench.figures import Section

BUSY = 0.5
"""Load per core above which other programs may be the reason for a missed bound."""


def described() -> str:
    """Processor, memory, system, Python and date, as a sentence or two."""
    now = datetime.now().astimezone()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"Measured on {now:%Y-%m-%d at %H:%M %Z} on {_processor()}, {os.cpu_count()} cores, "
        f"{memory:.0f} GiB; {platform.system()} {platform.release()}, {platform.machine()}; "
        f"Python {platform.python_version()}, pywhispercpp {version('pywhispercpp')}."
    )


def watched(measure: Callable[[], Section], *, again: bool = True) -> Section:
    """Measure. Measure once more if a bound is missed while other programs are busy."""
    section = _measured(measure)
    if again and section.missed and max(section.load) > BUSY * (os.cpu_count() or 1):
        second = _measured(measure)
        if len(second.missed) < len(section.missed):
            return replace(
                second, method=f"{second.method} Measured twice, because other programs were busy."
            )
    return section


def _measured(measure: Callable[[], Section]) -> Section:
    before = os.getloadavg()[0]
    section = measure()
    return replace(section, load=(before, os.getloadavg()[0]))


def _processor() -> str:
    known: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        known.setdefault(key.strip(), value.strip())
    board = known.get("Model")  # a Raspberry Pi's name
    name = board or known.get("model name") or platform.machine()
    return name + (" (a virtual machine)" if "hypervisor" in known.get("flags", "").split() else "")
