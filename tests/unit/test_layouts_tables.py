"""The shipped layout tables: found by system and name, checked when unpacked, small and fast."""

import lzma
import string
from importlib.resources import files

import pytest

from saykey.errors import LayoutError
from saykey.flow import Report, Stroke
from saykey.keyboard import tables
from saykey.keyboard.layouts import (
    SYSTEMS,
    layout_names,
    layout_of,
    layout_summaries,
    load_layout,
    parse_stroke,
)
from saykey.keyboard.reports import report_of
from saykey.keyboard.tables import KEYS, Head, Row, decoded, unpacked

PRINTABLE = string.ascii_letters + string.digits + string.punctuation + " "
PACKED = files("saykey.keyboard") / "data/layouts.json.xz"


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_us_layout_types_all_of_printable_ascii_on_every_system(system):
    layout = load_layout(system, "us")
    assert set(PRINTABLE) <= layout.strokes.keys()
    assert (layout.os, layout.name, layout.caps) == (system, "us", "lock")
    assert layout.title
    assert layout.origin
    assert layout.licence


def test_the_us_layout_on_linux_types_ascii_and_nothing_else():
    assert load_layout("linux", "us").strokes.keys() == set(PRINTABLE)


def test_every_layout_of_xkeyboard_config_is_there_with_its_variants():
    names = layout_names("linux")
    assert len(names) == 577
    assert {"de", "de+nodeadkeys", "us+altgr-intl", "gr", "ru", "in+tel", "de+neo"} <= set(names)
    assert list(names) == sorted(names)


def test_all_tables_are_packed_into_150_kilobytes():
    assert len(PACKED.read_bytes()) <= 150_000


def test_unpacking_them_takes_no_large_dictionary():
    # The second byte of LZMA2's filter flags holds its size: 18 means 1 MiB (xz-file-format 5.3.1).
    header = PACKED.read_bytes()[12:24]
    assert header[2:4] == b"\x21\x01", "one LZMA2 filter"
    assert header[4] <= 18


def test_only_tables_that_were_typed_into_a_host_say_so():
    tried = {system: {row.tried for row in layout_summaries(system)} for system in SYSTEMS}
    assert tried == {"linux": {True}, "macos": {False}, "windows": {False}}
    assert load_layout("linux", "de").tried
    assert not load_layout("windows", "us").tried


def test_a_variant_is_written_behind_a_plus():
    acute = Stroke(0x2E)
    assert load_layout("linux", "de").strokes["é"] == (acute, Stroke(0x08))
    assert acute in load_layout("linux", "de").dead_keys
    plain = load_layout("linux", "de+nodeadkeys")
    assert plain.strokes["\u00b4"] == (acute,)
    assert acute not in plain.dead_keys


def test_a_layout_whose_caps_key_is_something_else_says_so():
    assert load_layout("linux", "de").caps == "lock"
    assert load_layout("linux", "de+neo").caps == "other"
    assert load_layout("linux", "us+colemak").caps == "other"


def test_a_level_that_no_modifier_of_the_report_reaches_is_reached_by_a_held_key():
    (stroke,) = load_layout("linux", "de+neo").strokes["∀"]
    assert stroke.held or stroke.modifiers
    held = [
        stroke
        for strokes in load_layout("linux", "de+neo").strokes.values()
        for stroke in strokes
        if stroke.held
    ]
    assert held
    assert all(stroke.usage not in stroke.held for stroke in held)


def test_every_table_loads_and_uses_keys_that_keyboards_have():
    head, *rows = unpacked().splitlines()
    for line in rows:
        layout = layout_of(decoded(line, Row), decoded(head, Head))
        name = layout.name
        usages = {stroke.usage for strokes in layout.strokes.values() for stroke in strokes}
        assert usages <= set(KEYS), name
        assert all(len(strokes) in {1, 2} for strokes in layout.strokes.values())
        # A table without even a space types nothing that makes sense; brai is chords for Braille.
        assert " " in layout.strokes or name.startswith("brai"), name


def test_a_stroke_is_written_as_what_is_held_and_the_usage_in_hexadecimal():
    assert parse_stroke("04") == Stroke(0x04)
    assert parse_stroke("Shift+1e") == Stroke(0x1E, 0x02)
    assert parse_stroke("Shift+AltGr+2d") == Stroke(0x2D, 0x42)
    assert parse_stroke("AltGr+32+2d") == Stroke(0x2D, 0x40, (0x32,))
    assert report_of(parse_stroke("AltGr+08")) == Report(bytes([0x40, 0, 8, 0, 0, 0, 0, 0]))


def test_an_unknown_layout_is_refused_with_the_nearest_names():
    with pytest.raises(LayoutError) as refusal:
        load_layout("linux", "de+nodeadkey")
    assert "Did you mean de+nodeadkeys or" in str(refusal.value)
    assert "`saykey layouts` lists all 577." in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_a_pair_of_system_and_layout_without_data_is_refused_with_what_there_is():
    with pytest.raises(LayoutError) as refusal:
        load_layout("windows", "de+neo")
    assert "No table is known for keyboard layout 'de+neo' on windows." in str(refusal.value)
    assert f"Known: {', '.join(layout_names('windows'))}." in str(refusal.value)


def test_a_name_unlike_any_gets_no_guess():
    with pytest.raises(LayoutError) as refusal:
        load_layout("macos", "qqqqqq")
    assert "Did you mean" not in str(refusal.value)


def test_an_unknown_system_is_refused_with_the_known_ones():
    with pytest.raises(LayoutError, match=r"'window'\. Did you mean windows\? Known: "):
        layout_names("window")
    with pytest.raises(LayoutError, match="Known: linux, macos, windows"):
        load_layout("plan9", "us")


@pytest.mark.parametrize("name", ['us","os":"x', "", "\n", "us\x00", "é" * 10_000])
def test_no_name_upsets_the_search(name):
    with pytest.raises(LayoutError):
        load_layout("linux", name)


@pytest.mark.parametrize("damage", ["cut short", "a bit turned", "no xz at all", "empty", "absent"])
def test_damaged_tables_are_refused_in_one_line(damage, tmp_path, monkeypatch):
    whole = PACKED.read_bytes()
    middle = len(whole) // 2
    broken = {
        "cut short": whole[:-100],
        "a bit turned": whole[:middle] + bytes([whole[middle] ^ 4]) + whole[middle + 1 :],
        "no xz at all": b"{}" * 500,
        "empty": b"",
        "absent": None,
    }[damage]
    (tmp_path / "data").mkdir()
    if broken is not None:
        (tmp_path / "data/layouts.json.xz").write_bytes(broken)
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    with pytest.raises(LayoutError) as refusal:
        load_layout("linux", "us")
    assert "install saykey anew" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    with pytest.raises(LayoutError):
        layout_names("linux")


def test_tables_of_another_version_are_refused_in_one_line(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    other = b'{"compositions":{}}\n{"os":"linux","name":"us","keys":1}\n'
    (tmp_path / "data/layouts.json.xz").write_bytes(lzma.compress(other))
    monkeypatch.setattr(tables, "files", lambda _: tmp_path)
    with pytest.raises(LayoutError, match="install saykey anew"):
        load_layout("linux", "us")
    with pytest.raises(LayoutError, match="install saykey anew"):
        layout_names("linux")
