"""The display can show any text and any name."""

from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import Loudness
from saykey.panel import fit, fonts
from saykey.panel.picture import HEIGHT, WIDTH, draw
from saykey.panel.screen import (
    BAR_STEPS,
    COLUMNS,
    HEADLINE_COLUMNS,
    HOST_COLUMNS,
    WORD_LINES,
)
from saykey.panel.screens.order import screen_of
from saykey.panel.view import Fault, Listening, ModelState, View
from saykey.ports import Link

words = st.text(max_size=120)
counts = st.integers(0, 100_000)
views = st.builds(
    View,
    capture=st.sampled_from(Listening),
    level_db=st.floats(-200, 0),
    toggle=st.booleans(),
    host=words,
    link=st.sampled_from(Link),
    model=words,
    model_state=st.sampled_from(ModelState),
    phrases=counts,
    text=words,
    typing=st.none() | st.tuples(counts, counts).map(lambda both: (min(both), max(both))),
    held=counts,
    held_text=words,
    held_doubtful=st.booleans(),
    failed=counts,
    faults=st.lists(st.builds(Fault, words, words), max_size=2).map(tuple),
    lost_ms=counts,
    substitutions=counts,
    loudness=st.sampled_from(Loudness),
    wordless=st.booleans(),
)
columns = st.integers(2, 30)
lines = st.integers(1, 4)


def width(text):
    return len(fit.graphemes(text))


@given(views)
def test_every_view_fits_the_regions_of_the_screen(view):
    shown = screen_of(view)
    assert width(shown.host) <= HOST_COLUMNS
    assert width(shown.headline) <= HEADLINE_COLUMNS
    assert len(shown.words) <= WORD_LINES
    assert all(width(line) <= COLUMNS for line in (*shown.words, shown.note))
    assert shown.bar is None or 0 <= shown.bar.filled <= BAR_STEPS


@given(views)
def test_every_view_can_be_drawn(view):
    picture = draw(screen_of(view))
    assert picture.size == (WIDTH, HEIGHT)
    assert picture.mode == "1"


@given(words)
def test_every_grapheme_takes_one_cell_of_the_font(text):
    font = fonts.small()
    drawable = font.drawable(text)
    assert len(drawable) == width(text)
    assert font.face.getlength(drawable) == font.width * len(drawable)


@given(words, columns, lines)
def test_fitted_lines_are_never_longer_nor_more_than_asked_for(text, columns, lines):
    for fitted in (fit.beginning(text, columns, lines), fit.newest(text, columns, lines)):
        assert len(fitted) <= lines
        assert all(0 < width(line) <= columns for line in fitted)
    assert width(fit.cut(text, columns)) <= columns


@given(words, columns)
def test_wrapping_loses_nothing_but_spaces(text, columns):
    assert "".join("".join(fit.wrap(text, columns)).split()) == "".join(text.split())


@given(st.text("abc äж ", max_size=200), columns, lines)
def test_the_newest_words_are_the_end_of_what_was_said(text, columns, lines):
    shown = "".join("".join(fit.newest(text, columns, lines)).split())
    assert "".join(text.split()).endswith(shown.removeprefix(fit.ELLIPSIS))
