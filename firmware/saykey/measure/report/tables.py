"""The results as tables of words, the same in every form of the report."""

from collections.abc import Iterator
from dataclasses import dataclass

from saykey.measure.evaluation import Difference, Scored
from saykey.measure.report.results import Results
from saykey.measure.scoring.kinds import Kind


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its heading. All rows have as many cells as ``head``."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


ERRORS_NOTE = (
    "Word and character errors are counted after normalising (numbers in digits, no punctuation). "
    "The interval contains the word error rate with 95 % confidence. Exact: typed to the letter; "
    "same words: the same after normalising."
)
SPEED_NOTE = (
    "Time of the recognizer per second of sound; time from the release of the button to the text, "
    "not exceeded by 50 and by 95 of 100 dictations; peak memory of the recognizer's process."
)
KINDS_NOTE = (
    "Homophones sound the same, or have the same letters with other gaps. Names have a capital "
    "within the sentence. Invented words were not said."
)
DIFFERENCES_NOTE = (
    "Word error rate compared with the first model, on the recordings that both heard. "
    "There is a difference if the 95 % interval (paired bootstrap) does not contain 0."
)


def tables_of(results: Results) -> Iterator[Table]:
    """The tables that are not empty."""
    runs = results.runs
    head: tuple[str, ...]
    if any(run.scores for run in runs):
        head = ("model", "recordings", "words", "wrong", "interval", "characters", "exact",
                "same words")  # fmt: skip
        yield Table("Errors", head, tuple(map(_errors, runs)), ERRORS_NOTE)
        head = ("model", *(_plural(kind) for kind in Kind))
        yield Table("Kinds of errors", head, tuple(map(_kinds, runs)), KINDS_NOTE)
    if results.differences:
        head = ("model", "compared with", "recordings", "words wrong", "interval", "difference")
        rows = tuple(map(_difference, results.differences))
        yield Table("Differences", head, rows, DIFFERENCES_NOTE)
    if any(run.silent for run in runs):
        head = ("model", "recordings", "typed something", "characters typed")
        yield Table("Recordings in which nothing is said", head, tuple(map(_silent, runs)))
    if runs:
        head = ("model", "time per second", "release to text p50", "p95", "parameters", "memory")
        yield Table("Speed and size", head, tuple(map(_speed, runs)), SPEED_NOTE)


def percent(share: float, *, sign: bool = False) -> str:
    """A share as per cent with one decimal."""
    return f"{100 * share:+.1f} %" if sign else f"{100 * share:.1f} %"


def _errors(run: Scored) -> tuple[str, ...]:
    total = run.total
    least, most = run.interval
    of_all = max(1, total.recordings)
    return (
        run.run.name,
        str(total.recordings),
        str(total.words),
        percent(total.word_error_rate),
        f"{percent(least)} to {percent(most)}",
        percent(total.character_error_rate),
        percent(total.exact / of_all),
        percent(total.same / of_all),
    )


def _kinds(run: Scored) -> tuple[str, ...]:
    return (run.run.name, *(str(run.total.kinds.get(kind, 0)) for kind in Kind))


def _plural(kind: Kind) -> str:
    return f"{kind.value}s" if kind in {Kind.HOMOPHONE, Kind.NAME, Kind.NUMBER} else kind.value


def _difference(found: Difference) -> tuple[str, ...]:
    if not found.is_certain:
        verdict = "none shown"
    else:
        verdict = "more errors" if found.more > 0 else "fewer errors"
    return (
        found.other,
        found.first,
        str(found.recordings),
        percent(found.more, sign=True),
        f"{percent(found.least, sign=True)} to {percent(found.most, sign=True)}",
        verdict,
    )


def _silent(run: Scored) -> tuple[str, ...]:
    typed = [each.characters for each in run.silent if each.characters]
    return run.run.name, str(len(run.silent)), str(len(typed)), str(sum(typed))


def _speed(run: Scored) -> tuple[str, ...]:
    factor, memory, count = run.real_time_factor, run.run.memory_mb, run.run.parameters
    return (
        run.run.name,
        "" if factor is None else f"{factor:.3f} s",
        _ms(run.wait_ms(50)),
        _ms(run.wait_ms(95)),
        "?" if count is None else f"{count / 1e6:.1f} million",
        "?" if memory is None else f"{memory:.0f} MB",
    )


def _ms(ms: float | None) -> str:
    return "" if ms is None else f"{ms:.0f} ms"
