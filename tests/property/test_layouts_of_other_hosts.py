"""Random text comes out of simulated hosts of Windows and macOS as it went in.

The hosts are in hosts_with_dead_keys. No real hosts were available. So these tests do not prove
that the dumps and dead keys are right, only that the tables agree with what such hosts would type.
"""

from unicodedata import normalize

import pytest
from hosts_with_dead_keys import Host

from layouts.texts import coverage_of, pinned, random_text
from layouts.verify import reports
from saykey.keyboard.layouts import layout_summaries, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner

PINNED = pinned("layout_coverage_of_other_hosts.txt")
SUMMARIES = {
    f"{one.os} {one.name}": one for os in ("windows", "macos") for one in layout_summaries(os)
}


def shown_by(pair, sent):
    host = Host(*pair.split(" "))
    for report in sent:
        host.read(report)
    assert host.stray == 0, "an accent met a letter that it does not compose with"
    return host.text


def test_every_table_is_pinned():
    assert PINNED.keys() == SUMMARIES.keys()


@pytest.mark.parametrize("pair", SUMMARIES)
def test_a_table_reaches_the_letters_and_ascii_that_are_pinned(pair):
    assert coverage_of(SUMMARIES[pair]) == PINNED[pair]


@pytest.mark.parametrize("pair", SUMMARIES)
def test_each_entry_alone_types_its_character(pair):
    strokes = load_layout(*pair.split(" ")).strokes
    typed = {
        character: shown_by(pair, (report for stroke in parts for report in reports(stroke)))
        for character, parts in strokes.items()
    }
    assert {character: text for character, text in typed.items() if text != character} == {}


@pytest.mark.parametrize("pair", SUMMARIES)
def test_text_of_the_language_comes_out_as_it_went_in_at_every_pace(pair, pytestconfig):
    seed = pytestconfig.getoption("hypothesis_seed")
    text = random_text(SUMMARIES[pair], f"{'fixed' if seed is None else seed} {pair}")
    layout = load_layout(*pair.split(" "))
    plans = [Planner(layout, Profile(pace=pace)).plan(text) for pace in PACES.values()]
    assert all(plan.substitutions == () for plan in plans)
    for sent in {tuple(report.data for report in plan.reports) for plan in plans}:
        assert normalize("NFC", shown_by(pair, sent)) == text


def test_a_host_types_the_accent_itself_before_what_it_does_not_compose_with():
    host = Host("windows", "de")
    for report in (bytes((0, 0, 0x2E, 0, 0, 0, 0, 0)), bytes((0, 0, 0x1B, 0, 0, 0, 0, 0))):
        host.read(report)
    assert host.text == "\u00b4x"
    assert host.stray == 1
