"""Every worked example of tests/data/joining.txt holds."""

import json
from pathlib import Path

import pytest

from saykey.text.joining import join

EXAMPLES = Path(__file__).parents[1] / "data" / "joining.txt"


def examples() -> list[tuple[str, str, str]]:
    decoder = json.JSONDecoder()
    found = []
    for line in EXAMPLES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        before, at = decoder.raw_decode(line)
        assert line[at : at + 3] == " + ", line
        phrase, at = decoder.raw_decode(line, at + 3)
        assert line[at : at + 4] == " -> ", line
        typed, at = decoder.raw_decode(line, at + 4)
        assert at == len(line), line
        found.append((before, phrase, typed))
    return found


@pytest.mark.parametrize(("before", "phrase", "typed"), examples())
def test_a_phrase_joins_the_text_before_it_as_the_example_says(before, phrase, typed):
    assert join(before, phrase) == typed


def test_phrases_joined_one_after_the_other_read_as_written():
    phrases = ["Thank you for your report.", "I need bread", "And some coffee.", "Bye!"]
    text = ""
    for phrase in phrases:
        text += join(text, phrase)
    assert text == "Thank you for your report. I need bread and some coffee. Bye!"
