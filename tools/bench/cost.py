"""CPU and memory of the device's own process, idle and during a minute of dictation."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import processes, sound
from bench.figures import Figure, Section, one

TIMES = 4
"""Repetitions of the dictation, which make a minute."""

IDLE_S = 5.0
IDLE_RUNS = 2

SPARE_S = 4.0
"""More than the device takes to start; the press is at most this long before the voice."""

CPU_BOUND = 10.0
MEMORY_BOUND = 60.0

CPU_METHOD = f"""\
The device is wired as by `saykey run` (`tools/bench/device.py`), in a process of its own. Its
microphone is a paced recording, which is always open because of 300 ms of pre-roll. webrtcvad,
cutter, hub and typist run as usual. Every picture of the display is drawn up to the finished
bitmap. The control socket has one watcher. The recognizer's worker and the simulated host (on a
socket) are other processes and do not count; the cost of talking to them does.

CPU time is from getrusage(RUSAGE_SELF), divided by the seconds of audio heard meanwhile. It is
measured in {IDLE_RUNS} windows of {IDLE_S:.0f} s with the button up, then during the bundled
dictation, {TIMES} times over. Each repetition with its pauses is a run; the last one includes the
release and the last text. The paced recording takes the place of the sound card. Its own cost, read
in the same rhythm, is in the third line, and is part of the figures above it. Waking up costs most:
the last line is what Python needs on this machine to wake 50 times a second, once for each frame,
and do nothing. So frames gather for up to 160 ms, but never beyond the moment at which a phrase may
pause or end, nor beyond the release."""

MEMORY_METHOD = """\
Resident (RSS), proportional (PSS) and unique (USS) memory of the device's process without its
worker, in MB of 10^6 bytes, once the model is ready. "No display" is `saykey run` with a recording
as its microphone and a host on a socket. "With display" is the device of the CPU figures. The last
line is that device after its minute of dictation."""


def measured() -> tuple[Section, Section]:
    """CPU and memory."""
    with TemporaryDirectory() as folder:
        plain = _plain(Path(folder))
    with TemporaryDirectory() as folder:
        cpu, drawing = _drawing(Path(folder))
    return (
        Section("CPU time outside the recognizer", CPU_METHOD, cpu),
        Section("Memory of the device's process", MEMORY_METHOD, plain + drawing),
    )


def _plain(folder: Path) -> tuple[Figure, ...]:
    sound.write(folder / "sound.wav", sound.room(30))
    command = ("saykey", "run", "--config", "SETTINGS")
    with processes.device(folder, *command) as (device, _):
        time.sleep(2.0)
        return _memory("idle, no display", device.memory())


def _drawing(folder: Path) -> tuple[tuple[Figure, ...], tuple[Figure, ...]]:
    spoken, text = sound.dictation()
    lead_s = IDLE_S * IDLE_RUNS + SPARE_S
    sound.write(folder / "sound.wav", sound.room(lead_s) + spoken * TIMES + sound.room(10))
    with processes.device(folder, "bench.device", "SETTINGS", "--draw") as (device, typed):
        time.sleep(1.5)
        idle = [_cpu(device, _for(IDLE_S)) for _ in range(IDLE_RUNS)]
        memory = _memory("idle, with display", device.memory())
        device.do("press")
        busy = [_cpu(device, _for(sound.seconds(spoken))) for _ in range(TIMES - 1)]
        busy.append(_cpu(device, lambda: _to_the_end(device, sound.seconds(spoken) + SPARE_S)))
        memory += _memory("after a minute of dictation", device.memory(), own=False)
    if typed != [" ".join([text] * TIMES)]:
        raise RuntimeError("the host did not get the text that was said, so no figure counts")
    cpu = (
        one("dictating, ms of CPU per second of audio", "ms/s", busy, CPU_BOUND),
        one("button up, ms of CPU per second of audio", "ms/s", idle, CPU_BOUND),
        one("the paced recording alone, read as by the device", "ms/s", _alone("recording")),
        one("Python's asyncio, woken 50 times a second", "ms/s", _alone("wakes")),
    )
    return cpu, memory


def _for(length_s: float) -> Callable[[], None]:
    return lambda: time.sleep(length_s)


def _to_the_end(device: processes.Device, length_s: float) -> None:
    time.sleep(length_s)
    device.do("release")
    device.until(lambda now: now.capture == "off" and not now.in_flight and not now.typing)


def _cpu(device: processes.Device, meanwhile: Callable[[], None]) -> float:
    """Milliseconds of CPU time per second of audio, which plays in real time."""
    before, began = device.cpu_s(), time.monotonic()
    meanwhile()
    return (device.cpu_s() - before) * 1000 / (time.monotonic() - began)


def _memory(when: str, memory: processes.Memory, *, own: bool = True) -> tuple[Figure, ...]:
    resident = one(f"{when}: RSS", "MB", [memory.resident], MEMORY_BOUND)
    if not own:
        return (resident,)
    return (
        resident,
        one(f"{when}: PSS", "MB", [memory.proportional]),
        one(f"{when}: USS", "MB", [memory.own]),
    )


def _alone(what: str) -> list[float]:
    command = [sys.executable, str(Path(__file__).with_name("alone.py")), what]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [float(line) for line in told.splitlines()]
