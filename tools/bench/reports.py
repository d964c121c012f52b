"""The cost of a report in our own process: typist, encoder, loop and system calls."""

import asyncio
import fcntl
import os
import subprocess
import sys
import time

from bench.figures import Section, one
from saykey.clock import MonotonicClock
from saykey.effects import TypeEdits
from saykey.events import Event, TypingFinished
from saykey.flow import Insert
from saykey.keyboard.typist import Typist
from saykey.settings.schema import HostSettings
from saykey.transport.fd import FdTransport

RUNS = 5
TEXT = "The quick brown fox jumps over: 13 (lazy) dogs! "
TIMES_POLLED, TIMES_AT_ONCE = 30, 300
CPU_BOUND_US = 60.0
PAPER_LIMIT = 1000

METHOD = f"""\
Text typed at the pace `wire` by the device's typist and transport, {RUNS} runs. /dev/hidg0 is
replaced by a pipe in packet mode with room for one report, which another process reads. The next
report is accepted once the previous one was read, as with the kernel's gadget. The figure is the
CPU time of this process, planning included, over the reports sent: {len(TEXT) * TIMES_POLLED:,}
characters to a host that reads a report every millisecond, so that each one is waited for;
{len(TEXT) * TIMES_AT_ONCE:,} to one that reads at once. A keyboard is polled every millisecond at
best, hence the theoretical limit."""

_READER = """
import os, sys, time
reports, pause_s = 0, float(sys.argv[2])
while os.read(int(sys.argv[1]), 8):
    reports += 1
    time.sleep(pause_s)
print(reports)
"""
_PAGE = 4096  # a pipe of one page has one slot (pipe(7), F_SETPIPE_SZ)


class OneReport:
    """An Endpoint (saykey.transport.endpoint) that accepts one report at a time."""

    path = "pipe"
    acknowledges = False
    advice = "run it again."

    def __init__(self, pipe: int) -> None:
        self._pipe = pipe

    def connect(self) -> int:
        """The write end of the pipe."""
        return self._pipe

    def sleeps(self) -> bool:
        """Always false."""
        return False

    def wake(self) -> None:
        """Do nothing: it never sleeps."""

    def close(self) -> None:
        """Do nothing."""


def measured() -> Section:
    """CPU time per report, and how many reports a second are possible."""
    polled = [_run(TEXT * TIMES_POLLED, pause_s=0.001) for _ in range(RUNS)]
    at_once = [_run(TEXT * TIMES_AT_ONCE, pause_s=0) for _ in range(RUNS)]
    return Section(
        "Reports",
        METHOD,
        (
            one("CPU a report that is waited for", "µs", [us for us, _ in polled], CPU_BOUND_US),
            one("CPU a report read at once", "µs", [us for us, _ in at_once], CPU_BOUND_US),
            one("reports read at once, wall", "a second", [n for _, n in at_once]),
            one("theoretical limit", "a second", [PAPER_LIMIT]),
        ),
    )


def _run(text: str, pause_s: float) -> tuple[float, float]:
    """Microseconds of CPU per report, and reports per second."""
    theirs, ours = os.pipe2(os.O_DIRECT | os.O_NONBLOCK)
    fcntl.fcntl(ours, fcntl.F_SETPIPE_SZ, _PAGE)
    os.set_blocking(theirs, True)
    command = (sys.executable, "-c", _READER, str(theirs), str(pause_s))
    with subprocess.Popen(command, pass_fds=(theirs,), stdout=subprocess.PIPE, text=True) as reader:
        os.close(theirs)
        cpu_s, wall_s = asyncio.run(_type(text, ours))
        told, _ = reader.communicate()
    reports = int(told)
    return cpu_s * 1e6 / reports, reports / wall_s


async def _type(text: str, pipe: int) -> tuple[float, float]:
    """Type the text; CPU and wall-clock seconds."""
    clock = MonotonicClock()
    transport = FdTransport(OneReport(pipe), clock)
    await transport.open(lambda _link: None, lambda _leds: None)
    events: list[Event] = []
    host = HostSettings(pace="wire")
    typist = Typist(transport, host, clock, events.append)
    running = asyncio.create_task(typist.run())
    cpu, wall = time.process_time(), time.monotonic()
    typist.type_edits(TypeEdits(1, host.name, host, (Insert(text),)))
    await typist.settled()
    cost = time.process_time() - cpu, time.monotonic() - wall
    running.cancel()
    await asyncio.wait({running})
    await transport.close()
    if not isinstance(events[-1], TypingFinished):
        raise RuntimeError("the text was not typed to its end, so no figure counts")
    return cost
