"""Plots for docs/bench.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 900, 460, 80, 30, 60, 70
SCALE = 2  # drawn at twice the size, for smooth lines
PAPER, INK, FAINT, BOUND = "#fbfaf7", "#22272e", "#c9cdd3", "#b4531f"
COLOURS = ("#1d3f66", "#3b6ea8", "#6fa3d8", "#2f8f6b")

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Points with a common name."""

    name: str
    points: Sequence[Point]


def plot(
    path: Path, title: str, axes: tuple[str, str], bound: Group, groups: Sequence[Group]
) -> None:
    """Write a PNG: the bound as a dashed line, and up to four groups of dots."""
    points = [point for group in (bound, *groups) for point in group.points]
    paper = _Paper(*(_round_up(max(values)) for values in zip(*points, strict=True)))
    paper.write((LEFT, 18), title, 22, INK)
    paper.grid(axes)
    for begin, end in list(zip(bound.points, bound.points[1:], strict=False))[::2]:
        paper.line((begin, end), BOUND)
    for row, (group, colour) in enumerate(zip(groups, COLOURS, strict=False)):
        for point in group.points:
            paper.dot(paper.at(point), colour)
        paper.key(row, group.name, colour)
    paper.key(len(groups), bound.name, BOUND)
    path.parent.mkdir(parents=True, exist_ok=True)
    paper.image.save(path, optimize=True)


class _Paper:
    """A drawing whose corners are 0, 0 and ``wide``, ``high``."""

    def __init__(self, wide: float, high: float) -> None:
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), PAPER)
        self._draw = ImageDraw.Draw(self.image)
        self._wide, self._high = wide, high

    def at(self, point: Point) -> Point:
        x = LEFT + (WIDTH - LEFT - RIGHT) * point[0] / self._wide
        y = HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * point[1] / self._high
        return x * SCALE, y * SCALE

    def grid(self, axes: tuple[str, str]) -> None:
        for step in range(6):
            x, y = self._wide * step / 5, self._high * step / 5
            self.line(((0, y), (self._wide, y)), FAINT, 1)
            left, level = self.at((0, y))
            self.write((left / SCALE - 8, level / SCALE), f"{y:g}", 16, INK, "rm")
            across, base = self.at((x, 0))
            self.write((across / SCALE, base / SCALE + 8), f"{x:g}", 16, INK, "ma")
        self.write((WIDTH - RIGHT, HEIGHT - 14), axes[0], 16, INK, "rs")
        self.write((LEFT - 8, TOP - 12), axes[1], 16, INK, "rs")

    def line(self, points: Sequence[Point], colour: str, width: int = 3) -> None:
        self._draw.line([self.at(point) for point in points], colour, width * SCALE, "curve")

    def dot(self, at: Point, colour: str) -> None:
        reach = 6 * SCALE
        x, y = at
        self._draw.ellipse((x - reach, y - reach, x + reach, y + reach), colour, PAPER)

    def key(self, row: int, name: str, colour: str) -> None:
        """A line of the legend, upper left."""
        x, y = LEFT + 24, TOP + 20 + 26 * row
        self.dot((x * SCALE, y * SCALE), colour)
        self.write((x + 16, y), name, 17, INK, "lm")

    def write(self, at: Point, text: str, size: int, colour: str, anchor: str = "la") -> None:
        font = ImageFont.load_default(size * SCALE)
        self._draw.text((at[0] * SCALE, at[1] * SCALE), text, colour, font, anchor)


def _round_up(value: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7.5 times a power of ten, whose fifths are short numbers."""
    power = 10.0 ** (ceil(log10(value)) - 1) if value > 0 else 1.0
    return power * next(step for step in (1, 1.5, 2, 3, 5, 7.5, 10) if step * power >= value)
