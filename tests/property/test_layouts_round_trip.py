"""Random text of a layout's language comes out of a host with that layout as it went in.

The host reads boot reports with the layout as libxkbcommon has it. Letters are CLDR's exemplars.
Seeds are as in the other property tests: fixed, or SAYKEY_SEED=fresh or a number.
"""

from unicodedata import normalize

import pytest

from layouts.texts import coverage_of, pinned, random_text
from saykey.keyboard.layouts import layout_summaries, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner
from saykey.simulated.text_field import TextField

PINNED = pinned("layout_coverage.txt")
SUMMARIES = {summary.name: summary for summary in layout_summaries("linux")}


def shown_by(name, reports):
    layout, _, variant = name.partition("+")
    field = TextField(layout, variant)
    for report in reports:
        field.read(report, at=0)
    return field.text


def test_at_least_sixty_layouts_are_looked_at():
    assert len(PINNED) >= 60


@pytest.mark.parametrize("name", PINNED)
def test_a_layout_reaches_the_letters_and_ascii_that_are_pinned(name):
    assert coverage_of(SUMMARIES[name]) == PINNED[name]


@pytest.mark.parametrize("name", PINNED)
def test_text_of_the_language_comes_out_as_it_went_in_at_every_pace(name, pytestconfig):
    seed = pytestconfig.getoption("hypothesis_seed")
    text = random_text(SUMMARIES[name], f"{'fixed' if seed is None else seed} {name}")
    layout = load_layout("linux", name)
    plans = [Planner(layout, Profile(pace=pace)).plan(text) for pace in PACES.values()]
    assert all(plan.substitutions == () for plan in plans)
    # Paces that differ in time alone send the same reports, which are read once.
    for reports in {tuple(report.data for report in plan.reports) for plan in plans}:
        assert normalize("NFC", shown_by(name, reports)) == text
