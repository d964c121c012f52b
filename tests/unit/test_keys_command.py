"""`saykey keys` shows what would be typed, for people and for programs."""

import io
import json
import sys

import pytest

from saykey import cli
from saykey.flow import Stroke
from saykey.keyboard.layouts import load_layout, parse_stroke
from saykey.keyboard.pace import PACES
from saykey.keyboard.reports import Planner
from saykey.simulated.text_field import TextField


@pytest.fixture
def keys(capsys):
    """Run the command: exit status, standard output, standard error."""

    def run(*args):
        status = cli.main(["keys", *args])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


@pytest.fixture
def parsed(keys):
    def run(*args):
        status, out, err = keys(*args, "--json")
        assert (status, err) == (0, "")
        return json.loads(out)

    return run


@pytest.fixture
def standard_input(monkeypatch):
    def give(data: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), "utf-8"))

    return give


def test_json_has_strokes_reports_substitutions_and_graphemes(parsed):
    assert parsed("Nê→", "--layout", "us+intl") == {
        "strokes": ["Shift+11", "Shift+23", "08", "2d", "Shift+37"],
        "reports": [
            "0200000000000000",
            "0200110000000000",
            "0200230000000000",
            "0000000000000000",
            "0000080000000000",
            "00002d0000000000",
            "0200000000000000",
            "0200370000000000",
            "0000000000000000",
        ],
        "substitutions": [{"from": "→", "to": "->", "reason": "not on the us+intl layout"}],
        "graphemes": ["N", "ê", "→"],
    }


@pytest.mark.parametrize("pace", PACES)
def test_the_reports_type_the_text(parsed, pace):
    field = TextField("fr")
    for report in parsed("ça va, 2 fois ?", "--layout", "fr", "--pace", pace)["reports"]:
        field.read(bytes.fromhex(report), at=0)
    assert field.text == "ça va, 2 fois ?"


def test_strokes_are_written_as_the_tables_have_them(parsed):
    strokes = parsed("aB{", "--layout", "de+neo")["strokes"]
    table = load_layout("linux", "de+neo").strokes
    assert tuple(map(parse_stroke, strokes)) == (*table["a"], *table["B"], *table["{"])


def test_a_unicode_method_takes_the_place_of_substitutions(parsed):
    found = parsed("–", "--unicode", "ctrl+shift+u")
    assert found["substitutions"] == []
    assert parse_stroke(found["strokes"][0]) == Stroke(0, 0x03)


def test_the_table_shows_each_character_with_its_keys_and_its_substitute(keys):
    status, out, _ = keys("A …\n\x1b")
    assert status == 0
    lines = out.splitlines()
    assert lines[0].split() == ["A", "Shift+04"]
    assert lines[1].split() == ["space", "2c"]
    assert lines[2].split(maxsplit=1)[1] == "37 37 37   for ... (not on the us layout)"
    assert lines[3].split() == ["new", "line", "28"]
    assert lines[4].split(maxsplit=1) == ["\\x1b", "2c   for space (control character)"]
    assert lines[5].startswith("5 characters, 2 of them substituted; 7 strokes in 12 reports")


def test_a_dash_reads_standard_input_as_it_is(parsed, standard_input):
    standard_input("ab\n’\0".encode())
    found = parsed("-")
    assert found["graphemes"] == ["a", "b", "\n", "’", "\0"]
    assert [made["from"] for made in found["substitutions"]] == ["’", "\0"]


def test_input_that_is_no_utf_8_is_reported_and_not_dropped(parsed, standard_input):
    standard_input(b"a\xffb")
    found = parsed("-")
    assert found["substitutions"] == [
        {"from": "\udcff", "to": "?", "reason": "nothing similar on the us layout"}
    ]


def test_a_million_characters_are_planned(parsed, standard_input):
    text = "All work and no play makes Jack a dull boy. " * 22_728
    standard_input(text.encode())
    found = parsed("-")
    assert "".join(found["graphemes"]) == text
    assert found["reports"] == [report.data.hex() for report in planned(text)]


def planned(text):
    return Planner(load_layout("linux", "us")).plan(text).reports


def test_no_text_is_one_report_that_lets_all_keys_up(parsed):
    assert parsed("") == {
        "strokes": [],
        "reports": ["0000000000000000"],
        "substitutions": [],
        "graphemes": [],
    }


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["x", "--layout", "dee"], "Did you mean ee or de"),
        (["x", "--os", "plan9"], "Known: linux, macos, windows"),
        (["x", "--unicode", "wincompose"], "Known there: none, ctrl+shift+u"),
        (["x", "--pace", "warp"], "'wire', 'safe', 'slow', 'human'"),
        ([], "Missing argument 'TEXT'"),
    ],
)
def test_invalid_options_are_refused_with_the_valid_ones(keys, args, told):
    status, out, err = keys(*args)
    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
