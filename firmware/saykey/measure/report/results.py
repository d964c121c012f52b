"""All results of an evaluation in one value, from which every form of the report is made."""

from collections.abc import Iterator
from dataclasses import dataclass

from saykey.measure.datasets.item import LeftOut
from saykey.measure.evaluation import Difference, Evaluation, Scored, differences, scored
from saykey.measure.scoring.scores import Score, Scorer


@dataclass(frozen=True, slots=True)
class Results:
    """An evaluation with its scores. ``runs`` are those that heard at least one recording."""

    evaluation: Evaluation
    runs: tuple[Scored, ...]
    differences: tuple[Difference, ...]

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Everything that could not be used, and why."""
        return (*self.evaluation.dataset.left_out, *self.evaluation.left_out)

    @property
    def troubles(self) -> tuple[str, ...]:
        """One line for each run that ended early."""
        return tuple(
            f"{run.name}: ended after {len(run.heard)} recordings: {run.trouble}"
            for run in self.evaluation.runs
            if run.trouble
        )

    @property
    def notices(self) -> tuple[str, ...]:
        """One line for each run in which text is missing for another reason than a wrong word."""
        return tuple(filter(None, map(_notice, self.runs)))


def results_of(evaluation: Evaluation, scorer: Scorer) -> Results:
    """Score all runs of an evaluation, and compare them."""
    runs = tuple(scored(run, scorer) for run in evaluation.runs if run.heard)
    return Results(evaluation, runs, differences(runs))


def wrong(run: Scored) -> Iterator[tuple[Score, str, str]]:
    """The recordings with wrong words: score, what was said, what was typed. The worst first."""
    texts = {heard.name: heard for heard in run.run.heard}
    for score in sorted(run.scores, key=lambda each: -each.word_errors):
        if score.word_errors:
            yield score, texts[score.name].said, texts[score.name].typed


def _notice(run: Scored) -> str:
    heard = run.run.heard
    counts = (
        (sum(each.failed for each in heard), "phrases that the recognizer failed on"),
        (sum(each.held for each in heard), "doubtful texts, held"),
        (sum(each.dropped for each in heard), "doubtful texts, dropped"),
    )
    parts = [f"{what}: {count}" for count, what in counts if count]
    return f"{run.run.name}: not typed: {'; '.join(parts)}" if parts else ""
