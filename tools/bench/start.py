"""The cost of starting: the command line, the device's imports, the model, its worker."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import psutil

from bench import sound
from bench.figures import Figure, Section, one
from bench.processes import memory_of
from saykey.clock import MonotonicClock
from saykey.models.store.load import checked_image
from saykey.models.store.store import find
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.recognizer.threads import usual_threads
from saykey.settings.schema import Settings

HELP_RUNS, IMPORT_RUNS, CHECK_RUNS, LOAD_RUNS, ROUNDS = 20, 7, 7, 5, 3
HELP_BOUND = 150.0

HELP_METHOD = f"""\
Whole processes, {HELP_RUNS} runs each, in turns with an empty Python; CPU time by wait4(2). The
wall-clock time is for comparison: on an idle core it is the CPU time plus the time to read
files."""

START_METHOD = f"""\
Imports: a process with the imports less one without them, {IMPORT_RUNS} runs each. The second line
is loaded in a thread after the start, so that the first dictation does not wait. Model: the bundled
model ({{size:.1f}} MB) read and checked, {CHECK_RUNS} runs. Worker: from `load` to ready,
{LOAD_RUNS} runs; CPU time of its process (in ticks of 10 ms), and its memory in MB of 10^6 bytes.
Recognition: the {{phrases}} phrases of the bundled dictation ({{length:.1f}} s), {ROUNDS} rounds;
CPU time of the worker with {{threads}} thread{{s}}. Each run is the mean of a round."""


def measured_help() -> Section:
    """`saykey --help` compared with an empty Python."""
    script = Path(sys.executable).with_name("saykey")
    helps, empties = [], []
    for _ in range(HELP_RUNS):
        helps.append(_spent(str(script), "--help"))
        empties.append(_spent(sys.executable, "-c", "pass"))
    ratios = [helped[0] / empty[0] for helped, empty in zip(helps, empties, strict=True)]
    return Section(
        "The command line",
        HELP_METHOD,
        (
            one("saykey --help, CPU", "ms", (cpu for cpu, _ in helps), HELP_BOUND),
            one("saykey --help, wall", "ms", (wall for _, wall in helps)),
            one("python -c pass, CPU", "ms", (cpu for cpu, _ in empties)),
            one("saykey --help, CPU, relative to an empty Python", "times", ratios),
        ),
    )


def measured_start() -> Section:
    """Imports, model, worker, recognition."""
    settings = Settings()
    model = find(settings.recognizer.model)
    phrases = sound.phrases()
    threads = settings.recognizer.threads or usual_threads()
    return Section(
        "Start and recognition",
        START_METHOD.format(
            size=model.stat().st_size / 1e6,
            phrases=len(phrases),
            length=sum(phrase.seconds for phrase in phrases),
            threads=threads,
            s="s"[: threads - 1],
        ),
        (*_imports(), _check(model), *asyncio.run(_worker(settings))),
    )


def _imports() -> Iterable[Figure]:
    empty = _median_cpu("pass")
    run = [_spent_on("import saykey.cli.run") - empty for _ in range(IMPORT_RUNS)]
    later = "import saykey.cli.run, numpy, webrtcvad"
    both = [_spent_on(later) - empty for _ in range(IMPORT_RUNS)]
    middle = sorted(run)[IMPORT_RUNS // 2]
    yield one("imports of `saykey run`, CPU", "ms", run)
    yield one("imports after the start (numpy, webrtcvad), CPU", "ms", [b - middle for b in both])


def _check(model: Path) -> Figure:
    runs = []
    for _ in range(CHECK_RUNS):
        before = time.process_time()
        checked_image(model)
        runs.append((time.process_time() - before) * 1000)
    return one("model read and checked, CPU", "ms", runs)


async def _worker(settings: Settings) -> list[Figure]:
    walls, cpus, resident = [], [], []
    for _ in range(LOAD_RUNS):
        recognizer = WorkerRecognizer(settings.recognizer, MonotonicClock())
        try:
            before = time.monotonic()
            await recognizer.load(settings.recognizer.model)
            walls.append((time.monotonic() - before) * 1000)
            cpus.append(_cpu_ms(recognizer))
            resident.append(memory_of(_pid(recognizer)).resident)
        finally:
            await recognizer.close()
    return [
        one("worker loaded, wall", "ms", walls),
        one("worker loaded, CPU", "ms", cpus),
        one("worker loaded: RSS", "MB", resident),
        *await _recognition(settings),
    ]


async def _recognition(settings: Settings) -> list[Figure]:
    phrases = sound.phrases()
    length_s = sum(phrase.seconds for phrase in phrases)
    recognizer = WorkerRecognizer(settings.recognizer, MonotonicClock())
    parameters = SessionParameters(settings.recognizer.language, settings.recognizer.vocabulary)
    rounds = []
    try:
        await recognizer.load(settings.recognizer.model)
        for _ in range(ROUNDS):
            before = _cpu_ms(recognizer)
            for phrase in phrases:
                session = recognizer.begin(parameters)
                session.feed(phrase.pcm)
                await session.finish(phrase.id, phrase.revision)
            rounds.append(_cpu_ms(recognizer) - before)
        memory = memory_of(_pid(recognizer))
    finally:
        await recognizer.close()
    return [
        one("recognition, CPU a phrase", "ms", (spent / len(phrases) for spent in rounds)),
        one("recognition, CPU a second of speech", "ms", (spent / length_s for spent in rounds)),
        one("worker after its phrases: RSS", "MB", [memory.resident]),
    ]


def _pid(recognizer: WorkerRecognizer) -> int:
    if recognizer.worker_pid is None:
        raise RuntimeError("the worker died")
    return recognizer.worker_pid


def _cpu_ms(recognizer: WorkerRecognizer) -> float:
    spent = psutil.Process(_pid(recognizer)).cpu_times()
    return float(spent.user + spent.system) * 1000


def _spent_on(code: str) -> float:
    return _spent(sys.executable, "-c", code)[0]


def _median_cpu(code: str) -> float:
    return sorted(_spent_on(code) for _ in range(IMPORT_RUNS))[IMPORT_RUNS // 2]


def _spent(*command: str) -> tuple[float, float]:
    """Run a command to its end; its CPU and wall-clock milliseconds."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} failed")
    return (used.ru_utime + used.ru_stime) * 1000, (time.monotonic() - began) * 1000
