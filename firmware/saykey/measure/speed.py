"""Measures the speed of models on this machine, and recommends some."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from saykey.flow import SAMPLE_RATE
from saykey.measure.client import Measured, measuring
from saykey.measure.process import Timed, Trial
from saykey.recognizer.whisper.window import window_rows

PHRASES_S = (2, 5, 10)
"""Lengths of the phrases with which short windows are measured, in seconds."""

USUAL_S = 5
"""Length of a usual phrase in seconds, which the advice is based on."""

TOKENS = 20
"""Tokens of 5 s of ordinary English, at about 4 tokens a second."""

_MOST_RUNS = 3
_ENOUGH_MS = 2000.0


@dataclass(frozen=True, slots=True)
class Pass:
    """The times for one length of phrase: medians in ms of wall clock, CPU for ``cpu_ms``.

    ``text_ms`` is the whole recognition. ``encode_ms`` is the encoder's pass in it; the rest is the
    spectrum and TOKENS tokens.
    """

    phrase_s: int
    rows: int
    text_ms: float
    encode_ms: float
    cpu_ms: float

    @property
    def token_ms(self) -> float:
        """Time per token in ms, including its share of the spectrum and the prompt."""
        return (self.text_ms - self.encode_ms) / TOKENS


@dataclass(frozen=True, slots=True)
class Speed:
    """A model's speed. Memory is the peak of the process, in MB of 10^6 bytes.

    ``size`` is a key of random_weights.SIZES, None for an installed model. ``padding`` is the one
    that the device uses (see window.window_rows), None where it always uses the full window.
    """

    name: str
    size: str | None
    quantisation: str
    threads: int
    padding: int | None
    load_ms: float
    memory_mb: float
    passes: tuple[Pass, ...]

    @property
    def usual(self) -> Pass:
        """The pass for a phrase of USUAL_S."""
        return next(each for each in self.passes if each.phrase_s == USUAL_S)

    @property
    def usual_ms(self) -> float:
        """Time from the release to the text of a phrase of USUAL_S, in ms."""
        return self.usual.text_ms


def measured_speed(
    path: Path, name: str, size: str | None, threads: int, padding: int | None
) -> Speed:
    """Measure the model at this path in a process of its own, with the device's parameters.

    Raises ModelError when the model cannot be used, RecognizerError when its process dies.
    """
    lengths = (USUAL_S,) if padding is None else PHRASES_S
    with measuring(path, threads, exact=padding is not None) as model:
        return Speed(
            name=name,
            size=size,
            quantisation=model.loaded.quantisation,
            threads=threads,
            padding=padding,
            load_ms=model.loaded.wall_ms,
            passes=tuple(_pass(model, phrase_s, padding) for phrase_s in lengths),
            memory_mb=model.peak_mb,
        )


def _pass(model: Measured, phrase_s: int, padding: int | None) -> Pass:
    samples = phrase_s * SAMPLE_RATE
    trial = Trial(window_rows(samples, padding), samples, TOKENS)
    runs: list[Timed] = []
    while len(runs) < _MOST_RUNS and sum(run.wall_ms for run in runs) < _ENOUGH_MS:
        runs.append(model.time(trial))
    return Pass(
        phrase_s=phrase_s,
        rows=trial.rows,
        text_ms=median(run.wall_ms for run in runs),
        encode_ms=median(run.encode_ms for run in runs),
        cpu_ms=median(run.cpu_ms for run in runs),
    )


@dataclass(frozen=True, slots=True)
class Advice:
    """The models that return the text of a 5 s phrase in time.

    ``installed``: all such installed models, the fastest first. ``short`` and ``full``: the
    fastest format of the largest size, for models with short windows and for all others.
    """

    installed: tuple[Speed, ...]
    short: Speed | None
    full: Speed | None


def advice(speeds: Sequence[Speed], within_ms: float, sizes: Sequence[str]) -> Advice:
    """Choose the speeds within ``within_ms``. ``sizes`` must be in rising order."""
    in_time = sorted(
        (speed for speed in speeds if speed.usual_ms <= within_ms), key=lambda s: s.usual_ms
    )

    def largest(*, short: bool) -> Speed | None:
        of_kind = [s for s in in_time if s.size and (s.padding is not None) == short]
        return max(of_kind, key=lambda s: sizes.index(s.size or ""), default=None)

    installed = tuple(speed for speed in in_time if speed.size is None)
    return Advice(installed, largest(short=True), largest(short=False))
