"""How fast a model is on this machine, measured, and which one that speaks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from saykey.flow import SAMPLE_RATE
from saykey.measure.client import Measured, measuring
from saykey.measure.process import Timed, Trial
from saykey.recognizer.whisper.window import window_rows

PHRASES_S = (2, 5, 10)
"""Lengths of the phrases short windows are measured for."""

USUAL_S = 5
"""The phrase after which people wait for the text."""

TOKENS = 20
"""What 5 s of ordinary English become: about 4 tokens a second."""

_MOST_RUNS = 3
_ENOUGH_MS = 2000.0


@dataclass(frozen=True, slots=True)
class Pass:
    """One length of phrase: medians in ms, on the wall but for ``cpu_ms``.

    ``text_ms`` is the whole recognition, of which ``encode_ms`` is the encoder's pass; the rest
    is the spectrum and TOKENS tokens.
    """

    phrase_s: int
    rows: int
    text_ms: float
    encode_ms: float
    cpu_ms: float

    @property
    def token_ms(self) -> float:
        """What a token costs, its share of the spectrum and the prompt in it."""
        return (self.text_ms - self.encode_ms) / TOKENS


@dataclass(frozen=True, slots=True)
class Speed:
    """A model's speed. Memory is the peak of the process, in MB of 10^6 bytes.

    ``size``: of random_weights.SIZES, None for an installed model. ``padding``: with which the
    device would run it (see window.window_rows), None for the full window whatever the phrase.
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
        """That of a phrase of USUAL_S."""
        return next(each for each in self.passes if each.phrase_s == USUAL_S)

    @property
    def usual_ms(self) -> float:
        """From the release to the text of a phrase of USUAL_S."""
        return self.usual.text_ms


def measured_speed(
    path: Path, name: str, size: str | None, threads: int, padding: int | None
) -> Speed:
    """Measure the model at this path in a process of its own, the way the device runs it.

    Raises ModelError when it cannot be used, RecognizerError when its process dies.
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
    """Which models would have the text of a 5 s phrase in time, the best ones first.

    ``installed``: all of them. ``short`` and ``full``: the fastest format of the largest size,
    for models that take short windows and for those that do not.
    """

    installed: tuple[Speed, ...]
    short: Speed | None
    full: Speed | None


def advice(speeds: Sequence[Speed], within_ms: float, sizes: Sequence[str]) -> Advice:
    """Choose among what was measured. ``sizes`` in rising order."""
    in_time = sorted(
        (speed for speed in speeds if speed.usual_ms <= within_ms), key=lambda s: s.usual_ms
    )

    def largest(*, short: bool) -> Speed | None:
        of_kind = [s for s in in_time if s.size and (s.padding is not None) == short]
        return max(of_kind, key=lambda s: sizes.index(s.size or ""), default=None)

    installed = tuple(speed for speed in in_time if speed.size is None)
    return Advice(installed, largest(short=True), largest(short=False))
