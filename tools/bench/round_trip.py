"""Round trip: text of a language, typed with its layout, is the same on the host."""

import secrets
from unicodedata import normalize

from bench.figures import Section, one
from layouts.texts import LENGTH, pinned, random_text
from saykey.keyboard.layouts import LayoutSummary, layout_summaries, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner
from saykey.simulated.text_field import TextField

FEWEST_LAYOUTS = 60

METHOD = f"""\
Random text of {LENGTH:,} characters for each of the main layouts of Linux hosts, once from a fixed
and once from a fresh seed. It has the letters of the language (CLDR's exemplars), ASCII and
typographic marks, as far as the layout has them. It is planned at each pace ({", ".join(PACES)}).
The host that reads the reports is libxkbcommon with that layout. It must show the text itself: a
character replaced by another is a miss."""


def measured() -> Section:
    """How many texts were typed, and how many came out differently."""
    summaries = {summary.name: summary for summary in layout_summaries("linux")}
    layouts = [summaries[name] for name in pinned("layout_coverage.txt")]
    seeds = ("fixed", secrets.token_hex(4))
    missed = [
        f"{layout.name} {pace} {seed}"
        for layout in layouts
        for seed in seeds
        for pace in _missed(layout, f"{seed} {layout.name}")
    ]
    return Section(
        "Round trip",
        "\n".join((METHOD, *(f"Missed: {one}." for one in missed))),
        (
            one(f"layouts ({FEWEST_LAYOUTS} are required)", "", [len(layouts)]),
            one("texts typed, each at every pace", "", [len(layouts) * len(seeds)]),
            one("texts that came out differently at some pace", "", [len(missed)], 0),
        ),
    )


def _missed(layout: LayoutSummary, seed: str) -> list[str]:
    """The paces at which the host shows something else."""
    text = random_text(layout, seed)
    table = load_layout(layout.os, layout.name)
    shown: dict[tuple[bytes, ...], str] = {}  # paces that differ only in their times are read once
    missed = []
    for name, pace in PACES.items():
        reports = tuple(
            report.data for report in Planner(table, Profile(pace=pace)).plan(text).reports
        )
        if reports not in shown:
            shown[reports] = _shown_by(layout.name, reports)
        if shown[reports] != text:
            missed.append(name)
    return missed


def _shown_by(name: str, reports: tuple[bytes, ...]) -> str:
    layout, _, variant = name.partition("+")
    field = TextField(layout, variant)
    for report in reports:
        field.read(report, at=0)
    return normalize("NFC", field.text)
