"""Figures, their bounds, and their tables. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import floor, log10
from statistics import median

OK, MISSED = "ok", "MISSED"


@dataclass(frozen=True, slots=True)
class Figure:
    """The median of some runs. It should be at most ``bound``; None: it has no bound."""

    name: str
    unit: str
    runs: tuple[float, ...]
    bound: float | None = None

    @property
    def value(self) -> float:
        """The median."""
        return median(self.runs)

    @property
    def verdict(self) -> str:
        """OK, MISSED, or nothing for a figure without a bound."""
        if self.bound is None:
            return ""
        return OK if self.value <= self.bound else MISSED


@dataclass(frozen=True, slots=True)
class Section:
    """Figures measured in one way, and the load (1 min average) before and after.

    ``picture`` is a file in docs/images, "" for none.
    """

    title: str
    method: str
    figures: tuple[Figure, ...]
    load: tuple[float, float] = (0.0, 0.0)
    picture: str = ""

    @property
    def missed(self) -> tuple[Figure, ...]:
        """The figures over their bound."""
        return tuple(figure for figure in self.figures if figure.verdict == MISSED)


def one(name: str, unit: str, runs: Iterable[float], bound: float | None = None) -> Figure:
    """A figure of these runs."""
    return Figure(name, unit, tuple(runs), bound)


def rounded(value: float) -> str:
    """Three significant digits; whole numbers from 100 on."""
    if value == 0:
        return "0"
    digits = 2 - floor(log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}" if digits > 0 else f"{round(value):,}"


def row(figure: Figure) -> tuple[str, str, str, str, str]:
    """Name, median with its unit, spread and number of runs, bound, verdict."""
    low, high = rounded(min(figure.runs)), rounded(max(figure.runs))
    spread = f"{low} to {high} ({len(figure.runs)})" if len(figure.runs) > 1 else ""
    bound = "" if figure.bound is None else f"{rounded(figure.bound)} {figure.unit}"
    value = f"{rounded(figure.value)} {figure.unit}".rstrip()
    return figure.name, value, spread, bound, figure.verdict


HEAD = ("what", "median", "lowest to highest (runs)", "at most", "")


def for_terminal(section: Section) -> str:
    """The section as a table of aligned columns."""
    rows = [HEAD, *map(row, section.figures)]
    widths = [max(len(cells[column]) for cells in rows) for column in range(len(HEAD))]
    lines = ("  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows)
    return "\n".join([section.title, *(f"  {line}" for line in lines)])


def page(machine: str, sections: Sequence[Section]) -> str:
    """docs/bench.md."""
    missed = [figure.name for section in sections for figure in section.missed]
    verdict = f"**MISSED: {'; '.join(missed)}.**" if missed else "All bounds are kept."
    parts = [
        "# What Saykey costs, and how soon it answers",
        "`make bench` writes this page in about ten minutes. Figures are medians. CPU times are "
        "user and system time together. A guess is a recognition that begins at a pause, before "
        "it is known whether the phrase has ended.",
        machine,
        verdict,
    ]
    for section in sections:
        load = f"Load while it was measured: {section.load[0]:.1f} to {section.load[1]:.1f}."
        table = [HEAD, ("---",) * len(HEAD), *map(row, section.figures)]
        lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
        parts += [f"## {section.title}", lines]
        if section.picture:
            parts.append(f"![{section.title}](images/{section.picture})")
        parts.append(f"{section.method}\n\n{load}")
    return "\n\n".join(parts) + "\n"
