"""Short windows compared with whisper.cpp's full window, at the dimensions of Whisper base."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import sound
from bench.figures import Figure, Section, one
from bench.processes import memory_of
from saykey.flow import SAMPLE_RATE
from saykey.measure.client import measuring
from saykey.measure.process import Timed, Trial
from saykey.measure.speed import USUAL_S, measured_speed
from saykey.models.formats.random_weights import SIZES, write_random
from saykey.models.store.card import PADDING_ROWS
from saykey.recognizer import protocol
from saykey.recognizer.process import WorkerProcess
from saykey.recognizer.whisper.window import FULL_WINDOW, STEP_ROWS, window_rows

SIZE, QUANTISATION = "base", "q8_0"
SHOWN = ("q8_0", "q5_1", "q4_0")
PHRASE_S, TOKENS, RUNS = 5, 20, 7
ROWS = window_rows(PHRASE_S * SAMPLE_RATE, PADDING_ROWS)

ONE_PASS_NS = 0
"""No time for a second try, which the doubtful text of random weights would get otherwise."""

ENCODER_BOUND, TEXT_BOUND, MEMORY_BOUND = 0.22, 0.28, 1.2

SPEED_METHOD = f"""\
Random weights with the dimensions of Whisper {SIZE} in {QUANTISATION}: the cost of a pass does not
depend on the weights. {PHRASE_S} s of noise, one thread, the most probable token each time, exactly
{TOKENS} tokens, no second tries. Two processes with one model each take turns, {RUNS} times. Ours
uses the window of the phrase, {ROWS} rows in steps of {STEP_ROWS}, without flash attention, so that
no phrase affects the next one. whisper.cpp uses its full window of {FULL_WINDOW} rows with flash
attention, which is faster there. Each ratio is of two consecutive recognitions. "Text" is the time
from the last sample to the text. "Encoder" is whisper.cpp's own wall-clock time."""

SIZES_METHOD = f"""\
Measured as by `saykey model bench --threads 1`: random weights, each model in a process of its own,
the median of up to three runs. The time is from the order to the text of {USUAL_S} s and {TOKENS}
tokens. It is CPU time, which equals wall-clock time while one core is idle. A model uses a short
window if it was trained for it or its padding was measured, otherwise the full one."""

MEMORY_METHOD = f"""\
Resident memory in MB of 10^6 bytes, of processes that did nothing else before. The bare library is
the same interpreter with whisper.cpp alone and the same model with flash attention, after
{PHRASE_S} s with the full window. The worker is as the device starts it, with the speech gate,
after {PHRASE_S} s of speech with the window of the phrase; then after a second try with the full
window. During that try it needs more: without flash attention, heads * {FULL_WINDOW} *
{FULL_WINDOW} floats, twice."""


def measured_ratio() -> Section:
    """The ratios, and the times they are computed from."""
    pairs: list[tuple[Timed, Timed]] = []
    short = Trial(ROWS, PHRASE_S * SAMPLE_RATE, TOKENS)
    full = Trial(FULL_WINDOW, PHRASE_S * SAMPLE_RATE, TOKENS)
    with (
        _model() as path,
        measuring(path, 1, exact=True) as ours,
        measuring(path, 1, exact=False) as theirs,
    ):
        for _ in range(RUNS):
            pairs.append((ours.time(short), theirs.time(full)))  # noqa: PERF401
    return Section(
        f"Short windows against the full one, Whisper {SIZE}", SPEED_METHOD, tuple(_speeds(pairs))
    )


def _speeds(pairs: list[tuple[Timed, Timed]]) -> Iterator[Figure]:
    yield one(
        "encoder, share of the full window's",
        "times",
        (a.encode_ms / b.encode_ms for a, b in pairs),
        ENCODER_BOUND,
    )
    yield one(
        "text, share of the full window's",
        "times",
        (a.wall_ms / b.wall_ms for a, b in pairs),
        TEXT_BOUND,
    )
    yield one(
        "text, share of the full window's, CPU", "times", (a.cpu_ms / b.cpu_ms for a, b in pairs)
    )
    for column, whose in enumerate((f"{ROWS} rows", f"{FULL_WINDOW} rows")):
        yield one(f"encoder, {whose}", "ms", (pair[column].encode_ms for pair in pairs))
        yield one(f"text, {whose}", "ms", (pair[column].wall_ms for pair in pairs))
        yield one(f"text, {whose}, CPU", "ms", (pair[column].cpu_ms for pair in pairs))


def measured_sizes() -> Section:
    """The cost of Whisper's sizes on this machine, with short windows and with the full one."""
    figures = []
    with TemporaryDirectory() as folder:
        path = Path(folder) / "random.bin"
        for size in SIZES:
            for quantisation in SHOWN:
                write_random(path, size, quantisation)
                for padding, window in ((PADDING_ROWS, "short window"), (None, "full window")):
                    speed = measured_speed(path, size, size, 1, padding)
                    name = f"{size}, {quantisation}, {window}"
                    figures += [
                        one(f"{name}: text of {USUAL_S} s, CPU", "ms", [speed.usual.cpu_ms]),
                        one(f"{name}: peak of memory", "MB", [speed.memory_mb]),
                    ]
    return Section("What the sizes of Whisper cost", SIZES_METHOD, tuple(figures))


def measured_memory() -> Section:
    """The worker's memory compared with the bare library's."""
    with _model() as path:
        bare = _bare(path)
        worker, again = asyncio.run(_worker(path))
    return Section(
        f"Memory of the worker, Whisper {SIZE}",
        MEMORY_METHOD,
        (
            one("worker, share of the bare library's", "times", [worker / bare], MEMORY_BOUND),
            one(
                "worker after a second try, share of the bare library's",
                "times",
                [again / bare],
                MEMORY_BOUND,
            ),
            one("bare library: RSS", "MB", [bare]),
            one("worker: RSS", "MB", [worker]),
            one("worker after a second try: RSS", "MB", [again]),
        ),
    )


@contextmanager
def _model() -> Iterator[Path]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{SIZE}.bin"
        write_random(path, SIZE, QUANTISATION)
        path.with_suffix(".toml").write_text("dynamic_context = true\n", "utf-8")
        yield path


def _bare(path: Path) -> float:
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), str(path)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(told.splitlines()[-1])


async def _worker(path: Path) -> tuple[float, float]:
    spoken = sound.dictation()[0][: PHRASE_S * sound.BYTES_PER_S]
    worker = await WorkerProcess.start(path, 1)
    memory = []
    try:
        await worker.ready
        for attempt in (1, 2):  # the second attempt uses the full window
            answer = worker.answer(attempt)
            worker.send(protocol.Begin(attempt, "en", attempt=attempt))
            worker.send(protocol.Feed(attempt, spoken))
            worker.send(protocol.Finish(attempt, ONE_PASS_NS))
            final = await answer
            if not isinstance(final, protocol.Final) or final.timings.passes != 1:
                raise RuntimeError("the worker did not recognise exactly once, so no figure counts")
            memory.append(memory_of(worker.pid).resident)
    finally:
        worker.kill("measured")
        await worker.lost
    return memory[0], memory[1]
