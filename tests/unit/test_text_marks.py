"""Every worked example of tests/data/marks.txt holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.text.marks import parted
from worked_examples import examples

EXAMPLES = examples("marks.txt", " -> ", " | ")


@pytest.mark.parametrize(("text", "words", "mark"), EXAMPLES)
def test_a_text_is_parted_as_the_example_says(text, words, mark):
    assert parted(text) == (words, mark)


@given(st.text(alphabet="ab .,;:!?…()“”\"'。", max_size=12) | st.text(max_size=30))
def test_words_and_mark_together_are_the_text(text):
    words, mark = parted(text)
    assert words + mark == text
    assert words or not text
    assert mark == "" or words == words.rstrip()
