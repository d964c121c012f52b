"""Tables of Windows and macOS are made only of facts that agree."""

# ruff: noqa: RUF001 - accents look alike

import copy

import pytest

from layouts import hosts
from layouts.linux import LOCALE, Sequences, all_layouts, read
from layouts.sources import facts, toml_facts
from saykey.errors import LayoutError
from saykey.flow import Stroke
from saykey.keyboard.layouts import layout_names, layout_summaries, load_layout
from saykey.keyboard.tables import KEYS, NOTHING

ASCII = [chr(point) for point in range(0x20, 0x7F)]
NOT_ALL_OF_ASCII = {
    "windows it": "`~",
    "macos br": "^~",
    "macos pt": "~",
    "macos us+intl": "^~",
}
"""Except for layouts of other alphabets. Windows' Italian layout lacks these two."""

DEAD = {
    0xFE50: "`", 0xFE51: "´", 0xFE52: "^", 0xFE53: "~", 0xFE57: "¨", 0xFE5A: "ˇ", 0xFE58: "°",
}  # fmt: skip
"""Keysyms of <X11/keysymdef.h> with the accents that Windows shows."""


@pytest.fixture(scope="module")
def named():
    return {one.name: one for one in all_layouts()}


@pytest.fixture(scope="module")
def reading_of(named):
    compose = Sequences(LOCALE)
    return lambda name: read(named[name], compose)


def known_of(os):
    return toml_facts(hosts.HAND_WRITTEN)[os]["layouts"]


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_the_us_layout_has_every_sign_where_linux_has_it(system):
    linux = load_layout("linux", "us").strokes
    table = load_layout(system, "us").strokes
    assert {c: table[c] for c in linux} == dict(linux)


def test_the_main_layouts_are_there():
    wanted = {"us", "gb", "de", "fr", "es", "it", "pt", "no", "se", "dk", "fi", "ch", "us+intl"}
    assert wanted | {"be", "br", "cz", "hu", "latam", "pl", "ru", "th", "tr"} == {
        *layout_names("windows")
    }
    assert wanted | {"br", "ch+fr", "pl", "ru", "us+dvorak"} == {*layout_names("macos")}


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_a_layout_without_a_table_is_refused_with_the_known_ones(system):
    with pytest.raises(LayoutError) as refusal:
        load_layout(system, "gr")
    assert f"Known: {', '.join(layout_names(system))}." in str(refusal.value)


def test_latin_layouts_type_all_of_ascii_save_what_is_named_here():
    lacking = {
        f"{one.os} {one.name}": "".join(c for c in ASCII if c not in strokes)
        for os in ("windows", "macos")
        for one in layout_summaries(os)
        if "a" in (strokes := load_layout(os, one.name).strokes)
    }
    assert {pair: lacks for pair, lacks in lacking.items() if lacks} == NOT_ALL_OF_ASCII


def test_dead_keys_are_the_systems_own():
    windows, macos = load_layout("windows", "de"), load_layout("macos", "de")
    circumflex, a = Stroke(0x35), Stroke(0x04)
    assert windows.strokes["â"] == (circumflex, a)
    assert windows.strokes["~"] == (Stroke(0x30, 0x40),), "the tilde with AltGr is not dead"
    assert "ã" not in windows.strokes
    assert macos.strokes["ã"] == (Stroke(0x11, 0x40), a)


def test_a_space_after_a_dead_key_types_the_accent():
    strokes = load_layout("windows", "us+intl").strokes
    assert strokes["'"] == (Stroke(0x34), Stroke(0x2C))
    assert strokes["ç"] == (Stroke(0x36, 0x40),), "a key of its own comes before a dead key"


def test_keys_that_macos_swaps_are_left_where_another_key_types_the_same():
    french = load_layout("macos", "fr")
    assert french.strokes["@"] == (Stroke(0x31, 0x40),)
    assert french.strokes["<"] == (Stroke(0x35),), "there is no other way"
    german = load_layout("macos", "de")
    assert german.strokes["^"][0] == Stroke(0x23, 0x42)
    assert load_layout("macos", "gb").strokes["~"] == (Stroke(0x11, 0x40), Stroke(0x2C))


@pytest.mark.parametrize("name", ["de", "es", "fr", "gb", "us"])
def test_variants_for_macintosh_agree_with_dumps_plain_and_with_shift(name, reading_of):
    dumped = facts(hosts.VSCODE)["layouts"]["macos"][name]
    reading = reading_of(f"{name}+mac")
    agreed = 0
    for chord in ("", "Shift"):
        row = "".join(dumped["rows"][chord])
        for usage, character in zip(KEYS, row, strict=True):
            stroke = f"{chord}+{usage:02x}".removeprefix("+")
            place = KEYS.index(usage if name == "us" else hosts.SWAPPED.get(usage, usage))
            shown = reading.levels[chord][place]
            if character != NOTHING and stroke not in dumped["dead"]:
                assert shown == character, stroke
                agreed += 1
    assert agreed > 90


def test_no_mark_that_windows_types_at_once_is_dead_on_linux(reading_of):
    shared = 0
    for name, layout in facts(hosts.VSCODE)["layouts"]["windows"].items():
        dead = known_of("windows")[name].get("dead", {})
        on_linux = {stroke: DEAD.get(s) for stroke, s in reading_of(name).dead.items()}
        for chord in ("", "Shift", "AltGr"):
            row = "".join(layout["rows"].get(chord, [NOTHING * len(KEYS)]))
            for usage, character in zip(KEYS, row, strict=True):
                stroke = f"{chord}+{usage:02x}".removeprefix("+")
                if character in hosts.MAY_BE_DEAD and on_linux.get(stroke):
                    alike = {"'": "´", '"': "¨"}.get(character, character)
                    assert dead.get(stroke) == character, (name, stroke)
                    assert on_linux[stroke] == alike, (name, stroke)
                    shared += 1
    assert shared > 60


def with_facts_changed(monkeypatch, change):
    changed = copy.deepcopy(toml_facts(hosts.HAND_WRITTEN))
    change(changed)
    monkeypatch.setattr(hosts, "toml_facts", lambda _: changed)
    monkeypatch.setitem(changed["macos"], "layouts", {})
    return list(hosts.all_hosts({}, {}))


def test_a_mark_that_is_not_said_to_be_dead_or_plain_stops_the_generator(monkeypatch):
    def forget(known):
        known["windows"]["layouts"]["de"]["plain"] = "'\"°"

    with pytest.raises(ValueError, match=r"windows de: is AltGr\+30 ~ dead\?"):
        with_facts_changed(monkeypatch, forget)


def test_a_dead_key_that_shows_something_else_stops_the_generator(monkeypatch):
    def mistake(known):
        known["windows"]["layouts"]["de"]["dead"] = {"2e": "`", "Shift+2e": "`", "35": "^"}

    with pytest.raises(ValueError, match="windows de: 2e shows ´, not a dead `"):
        with_facts_changed(monkeypatch, mistake)


def test_tables_name_the_sources_they_are_made_of():
    assert "Visual Studio Code" in load_layout("windows", "de").origin
    assert "by the Saykey authors" in load_layout("windows", "de").origin
    swedish = load_layout("macos", "se")
    assert "xkeyboard-config" in swedish.origin
    assert "xkeyboard-config" in swedish.licence
    assert not swedish.tried
