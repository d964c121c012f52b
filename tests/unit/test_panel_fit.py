"""Making text fit the lines of the display."""

import pytest

from saykey.panel import fit


def test_a_text_that_fits_stays_as_it_is():
    assert fit.cut("office", 6) == "office"


def test_a_text_too_long_for_a_line_ends_in_an_ellipsis():
    assert fit.cut("the reading room", 12) == "the reading…"


def test_no_space_is_left_before_the_ellipsis():
    assert fit.cut("the reading room", 5) == "the…"


def test_lines_break_at_spaces_and_long_words_where_the_line_ends():
    assert fit.wrap("send it  to\nWerkbauunter me", 8) == ("send it", "to", "Werkbauu", "nter me")


def test_letters_with_combining_marks_take_one_column():
    assert fit.wrap("e\u0301e\u0301e\u0301 abc", 3) == ("e\u0301e\u0301e\u0301", "abc")


def test_an_empty_text_has_no_lines():
    assert fit.wrap(" \n ", 8) == ()


def test_the_beginning_of_advice_ends_in_an_ellipsis_when_there_is_more():
    assert fit.beginning("plug the microphone in again", 10, 2) == ("plug the", "microphon…")
    assert fit.beginning("plug it in now", 10, 1) == ("plug it i…",)


def test_advice_that_fits_is_shown_whole():
    assert fit.beginning("plug it in", 10, 2) == ("plug it in",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("by Friday", ("by Friday",)),
        ("send it to me by Friday", ("…it to me", "by Friday")),
        ("x Unterbeamtengesellschaft", ("…beamtenge", "sellschaft")),
    ],
)
def test_the_newest_words_of_what_was_said_are_shown(text, shown):
    assert fit.newest(text, 10, 2) == shown
