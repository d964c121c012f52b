"""The pictures of the report."""

from collections.abc import Iterator, Sequence

from saykey.measure.evaluation import Scored
from saykey.measure.report.svg import Bar, Curve, bars, curves
from saykey.measure.report.tables import percent
from saykey.measure.scoring.kinds import Kind


def pictures_of(runs: Sequence[Scored]) -> Iterator[tuple[str, str]]:
    """The name of each picture, and its SVG text."""
    spoken = [run for run in runs if run.scores]
    if spoken:
        rows = [
            Bar(
                run.run.name,
                (run.total.word_error_rate,),
                percent(run.total.word_error_rate),
                run.interval,
            )
            for run in spoken
        ]
        yield "words-wrong", bars("Words wrong, with 95 % interval", rows)
        rows = [
            Bar(
                run.run.name,
                tuple(run.total.kinds.get(kind, 0) for kind in Kind),
                str(run.total.word_errors),
            )
            for run in spoken
        ]
        yield "kinds", bars("Kinds of errors, in words", rows, [kind.value for kind in Kind])
    waited = [run for run in runs if run.waits_ms]
    if waited:
        lines = [Curve(run.run.name, _cumulated(run.waits_ms)) for run in waited]
        yield "waits", curves("Dictations whose text is there", "ms after the release", lines)


def _cumulated(waits_ms: Sequence[float]) -> tuple[tuple[float, float], ...]:
    """How many per cent of the dictations waited at most so long."""
    share = 100 / len(waits_ms)
    return tuple(
        point
        for number, wait in enumerate(waits_ms)
        for point in ((wait, number * share), (wait, (number + 1) * share))
    )
