"""`saykey keys`: prints the keys that would type a text, without a host."""

import json
import sys
from collections.abc import Iterator

import click

from saykey.flow import Stroke
from saykey.keyboard.layouts import MODIFIERS, SYSTEMS, Layout, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import NewLine, Profile, UnicodeMethod, unicode_method
from saykey.keyboard.reports import Plan, Planner
from saykey.keyboard.strokes import strokes_for

_SYSTEMS = ", ".join(SYSTEMS)
_NS = 1_000_000_000
_JOINER = "\u200d"
_NAMES = {" ": "space", "\n": "new line"}


@click.command()
@click.argument("text", metavar="TEXT")
@click.option("--layout", default="us", show_default=True, help='Such as "de" or "de+nodeadkeys".')
@click.option("--os", "system", default="linux", show_default=True, help=f"{_SYSTEMS}.")
@click.option(
    "--unicode", "method", default="none", type=click.Choice([m.value for m in UnicodeMethod])
)
@click.option("--pace", default="safe", show_default=True, type=click.Choice(list(PACES)))
@click.option("--newline", default="enter", type=click.Choice([key.value for key in NewLine]))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(  # noqa: PLR0913  one argument an option
    text: str, layout: str, system: str, *, method: str, pace: str, newline: str, as_json: bool
) -> None:
    """Print the keys that would type TEXT; - reads it from standard input."""
    profile = Profile(
        pace=PACES[pace], unicode=unicode_method(system, method), newline=NewLine(newline)
    )
    table = load_layout(system, layout)
    if text == "-":
        # Bytes that are not UTF-8 become lone surrogates, which are substituted and reported.
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    plan = Planner(table, profile).plan(text)
    strokes = _strokes(plan, table, profile)
    click.echo(_as_json(plan, strokes) if as_json else "\n".join(_as_table(plan, strokes)))


def _strokes(plan: Plan, layout: Layout, profile: Profile) -> list[list[str]]:
    """The strokes of each grapheme, written as in the layout tables."""
    known: dict[str, list[str]] = {}
    for grapheme in plan.units:
        if grapheme not in known:
            strokes = strokes_for(grapheme, layout, profile).strokes
            known[grapheme] = [_written(stroke) for stroke in strokes]
    return [known[grapheme] for grapheme in plan.units]


def _written(stroke: Stroke) -> str:
    """In the form that layouts.parse_stroke reads: modifiers, held keys, the key; 00 is none."""
    names = [name for name, bit in MODIFIERS.items() if stroke.modifiers & bit]
    return "+".join((*names, *(f"{usage:02x}" for usage in (*stroke.held, stroke.usage))))


def _as_json(plan: Plan, strokes: list[list[str]]) -> str:
    found = {
        "strokes": [stroke for keys in strokes for stroke in keys],
        "reports": [report.data.hex() for report in plan.reports],
        "substitutions": [
            {"from": made.wanted, "to": made.typed, "reason": made.reason}
            for made in plan.substitutions
        ],
        "graphemes": plan.units,
    }
    return json.dumps(found)  # in ASCII: lone surrogates cannot be encoded in UTF-8


def _as_table(plan: Plan, strokes: list[list[str]]) -> Iterator[str]:
    made = dict(zip(plan.substituted, plan.substitutions, strict=True))
    for number, (grapheme, keys) in enumerate(zip(plan.units, strokes, strict=True)):
        line = f"{_shown(grapheme):<12} {' '.join(keys)}"
        if number in made:
            line += f"   for {_shown(made[number].typed) or 'nothing'} ({made[number].reason})"
        yield line
    held_s = sum(report.hold_ns for report in plan.reports) / _NS
    count = sum(len(keys) for keys in strokes)
    yield (
        f"{len(plan.units)} characters, {len(made)} of them substituted; {count} strokes in "
        f"{len(plan.reports)} reports, which the pace holds for {held_s:.2f} s in all"
    )


def _shown(text: str) -> str:
    """The text with invisible and terminal control characters written as escapes."""
    return "".join(
        c if (c.isprintable() and c != " ") or c == _JOINER else _NAMES.get(c) or ascii(c)[1:-1]
        for c in text
    )
