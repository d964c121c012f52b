"""`saykey layouts` lists the layouts, what they can type, and whether they were tried."""

import json

import pytest

from saykey import cli
from saykey.cli.layouts import matching, table
from saykey.keyboard.layouts import layout_names
from saykey.keyboard.tables import LayoutSummary

SWISS = LayoutSummary("macos", "ch", "German (Switzerland)", "de", 95, 59, 59, False)
CODES = LayoutSummary("linux", "brai", "Braille", "", 1, 0, 0, True)


def told(capsys, *arguments):
    status = cli.main(["layouts", *arguments])
    output = capsys.readouterr()
    return status, output.out, output.err


def test_all_layouts_of_all_systems_are_listed(capsys):
    status, out, _ = told(capsys)
    assert status == 0
    listed = [line.split()[:2] for line in out.splitlines()[1:]]
    assert listed == [
        [system, name] for system in ("linux", "macos", "windows") for name in layout_names(system)
    ]


def test_a_layout_found_by_its_name_is_shown_alone_for_each_system(capsys):
    status, out, _ = told(capsys, "us")
    assert status == 0
    assert [line.split() for line in out.splitlines()] == [
        ["system", "layout", "title", "ASCII", "letters", "tried"],
        ["linux", "us", "English", "(US)", "95/95", "en", "52/52", "yes"],
        ["macos", "us", "U.S.", "95/95", "en", "52/52", "no"],
        ["windows", "us", "US", "95/95", "en", "52/52", "no"],
    ]


def test_layouts_are_found_by_title_and_by_language(capsys):
    _, by_title, _ = told(capsys, "norweg", "--os", "linux")
    _, by_language, _ = told(capsys, "NO", "--os", "linux")
    assert "Norwegian" in by_title
    assert by_language.splitlines()[1].split()[:2] == ["linux", "no"]
    assert matching([SWISS, CODES], "de") == [SWISS]
    assert matching([SWISS, CODES], "BRAI") == [CODES]


def test_a_layout_of_no_known_language_shows_no_letters():
    assert table([CODES])[1].split() == ["linux", "brai", "Braille", "1/95", "?", "yes"]


def test_the_list_is_there_for_programs_too(capsys):
    status, out, _ = told(capsys, "us+intl", "--os", "linux", "--json")
    assert status == 0
    assert json.loads(out) == [
        {
            "os": "linux",
            "name": "us+intl",
            "title": "English (US, intl., with dead keys)",
            "language": "en",
            "ascii": 95,
            "letters": 52,
            "letters_of": 52,
            "tried": True,
        }
    ]


@pytest.mark.parametrize(
    ("search", "first"),
    [
        ("uk", ["linux", "gb", "English"]),
        ("es-la", ["linux", "latam", "Spanish"]),
        ("qwertz", ["linux", "de", "German"]),
        ("ja", ["linux", "jp", "Japanese"]),
    ],
)
def test_a_word_that_people_use_lists_the_layouts_they_mean_first(capsys, search, first):
    status, out, _ = told(capsys, search)
    assert status == 0
    assert out.splitlines()[1].split()[:3] == first


@pytest.mark.parametrize(
    ("search", "told_to"),
    [
        ("grman", "Did you mean de or "),
        ("de+nodedkeys", "Did you mean de+nodeadkeys or "),
        ("@@@@", "No keyboard layout matches '@@@@'. `saykey layouts` lists all."),
    ],
)
def test_a_search_without_a_hit_is_answered_with_the_nearest_names_in_one_line(
    capsys, search, told_to
):
    status, out, err = told(capsys, search)
    assert (status, out) == (2, "")
    assert told_to in err
    assert err.count("\n") == 1


def test_an_unknown_system_is_refused(capsys):
    status, _, err = told(capsys, "--os", "beos")
    assert status == 2
    assert "Known: linux, macos, windows." in err
