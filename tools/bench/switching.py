"""The cost of using another model: from tiny to base and back, ten switches."""

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from bench.figures import Section, one
from saykey.clock import MonotonicClock
from saykey.models.formats.random_weights import write_random
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings

SIZES = ("tiny", "base")
QUANTISATION = "q8_0"
SWITCHES = 10
BEYOND_BOUND_MS, MEMORY_BOUND = 500.0, 1.05

METHOD = f"""\
Random weights with the dimensions of Whisper tiny and base, {QUANTISATION}. Wall-clock times, from
the request until the model has decoded its probe and recognises the next dictation; the previous
model works until then. Each switch to base is compared with a load of base right after it with no
model in use. Memory: RSS of this process and its worker together, after the last of {SWITCHES}
switches over that before the first, with the same model in use."""


def measured() -> Section:
    """Switches compared with loads, and the memory they leave in use."""
    with tempfile.TemporaryDirectory() as folder:
        models = {size: Path(folder, f"{size}.bin") for size in SIZES}
        for size, path in models.items():
            write_random(path, size, QUANTISATION)
        switches, loads, held = asyncio.run(_measured(models))
    beyond = [switch - load for switch, load in zip(switches, loads, strict=True)]
    return Section(
        "Another model",
        METHOD,
        (
            one("tiny to base, beyond a load of base", "ms", beyond, BEYOND_BOUND_MS),
            one("tiny to base", "ms", switches),
            one("base with no model in use", "ms", loads),
            one(f"memory after {SWITCHES} switches", "times", [held[-1] / held[0]], MEMORY_BOUND),
        ),
    )


async def _measured(models: dict[str, Path]) -> tuple[list[float], list[float], list[int]]:
    switches, loads, held = [], [], []
    recognizer = _recognizer()
    await recognizer.load(str(models["tiny"]))
    held.append(_held(recognizer))
    for _ in range(SWITCHES // 2):
        switches.append(await _load(recognizer, models["base"]))
        fresh = _recognizer()
        loads.append(await _load(fresh, models["base"]))
        await fresh.close()
        await recognizer.load(str(models["tiny"]))
        held.append(_held(recognizer))
    await recognizer.close()
    return switches, loads, held


def _recognizer() -> WorkerRecognizer:
    return WorkerRecognizer(RecognizerSettings(threads=1), MonotonicClock())


async def _load(recognizer: WorkerRecognizer, model: Path) -> float:
    began = time.monotonic()
    await recognizer.load(str(model))
    return (time.monotonic() - began) * 1000


def _held(recognizer: WorkerRecognizer) -> int:
    processes = (psutil.Process(), psutil.Process(recognizer.worker_pid))
    return sum(process.memory_info().rss for process in processes)
