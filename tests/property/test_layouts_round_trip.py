"""Random text of a layout's language comes out of a host with that layout as it went in.

The host is libxkbcommon's own reading of the layout, fed with boot reports. Letters are CLDR's
exemplars. Seeds as for the other property tests: fixed, or SAYKEY_SEED=fresh or a number.
"""

import random
import string
from pathlib import Path
from unicodedata import normalize

import pytest

from layouts.coverage import can_type, letters_of
from saykey.keyboard.layouts import layout_summaries, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner
from saykey.simulated.screen import Screen

LENGTH = 3_000
ASCII = string.ascii_letters + string.digits + string.punctuation + " "
TYPOGRAPHIC = "‘’‚“”„‹›«»–—…•·°§¡¿€£"  # noqa: RUF001 - what recognisers and people write
COVERAGE = Path(__file__).parents[1] / "data/layout_coverage.txt"
PINNED = dict(line.split(": ", 1) for line in COVERAGE.read_text("utf-8").splitlines())
SUMMARIES = {summary.name: summary for summary in layout_summaries("linux")}


def characters(name, language):
    """Of letters, ASCII and typographic marks those the layout types, and those it lacks."""
    wanted = dict.fromkeys([*letters_of(language), *ASCII, *TYPOGRAPHIC])
    typed = load_layout("linux", name).strokes
    return [c for c in wanted if can_type(c, typed)], [c for c in wanted if not can_type(c, typed)]


def coverage_of(name):
    """What is pinned of a layout: its language, how many characters it reaches, which it lacks."""
    language = SUMMARIES[name].language
    reached, lacking = characters(name, language)
    strokes = load_layout("linux", name).strokes
    direct = sum(len(strokes.get(character, ())) == 1 for character in reached)
    lacks = " ".join(lacking) or "nothing"
    return f"{language} reaches {len(reached)}, {direct} by one stroke, lacks {lacks}"


def random_text(name, seed):
    reached, _ = characters(name, SUMMARIES[name].language)
    choose = random.Random(f"{seed} {name}")  # noqa: S311 - nothing secret
    return normalize("NFC", "".join(choose.choices(reached, k=LENGTH)))


def shown_by(name, reports):
    layout, _, variant = name.partition("+")
    screen = Screen(layout, variant)
    for report in reports:
        screen.read(report, at=0)
    return screen.text


def test_at_least_sixty_layouts_are_looked_at():
    assert len(PINNED) >= 60


@pytest.mark.parametrize("name", PINNED)
def test_a_layout_reaches_the_letters_and_ascii_that_are_pinned(name):
    assert coverage_of(name) == PINNED[name]


@pytest.mark.parametrize("name", PINNED)
def test_text_of_the_language_comes_out_as_it_went_in_at_every_pace(name, pytestconfig):
    seed = pytestconfig.getoption("hypothesis_seed")
    text = random_text(name, "fixed" if seed is None else seed)
    layout = load_layout("linux", name)
    plans = [Planner(layout, Profile(pace=pace)).plan(text) for pace in PACES.values()]
    assert all(plan.substitutions == () for plan in plans)
    # Paces that differ in time alone send the same reports: those are read once.
    for reports in {tuple(report.data for report in plan.reports) for plan in plans}:
        assert normalize("NFC", shown_by(name, reports)) == text
