"""Characters the layout lacks are typed by their number, if the user prepared the host."""

import pytest
from hosts_that_take_numbers import (
    shown_by_gtk,
    shown_by_unicode_hex_input,
    shown_by_wincompose,
    shown_by_windows,
)

from saykey.errors import UsageError
from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout, load_layout
from saykey.keyboard.pace import PACES
from saykey.keyboard.profile import Profile, UnicodeMethod, profile_of, unicode_method
from saykey.keyboard.reports import Plan, Planner, safe_stop
from saykey.keyboard.strokes import strokes_for
from saykey.keyboard.unicode import fits
from saykey.settings.schema import UNICODE_METHODS, HostSettings

US = load_layout("linux", "us")
CTRL_SHIFT = 0x03
TEXT = "a’b – 😀中x\u0302!"


def planned(text: str, layout: Layout, method: UnicodeMethod, pace: str = "safe") -> Plan:
    return Planner(layout, Profile(pace=PACES[pace], unicode=method)).plan(text)


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("layout", ["us", "de", "fr", "cz", "gb", "pl", "us+dvorak"])
def test_ctrl_shift_u_types_any_character_on_latin_layouts(layout, pace):
    text = "a😀中ʘ한 b"
    plan = planned(text, load_layout("linux", layout), UnicodeMethod.CTRL_SHIFT_U, pace)
    assert plan.substitutions == ()
    assert shown_by_gtk(plan.reports, layout) == text


def test_control_and_shift_are_held_from_u_to_the_last_digit():
    strokes = strokes_for("–", US, Profile(unicode=UnicodeMethod.CTRL_SHIFT_U)).strokes
    u, two, zero, one, three = (Stroke(n, CTRL_SHIFT) for n in (0x18, 0x1F, 0x27, 0x1E, 0x20))
    assert strokes == (Stroke(0, CTRL_SHIFT), u, two, zero, one, three, Stroke(0))


@pytest.mark.parametrize("layout", ["ru", "gr", "vn"])
def test_ctrl_shift_u_is_not_tried_where_the_layout_lacks_its_keys(layout):
    plan = planned("😀", load_layout("linux", layout), UnicodeMethod.CTRL_SHIFT_U)
    assert [made.wanted for made in plan.substitutions] == ["😀"]


@pytest.mark.parametrize("pace", PACES)
def test_windows_types_the_characters_of_its_code_page_on_the_keypad(pace):
    plan = planned("a’b – €ÿ\u00a0é", US, UnicodeMethod.ALT_NUMPAD, pace)
    assert plan.substitutions == ()
    assert shown_by_windows(plan.reports) == "a’b – €ÿ\u00a0é"


def test_what_the_code_page_lacks_is_substituted():
    plan = planned("ő😀", US, UnicodeMethod.ALT_NUMPAD)
    assert [(made.wanted, made.typed) for made in plan.substitutions] == [
        ("ő", "o"),
        ("😀", ":grinning:"),
    ]


@pytest.mark.parametrize("pace", PACES)
@pytest.mark.parametrize("layout", ["us", "fr"])
def test_wincompose_takes_any_character(layout, pace):
    plan = planned("a😀中b", load_layout("linux", layout), UnicodeMethod.WINCOMPOSE, pace)
    assert plan.substitutions == ()
    assert shown_by_wincompose(plan.reports, layout) == "a😀中b"


@pytest.mark.parametrize("pace", PACES)
def test_unicode_hex_input_takes_utf_16_units(pace):
    plan = planned(TEXT, US, UnicodeMethod.HEX_INPUT, pace)
    assert plan.substitutions == ()
    assert shown_by_unicode_hex_input(plan.reports) == TEXT


@pytest.mark.parametrize("character", ["\u00a0", "\u0430", "\u0410"])
def test_unicode_hex_input_is_not_used_for_numbers_that_begin_and_end_with_0(character):
    plan = planned(character, US, UnicodeMethod.HEX_INPUT)
    assert [made.wanted for made in plan.substitutions] == [character]


@pytest.mark.parametrize("method", UnicodeMethod)
@pytest.mark.parametrize(
    "character", ["\x00", "\x1b", "\t", "\ud83d", "\uffff", "\u202e", "\u200b"]
)
def test_no_method_sends_controls_lone_surrogates_or_invisible_characters(character, method):
    plan = planned(character, US, method)
    assert [made.wanted for made in plan.substitutions] == [character]
    assert all(report.data[0] & 0x45 == 0 for report in plan.reports), "Ctrl or Alt was held"


def test_the_joiners_within_an_emoji_are_typed_with_it():
    family = "👨\u200d👩\u200d👧"
    plan = planned(family, US, UnicodeMethod.CTRL_SHIFT_U)
    assert plan.substitutions == ()
    assert shown_by_gtk(plan.reports, "us") == family


def test_what_the_layout_has_is_never_typed_by_number():
    assert planned("abc", US, UnicodeMethod.CTRL_SHIFT_U) == Planner(US).plan("abc")


def test_a_stop_waits_for_the_end_of_a_number():
    plan = planned("a–b", US, UnicodeMethod.CTRL_SHIFT_U)
    whole = next(n for n in range(1, 20) if plan.completes[n - 1] == 2)
    assert plan.reports[whole - 1].data == bytes(8), "only the release ends a number"
    assert {safe_stop(plan, sent) for sent in range(2, whole)} == {whole}


def test_a_method_of_another_system_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match="Known there: none, alt\\+numpad, wincompose"):
        unicode_method("windows", "ctrl+shift+u")
    assert unicode_method("windows", "none") is UnicodeMethod.NONE


@pytest.mark.parametrize(
    ("system", "name"), [(os, name) for os, names in UNICODE_METHODS.items() for name in names]
)
def test_each_method_the_settings_know_is_one_of_the_profile(system, name):
    host = HostSettings(os=system, unicode=name)
    assert profile_of(host).unicode.value == name


@pytest.mark.parametrize(
    ("system", "layout", "method", "fitting"),
    [
        ("linux", "fr", UnicodeMethod.CTRL_SHIFT_U, True),
        ("linux", "gr", UnicodeMethod.CTRL_SHIFT_U, False),
        ("windows", "th", UnicodeMethod.ALT_NUMPAD, True),
        ("windows", "de", UnicodeMethod.WINCOMPOSE, True),
        ("windows", "ru", UnicodeMethod.WINCOMPOSE, False),
        ("macos", "us", UnicodeMethod.HEX_INPUT, True),
        ("macos", "us+dvorak", UnicodeMethod.HEX_INPUT, False),
        ("macos", "ru", UnicodeMethod.NONE, True),
    ],
)
def test_a_method_fits_a_layout_whose_keys_give_every_digit(system, layout, method, fitting):
    assert fits(method, load_layout(system, layout)) is fitting
