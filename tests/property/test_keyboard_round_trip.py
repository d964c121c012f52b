"""Properties of every planned text, and of what it leaves on a simulated host."""

import string
from itertools import pairwise
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from saykey.flow import ALL_UP
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import NewLine, Profile, UnicodeMethod
from saykey.keyboard.reports import Plan, Planner, begun, completed, safe_stop
from saykey.keyboard.unicode import unicode_strokes
from saykey.simulated.text_field import TextField

US = load_layout("linux", "us")
PLANNER = Planner(US)
printable = st.text(string.ascii_letters + string.digits + string.punctuation + " \n", max_size=80)
spoken = st.text("aAb .,!?\n’“”–…é\u0301ß€😀\u200d\ufeff\t\x00\r", max_size=20)
anything = st.text(st.characters(exclude_categories=[]), max_size=20)


def typed(plan: Plan, reports: int | None = None) -> str:
    field = TextField("us")
    for report in plan.reports[:reports]:
        field.read(report.data, at=0)
    return field.text


@given(printable)
def test_printable_text_comes_out_as_it_went_in(text):
    plan = PLANNER.plan(text)
    assert plan.substitutions == ()
    assert typed(plan) == text


@pytest.mark.parametrize(
    "name", ["de", "fr", "es", "us+intl", "pl", "gr", "ru", "de+neo", "de+T3", "vn"]
)
@given(pace=st.sampled_from(list(PACES.values())), data=st.data())
@settings(max_examples=25)  # a fresh host for each takes its time
def test_what_a_layout_types_comes_out_of_it_at_every_pace(name, pace, data):
    layout = load_layout("linux", name)
    alphabet = sorted({*layout.strokes, "\n"} - {"\t", "\x1b", "\x7f"})
    text = normalize("NFC", "".join(data.draw(st.lists(st.sampled_from(alphabet), max_size=60))))
    plan = Planner(layout, Profile(pace=pace)).plan(text)
    assert plan.substitutions == ()
    field = TextField(*name.partition("+")[::2])
    for report in plan.reports:
        field.read(report.data, at=0)
    assert normalize("NFC", field.text) == text


profiles = st.builds(
    Profile,
    pace=st.sampled_from(list(PACES.values())),
    unicode=st.sampled_from(UnicodeMethod),
    newline=st.sampled_from(NewLine),
    transliterate=st.booleans(),
)


@example("–\u0301", Profile(unicode=UnicodeMethod.ALT_NUMPAD, transliterate=False), "us")
@given(spoken | anything, profiles, st.sampled_from(["us", "fr", "ru", "ara", "us+dvorak"]))
def test_every_profile_plans_any_text_and_reports_what_it_changed(text, profile, name):
    layout = load_layout("linux", name)
    plan = Planner(layout, profile).plan(text)
    assert "".join(plan.units) == text
    assert plan.completes[-1] == plan.begins[-1] == len(plan.units)
    assert plan.reports[-1].data == ALL_UP.data
    for number, made in zip(plan.substituted, plan.substitutions, strict=True):
        assert made.wanted == plan.units[number]
        assert made.reason
        assert all(
            character in layout.strokes
            or character == "\n"
            or unicode_strokes(character, profile.unicode, layout) is not None
            for character in made.typed
        )


@given(spoken | anything)
def test_any_text_comes_out_as_its_substitutions_say(text):
    plan = PLANNER.plan(text)
    instead = dict(zip(plan.substituted, plan.substitutions, strict=True))
    expected = [
        instead[number].typed if number in instead else normalize("NFC", grapheme)
        for number, grapheme in enumerate(plan.units)
    ]
    assert all(instead[number].wanted == plan.units[number] for number in instead)
    assert typed(plan) == "".join(expected).replace("\r\n", "\n")


@given(spoken | anything | printable)
def test_a_plan_accounts_for_all_of_the_text_and_never_goes_back(text):
    plan = PLANNER.plan(text)
    assert "".join(plan.units) == text
    assert len(plan.reports) == len(plan.completes) == len(plan.begins)
    assert list(plan.completes) == sorted(plan.completes)
    assert list(plan.begins) == sorted(plan.begins)
    assert all(b >= c for b, c in zip(plan.begins, plan.completes, strict=True))
    assert plan.completes[-1] == plan.begins[-1] == len(plan.units)


@given(spoken | anything | printable)
def test_all_keys_are_up_in_the_end_and_a_key_never_goes_down_with_its_modifiers(text):
    reports = [bytes(8)] + [report.data for report in PLANNER.plan(text).reports]
    assert reports[-1] == ALL_UP.data
    for before, after in pairwise(reports):
        assert before != after or after == ALL_UP.data
        if before[0] != after[0]:
            assert after[2:] == bytes(6), "a modifier changed in the report of a key-down"


@given(spoken | printable, st.data())
def test_a_safe_stop_leaves_whole_characters(text, data):
    plan = PLANNER.plan(text)
    sent = data.draw(st.integers(0, len(plan.reports)))
    stop = safe_stop(plan, sent)
    assert stop >= sent
    assert begun(plan, stop) == completed(plan, stop)
    whole = "".join(plan.units[: completed(plan, stop)])
    assert typed(plan, stop) == typed(PLANNER.plan(whole))
