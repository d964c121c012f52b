"""Each pace keeps its promises: how many reports, in which order, and how long each is held."""

from itertools import groupby, pairwise
from pathlib import Path

import pytest

from saykey.errors import UsageError
from saykey.flow import Stroke
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.pace import HUMAN, MS, PACES, SAFE, SLOW, WIRE, Pace, pace_named
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Plan, Planner, report_of
from saykey.simulated.text_field import TextField

US = load_layout("linux", "us")
PROSE = (Path(__file__).parents[1] / "data" / "prose.txt").read_text(encoding="utf-8")
A, B, SHIFTED_B, ALT_GR_A = Stroke(0x04), Stroke(0x05), Stroke(0x05, 0x02), Stroke(0x04, 0x40)


def plan(text: str, pace: Pace) -> Plan:
    return Planner(US, Profile(pace=pace)).plan(text)


def shown(text: str, pace: Pace) -> list[str]:
    return [f"{r.data[0]:02x}+{r.data[2]:02x}" for r in plan(text, pace).reports]


@pytest.mark.parametrize(("pace", "most"), [(WIRE, 1.05), (SAFE, 1.35), (SLOW, 2.3), (HUMAN, 2.3)])
def test_english_prose_takes_no_more_reports_a_character_than_promised(pace, most, record_property):
    reports = len(plan(PROSE, pace).reports)
    record_property(f"reports a character at pace {pace.name}", round(reports / len(PROSE), 3))
    assert reports <= most * len(PROSE)


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_prose_comes_out_as_it_went_in(pace):
    field = TextField("us")
    for report in plan(PROSE, pace).reports:
        field.read(report.data, at=0)
    assert field.text == PROSE


def test_on_the_wire_a_modifier_comes_with_its_key():
    assert shown("aBb", WIRE) == ["00+04", "02+05", "00+00", "00+05", "00+00"]


def test_safe_changes_modifiers_apart_with_the_key_up():
    assert shown("aBb", SAFE) == ["00+04", "02+00", "02+05", "00+00", "00+05", "00+00"]


def test_slow_lets_each_key_up_then_changes_modifiers_then_presses_the_next():
    expected = ["00+04", "00+00", "02+00", "02+05", "02+00", "00+00", "00+05", "00+00"]
    assert shown("aBb", SLOW) == expected


def test_safe_leaves_time_where_hosts_are_known_to_lose_keys_and_nowhere_else():
    held = [report.hold_ns for report in plan("aBcc", SAFE).reports]
    #               a  shift   B  up      c  up      c  all up
    assert held == [0, 8 * MS, 0, 8 * MS, 0, 8 * MS, 0, 8 * MS]


def test_slow_holds_every_report_for_longer_than_a_frame():
    assert {report.hold_ns for report in plan(PROSE, SLOW).reports} == {20 * MS}


def test_human_keys_stay_down_for_different_times_but_always_the_same():
    downs = {r.data[2]: r.hold_ns for r in plan(PROSE, HUMAN).reports if r.data[2]}
    assert len(set(downs.values())) > 20
    assert all(50 * MS <= held <= 100 * MS for held in downs.values())
    assert plan(PROSE, HUMAN) == plan(PROSE, HUMAN)


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_no_pace_outlasts_the_patience_of_a_stop(pace):
    assert max(report.hold_ns for report in plan(PROSE, pace).reports) < 200 * MS


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_no_report_is_sent_twice_in_a_row(pace):
    reports = [report.data for report in plan("Aa  BB\n\nb…’", pace).reports]
    assert all(before != after for before, after in pairwise(reports))


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_keys_held_besides_go_down_apart_and_before_the_key(pace):
    fifth = Stroke(0x07, 0x02, (0x64,))
    states = pace.states(A, fifth)
    assert states[-2:] == (Stroke(0, 0x02, (0x64,)), fifth)
    assert report_of(fifth).data == bytes([2, 0, 0x64, 0x07, 0, 0, 0, 0])
    assert pace.states(fifth, A)[-2:] == (Stroke(0), A)


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_one_modifier_is_up_before_another_goes_down(pace):
    states = (A, *pace.states(A, SHIFTED_B), *pace.states(SHIFTED_B, ALT_GR_A))
    chords = [(state.modifiers, state.held) for state in states]
    assert [chord for chord, _ in groupby(chords)] == [(0, ()), (0x02, ()), (0, ()), (0x40, ())]


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
@pytest.mark.parametrize("text", ["¦¥ķ", "E¥ơG", "aĲ€Ĳb", "@A@"])
def test_where_shift_and_altgr_together_latch_a_level_neither_is_pressed_under_the_other(
    text, pace
):
    field = TextField("de", "T3")
    for report in Planner(load_layout("linux", "de+T3"), Profile(pace=pace)).plan(text).reports:
        field.read(report.data, at=0)
    assert field.text == text


def test_between_two_states_nothing_is_repeated():
    assert SAFE.states(Stroke(0), Stroke(0)) == ()
    assert SAFE.states(A, Stroke(0)) == (Stroke(0),)
    assert SAFE.states(Stroke(0, 0x02), SHIFTED_B) == (SHIFTED_B,)
    assert SLOW.states(A, B) == (Stroke(0), B)


def test_an_unknown_pace_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="Known: wire, safe, slow, human"):
        pace_named("fast")
