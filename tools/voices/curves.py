"""Shares, areas and thresholds of scores. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Point = tuple[float, float]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    @property
    def percent(self) -> float:
        """In per cent; 0 of nothing."""
        return 100 * self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        """Such as ``3 of 60 (5.0 %)``."""
        return f"{self.count} of {self.of} ({self.percent:.1f} %)"


def share(each: Iterable[T], holds: Callable[[T], bool]) -> Share:
    """The share of the things for which this holds."""
    found = [holds(one) for one in each]
    return Share(sum(found), len(found))


def area(speech: Sequence[float], noise: Sequence[float]) -> float:
    """The probability that speech has a higher score than noise: the area under the ROC curve."""
    if not speech or not noise:
        return 0.0
    wins = sum((one > other) + (one == other) / 2 for one in speech for other in noise)
    return wins / (len(speech) * len(noise))


def trade_off(speech: Sequence[float], noise: Sequence[float]) -> tuple[Point, ...]:
    """Speech lost and noise let through in per cent, for each score as the least that is let in."""
    limits = sorted({*speech, *noise})
    return tuple(
        (
            100 * sum(score < limit for score in speech) / max(1, len(speech)),
            100 * sum(score >= limit for score in noise) / max(1, len(noise)),
        )
        for limit in (*limits, float("inf"))
    )


def below(values: Sequence[float], limits: Iterable[float]) -> tuple[Point, ...]:
    """For each limit the per cent of the values below it."""
    return tuple(
        (limit, 100 * sum(value < limit for value in values) / max(1, len(values)))
        for limit in limits
    )


def cross(at: Point, wide: float, high: float) -> tuple[Point, ...]:
    """A line that draws a cross around a point."""
    x, y = at
    return ((x, y - high), (x, y + high), (x, y), (max(0.0, x - wide), y), (x + wide, y))
