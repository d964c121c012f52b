"""CPU and memory of the device's own process while it idles and while it hears a minute."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import processes, sound
from bench.figures import Figure, Section, one

TIMES = 4
"""The dictation is spoken so often: a minute."""

IDLE_S = 5.0
IDLE_RUNS = 2

SPARE_S = 4.0
"""More than the device takes to start: the press comes that much before the voice at most."""

CPU_BOUND = 10.0
MEMORY_BOUND = 60.0

CPU_METHOD = f"""\
The device as `saykey run` wires it (`tools/bench/device.py`), in a process of its own: paced
recording for a microphone (300 ms of pre-roll, so it is always open), webrtcvad, cutter, hub,
typist, every picture of the display drawn up to the finished bitmap, control socket with one
watcher. The recognizer's worker and the simulated host (on a socket) are other processes and are
not counted; what it takes to talk to them is.

CPU time by getrusage(RUSAGE_SELF) over the seconds of audio heard meanwhile: {IDLE_RUNS} windows of
{IDLE_S:.0f} s with the button up; then the bundled dictation {TIMES} times over, each with its
pauses a run, the release and the last text in the last one. The paced recording stands for the
sound card: what it costs by itself, read in the same rhythm, is told, and is part of the figures
above it. Waking up costs most: the last line is what Python needs on this machine to wake 50 times
a second, once for each frame, and do nothing. So frames gather for up to 160 ms, though never
beyond the moment at which a phrase may pause or end, nor behind the release."""

MEMORY_METHOD = """\
Resident set (RSS), proportional (PSS) and own (USS) memory of the device's process without its
worker, in MB of 10^6 bytes, once the model is ready: `saykey run` with a recording for a
microphone, a host on a socket and no display; the device of the CPU figures with a display; and the
same after its minute of dictation."""


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
        raise RuntimeError("the host did not get what was said: nothing measured here counts")
    cpu = (
        one("dictating, ms of CPU per second of audio", "ms/s", busy, CPU_BOUND),
        one("button up, ms of CPU per second of audio", "ms/s", idle, CPU_BOUND),
        one("the paced recording alone, read as the device does", "ms/s", _alone("recording")),
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
    """Milliseconds of CPU time per second of audio; the audio goes at the speed of the clock."""
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
