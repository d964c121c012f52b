"""Text becomes the reports of the worked examples, and a plan says what each report completes."""

import json
from pathlib import Path
from types import MappingProxyType

import pytest

from saykey.flow import ALL_UP, Stroke
from saykey.keyboard.layouts import Layout, load_layout
from saykey.keyboard.reports import (
    Planner,
    begun,
    completed,
    safe_stop,
    substitutions_within,
)
from saykey.simulated.text_field import TextField

EXAMPLES = Path(__file__).parents[1] / "data" / "reports.txt"
US = load_layout("linux", "us")
DEAD_ACUTE, E = Stroke(0x34), Stroke(0x08)
US_INTL = Layout(
    "linux",
    "us+intl",
    "English (US, international, with dead keys)",
    "written for this test",
    "MIT",
    MappingProxyType({**US.strokes, "é": (DEAD_ACUTE, E), "'": (DEAD_ACUTE, Stroke(0x2C))}),
)


def examples() -> list[tuple[str, list[str]]]:
    lines = EXAMPLES.read_text(encoding="utf-8").splitlines()
    pairs = [line.split(" -> ") for line in lines if line and not line.startswith("#")]
    return [(json.loads(text), reports.split()) for text, reports in pairs]


@pytest.mark.parametrize(("text", "reports"), examples())
def test_text_becomes_the_reports_of_the_example(text, reports):
    assert [report.data.hex() for report in Planner(US).plan(text).reports] == reports


def test_a_plan_says_which_report_completes_which_grapheme():
    plan = Planner(US).plan("aB…")
    #            a  shift B  up  .  up .  up .  all up
    assert plan.completes == (1, 1, 2, 2, 2, 2, 2, 2, 3, 3)
    assert plan.begins == (1, 1, 2, 2, 3, 3, 3, 3, 3, 3)
    assert plan.units == ("a", "B", "…")


def test_a_character_that_types_nothing_is_complete_with_the_one_before_it():
    plan = Planner(US).plan("\ufeffa\u200bb\u200b")
    assert plan.completes == (3, 5, 5)
    assert plan.begins == (3, 5, 5)
    assert "".join(plan.units) == "\ufeffa\u200bb\u200b"


def test_a_stop_never_falls_within_a_character_of_several_strokes():
    plan = Planner(US).plan("a…b")
    #                                        a  .  up .  up .  b  all up
    assert [safe_stop(plan, sent) for sent in range(9)] == [0, 1, 6, 6, 6, 6, 6, 7, 8]


def test_a_stop_behind_a_shift_for_the_next_character_needs_no_more_reports():
    plan = Planner(US).plan("aB")
    assert plan.reports[1].data.hex() == "0200000000000000"
    assert safe_stop(plan, 2) == 2


def test_a_dead_key_is_never_left_behind():
    plan = Planner(US_INTL).plan("né!")
    field = TextField("us", "intl")
    dead_key_sent = 2
    stop = safe_stop(plan, dead_key_sent)
    for report in (*plan.reports[:stop], ALL_UP):
        field.read(report.data, at=0)
    assert field.text == "né"
    for report in Planner(US_INTL).plan("e").reports:
        field.read(report.data, at=0)
    assert field.text == "née"


def test_stopping_right_behind_a_dead_key_would_have_changed_the_next_character():
    plan = Planner(US_INTL).plan("né!")
    field = TextField("us", "intl")
    for report in (*plan.reports[:2], ALL_UP, *Planner(US_INTL).plan("e").reports):
        field.read(report.data, at=0)
    assert field.text == "né"


def test_dead_keys_in_a_row_come_out_as_planned():
    text = "né d'été"
    field = TextField("us", "intl")
    for report in Planner(US_INTL).plan(text).reports:
        field.read(report.data, at=0)
    assert field.text == text


def test_a_plan_lists_its_substitutions_in_order_with_their_graphemes():
    plan = Planner(US).plan("a’b…’")
    assert [substitution.wanted for substitution in plan.substitutions] == ["’", "…", "’"]
    assert plan.substituted == (1, 3, 4)
    assert [made.wanted for made in substitutions_within(plan, 4)] == ["’", "…"]
    assert substitutions_within(plan, 1) == ()


def test_before_the_first_report_no_grapheme_is_begun():
    plan = Planner(US).plan("ab")
    assert (begun(plan, 0), completed(plan, 0), safe_stop(plan, 0)) == (0, 0, 0)


def test_a_planner_that_forgot_what_it_learned_plans_the_same(monkeypatch):
    text = "Hello, “world” – née… " * 3
    expected = Planner(US).plan(text)
    monkeypatch.setattr("saykey.keyboard.reports._MOST_SPELLINGS", 3)
    forgetful = Planner(US)
    assert forgetful.plan(text) == expected
    assert forgetful.plan(text) == expected
