"""Tables of Windows and macOS: only those of which everything is known."""

import pytest

from saykey.errors import LayoutError
from saykey.keyboard.layouts import layout_names, load_layout


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_the_us_layout_types_all_of_ascii(system):
    strokes = load_layout(system, "us").strokes
    assert [chr(point) for point in range(0x20, 0x7F) if chr(point) not in strokes] == []


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_the_us_layout_has_every_sign_where_linux_has_it(system):
    linux = load_layout("linux", "us").strokes
    table = load_layout(system, "us").strokes
    assert {c: table[c] for c in linux} == dict(linux)


@pytest.mark.parametrize("system", ["windows", "macos"])
def test_a_layout_of_which_not_everything_is_known_is_refused(system):
    assert layout_names(system) == ("us",)
    with pytest.raises(LayoutError, match="de"):
        load_layout(system, "de")
