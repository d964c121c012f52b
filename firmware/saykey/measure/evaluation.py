"""The results of an evaluation: what each model made of each recording, scored and compared.

A run is one model with one set of settings on all recordings of a dataset.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import quantiles

from saykey.measure.datasets.item import Dataset, LeftOut
from saykey.measure.padding import difference
from saykey.measure.scoring.scores import Score, Scorer, Silent, Total, total


@dataclass(frozen=True, slots=True)
class Heard:
    """The text typed for one recording of ``seconds``.

    ``waited_ms`` is from the release to the last transcript, None if nothing was recognised.
    ``recognising_ms`` is how long the recognizer worked. ``failed`` counts phrases that it could
    not recognise. ``held`` and ``dropped`` count doubtful texts that were not typed.
    """

    name: str
    said: str = field(repr=False)
    typed: str = field(repr=False)
    seconds: float
    recognising_ms: float
    waited_ms: float | None
    failed: int = 0
    held: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """What one model with one set of settings typed.

    ``settings`` are those that differ from the usual ones, such as "speech.pause_ms=300".
    ``parameters`` is the number of the model's weights. ``memory_mb`` is the peak of its process,
    in MB of 10^6 bytes. Both are None if they are unknown. ``trouble`` says why the run ended
    early, "" if it did not.
    """

    model: str
    settings: tuple[str, ...] = ()
    heard: tuple[Heard, ...] = ()
    parameters: int | None = None
    memory_mb: float | None = None
    trouble: str = ""

    @property
    def name(self) -> str:
        """The name of the run in reports."""
        return " ".join((self.model, *self.settings))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All runs on a dataset.

    ``place`` names the dataset, and ``language`` is an ISO 639-1 code. ``release`` says in words
    when the button was released. ``left_out`` are the recordings that could not be used.
    """

    place: str
    dataset: Dataset
    language: str
    release: str
    runs: tuple[Run, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def without(self, left_out: Sequence[LeftOut]) -> "Evaluation":
        """The same without these recordings, which are left out in all runs."""
        names = {each.name for each in left_out}
        runs = tuple(
            replace(run, heard=tuple(each for each in run.heard if each.name not in names))
            for run in self.runs
        )
        return replace(self, runs=runs, left_out=(*self.left_out, *left_out))


@dataclass(frozen=True, slots=True)
class Scored:
    """A run with its scores. ``interval`` contains the word error rate with 95 % confidence."""

    run: Run
    scores: tuple[Score, ...]
    silent: tuple[Silent, ...]
    total: Total
    interval: tuple[float, float]

    @property
    def waits_ms(self) -> tuple[float, ...]:
        """The sorted times from the release to the last transcript."""
        return tuple(sorted(h.waited_ms for h in self.run.heard if h.waited_ms is not None))

    @property
    def real_time_factor(self) -> float | None:
        """The recognizer's time per second of the recordings; None without recordings."""
        seconds = sum(heard.seconds for heard in self.run.heard)
        worked_ms = sum(heard.recognising_ms for heard in self.run.heard)
        return worked_ms / 1000 / seconds if seconds else None

    def wait_ms(self, percent: int) -> float | None:
        """The time that ``percent`` of 100 dictations did not exceed; None without any."""
        waits = self.waits_ms
        if len(waits) < 2:
            return waits[0] if waits else None
        return quantiles(waits, n=100, method="inclusive")[percent - 1]


def scored(run: Run, scorer: Scorer) -> Scored:
    """The run with its scores."""
    every = [scorer.score(heard.name, heard.said, heard.typed) for heard in run.heard]
    scores = tuple(score for score in every if isinstance(score, Score))
    silent = tuple(score for score in every if isinstance(score, Silent))
    errors = [score.word_errors for score in scores]
    least, _, most = difference([0] * len(scores), errors, [score.words for score in scores])
    return Scored(run, scores, silent, total(scores), (least, most))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more errors ``other`` has than ``first``, per word, on ``recordings`` of both.

    The rates are differences of word error rates; ``least`` to ``most`` is the 95 % interval.
    """

    first: str
    other: str
    recordings: int
    least: float
    more: float
    most: float

    @property
    def is_certain(self) -> bool:
        """Whether the interval does not contain 0."""
        return self.least > 0 or self.most < 0


def differences(runs: Sequence[Scored]) -> tuple[Difference, ...]:
    """The first run compared with each other one, on the recordings that both have heard."""
    return tuple(_difference(runs[0], other) for other in runs[1:])


def _difference(first: Scored, other: Scored) -> Difference:
    of_other = {score.name: score for score in other.scores}
    pairs = [(score, of_other[score.name]) for score in first.scores if score.name in of_other]
    least, more, most = difference(
        [one.word_errors for one, _ in pairs],
        [two.word_errors for _, two in pairs],
        [one.words for one, _ in pairs],
    )
    return Difference(first.run.name, other.run.name, len(pairs), least, more, most)
