"""Every worked example of tests/data/joining.txt holds."""

import pytest

from saykey.text.joining import join
from worked_examples import examples

EXAMPLES = examples("joining.txt", " + ", " -> ")


@pytest.mark.parametrize(("before", "phrase", "typed"), EXAMPLES)
def test_a_phrase_joins_the_text_before_it_as_the_example_says(before, phrase, typed):
    assert join(before, phrase) == typed


def test_phrases_joined_one_after_the_other_read_as_written():
    phrases = ["Thank you for your report.", "I need bread", "And some coffee.", "Bye!"]
    text = ""
    for phrase in phrases:
        text += join(text, phrase)
    assert text == "Thank you for your report. I need bread and some coffee. Bye!"
