"""Layout tables are found by system and name, and agree with what a Linux desktop makes of them."""

import string

import pytest

from saykey.errors import LayoutError
from saykey.flow import Report, Stroke
from saykey.keyboard.layouts import layout_names, load_layout, parse_stroke
from saykey.keyboard.reports import report_of
from saykey.simulated.screen import Screen

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "


@pytest.mark.parametrize("system", ["linux", "windows", "macos"])
def test_the_us_layout_types_all_of_printable_ascii_on_every_system(system):
    layout = load_layout(system, "us")
    assert set(layout.strokes) == set(PRINTABLE)
    assert (layout.os, layout.name) == (system, "us")
    assert layout.title == "English (US)"
    assert layout.origin
    assert layout.licence == "MIT"


@pytest.mark.parametrize("character", PRINTABLE)
def test_each_character_of_the_us_layout_comes_out_of_xkbs_us_layout(character):
    screen = Screen("us")
    for stroke in load_layout("linux", "us").strokes[character]:
        screen.read(report_of(Stroke(0, stroke.modifiers)).data, at=0)
        screen.read(report_of(stroke).data, at=0)
    assert screen.text == character


def test_a_stroke_is_written_as_its_modifiers_and_the_usage_in_hexadecimal():
    assert parse_stroke("04") == Stroke(0x04)
    assert parse_stroke("Shift+1e") == Stroke(0x1E, 0x02)
    assert parse_stroke("Shift+AltGr+2d") == Stroke(0x2D, 0x42)
    assert report_of(parse_stroke("AltGr+08")) == Report(bytes([0x40, 0, 8, 0, 0, 0, 0, 0]))


def test_an_unknown_layout_is_refused_with_the_nearest_and_all_known_names():
    with pytest.raises(LayoutError) as refusal:
        load_layout("linux", "usa")
    assert str(refusal.value) == (
        "No table is known for keyboard layout 'usa' on linux. Did you mean us? Known: us."
    )
    assert refusal.value.exit_code == 2


def test_a_name_unlike_any_gets_no_guess():
    with pytest.raises(LayoutError) as refusal:
        load_layout("linux", "dvorak")
    assert "Did you mean" not in str(refusal.value)
    assert "Known: us." in str(refusal.value)


def test_an_unknown_system_is_refused_with_the_known_ones():
    with pytest.raises(LayoutError, match="Known: linux, macos, windows"):
        layout_names("plan9")
    assert layout_names("linux") == ("us",)
