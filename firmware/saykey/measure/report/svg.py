"""Draws bars and curves as SVG. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, log10

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 250, 90, 46, 34
CURVE_HEIGHT, CURVE_LEFT, CURVE_BOTTOM = 300, 60, 56
KEY_LINE, KEY_LETTER = 22, 7.2
PAPER, INK, FAINT = "#fbfaf7", "#22272e", "#c9cdd3"
COLOURS = ("#1d3f66", "#b4531f", "#2f8f6b", "#6fa3d8", "#8a5a9e", "#c9a227", "#5c6570", "#d46a8c")
BEHIND_WHISKER = "#6fa3d8"

LONGEST_NAME = 34


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of bars, one behind the other.

    ``whisker`` is an interval around the end of the only bar, or None.
    """

    name: str
    values: tuple[float, ...]
    label: str
    whisker: tuple[float, float] | None = None


def bars(title: str, rows: Sequence[Bar], keys: Sequence[str] = ()) -> str:
    """Rows of bars from 0. ``keys`` name the values of each row, if there are several."""
    named, lines = _keys(keys)
    top = TOP + KEY_LINE * lines
    height = top + ROW * len(rows) + 20
    most = max((max(sum(row.values), *(row.whisker or (0,))) for row in rows), default=0) or 1
    scale = (WIDTH - LEFT - RIGHT) / most
    parts = [_text(16, 28, title, size=17), *named]
    for number, row in enumerate(rows):
        parts += _bar(row, top + ROW * number, scale)
    return _picture(height, title, parts)


def _bar(row: Bar, y: float, scale: float) -> Iterator[str]:
    yield _text(LEFT - 10, y + 19, _short(row.name), anchor="end")
    x = float(LEFT)
    colours = _colours(len(row.values)) if row.whisker is None else [BEHIND_WHISKER]
    for value, colour in zip(row.values, colours, strict=True):
        wide = value * scale
        yield f'<rect x="{x:.1f}" y="{y + 4}" width="{wide:.1f}" height="22" fill="{colour}"/>'
        x += wide
    end = x
    if row.whisker is not None:
        least, most = (LEFT + each * scale for each in row.whisker)
        middle = y + 15
        yield _line(least, middle, most, middle, INK)
        for edge in (least, most):
            yield _line(edge, middle - 5, edge, middle + 5, INK)
        end = max(end, most)
    yield _text(end + 8, y + 19, row.label)


@dataclass(frozen=True, slots=True)
class Curve:
    """Points from left to right, joined by lines."""

    name: str
    points: tuple[tuple[float, float], ...]


def curves(title: str, axis: str, groups: Sequence[Curve]) -> str:
    """Curves over an axis from 0, up to 100 per cent."""
    wide = _round_up(max((x for group in groups for x, _ in group.points), default=1) or 1)
    named, lines = _keys([group.name for group in groups])
    top = TOP + KEY_LINE * lines + 14
    bottom, right = top + CURVE_HEIGHT, WIDTH - 30

    def at(point: tuple[float, float]) -> tuple[float, float]:
        x = CURVE_LEFT + (right - CURVE_LEFT) * point[0] / wide
        return x, bottom - CURVE_HEIGHT * point[1] / 100

    parts = [_text(16, 28, title, size=17), *named]
    for step in range(6):
        x, y = at((wide * step / 5, 20.0 * step))
        parts.append(_line(CURVE_LEFT, y, right, y, FAINT))
        parts.append(_text(x, bottom + 20, f"{wide * step / 5:g}", anchor="middle"))
        parts.append(_text(CURVE_LEFT - 8, y + 5, f"{20 * step} %", anchor="end"))
    parts.append(_text((CURVE_LEFT + right) / 2, bottom + 44, axis, anchor="middle"))
    for group, colour in zip(groups, _colours(len(groups)), strict=True):
        path = " ".join("{:.1f},{:.1f}".format(*at(point)) for point in group.points)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>'
        )
    return _picture(bottom + CURVE_BOTTOM, title, parts)


def _keys(names: Sequence[str]) -> tuple[list[str], int]:
    """The colours and what they stand for, below the title; and how many lines they take."""
    parts: list[str] = []
    x, line = 16.0, 0
    for name, colour in zip(names, _colours(len(names)), strict=True):
        wide = 40 + KEY_LETTER * len(_short(name))
        if x > 16 and x + wide > WIDTH:
            x, line = 16.0, line + 1
        y = TOP - 4 + KEY_LINE * line
        parts.append(f'<rect x="{x:.0f}" y="{y}" width="12" height="12" fill="{colour}"/>')
        parts.append(_text(x + 18, y + 11, _short(name), size=13))
        x += wide
    return parts, line + 1 if names else 0


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]


def _picture(height: float, title: str, parts: Sequence[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'width="{WIDTH}" height="{height:.0f}" role="img" aria-label="{escape(title)}" '
        f'font-family="sans-serif"><rect width="100%" height="100%" fill="{PAPER}"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def _text(x: float, y: float, text: str, *, size: int = 14, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{INK}" '
        f'text-anchor="{anchor}">{escape(text)}</text>'
    )


def _line(x: float, y: float, to_x: float, to_y: float, colour: str) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}" '
        f'stroke="{colour}" stroke-width="1.5"/>'
    )


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _round_up(value: float) -> float:
    """The next number of the form 1, 2 or 5 times a power of ten."""
    power = 10.0 ** ceil(log10(value) - 1)
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)
