"""Every worked example of tests/data/marks.txt holds."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.text.marks import parted

EXAMPLES = Path(__file__).parents[1] / "data" / "marks.txt"


def examples() -> list[tuple[str, str, str]]:
    decoder = json.JSONDecoder()
    found = []
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        text, at = decoder.raw_decode(line)
        assert line[at : at + 4] == " -> ", line
        words, at = decoder.raw_decode(line, at + 4)
        assert line[at : at + 3] == " | ", line
        mark, at = decoder.raw_decode(line, at + 3)
        assert at == len(line), line
        found.append((text, words, mark))
    return found


@pytest.mark.parametrize(("text", "words", "mark"), examples())
def test_a_text_is_parted_as_the_example_says(text, words, mark):
    assert parted(text) == (words, mark)


@given(st.text(alphabet="ab .,;:!?…()“”\"'。", max_size=12) | st.text(max_size=30))
def test_words_and_mark_together_are_the_text(text):
    words, mark = parted(text)
    assert words + mark == text
    assert words or not text
    assert mark == "" or words == words.rstrip()
