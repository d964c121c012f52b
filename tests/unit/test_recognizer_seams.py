"""A text of two phrases heard together is divided behind the words that were typed before."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.recognizer.seams import Joint, divided, space_between

EXAMPLES = [
    line
    for line in (Path(__file__).parents[1] / "data/divided.txt").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]
NOT_FOUND = "?"

words = st.lists(
    st.text(st.characters(categories=["Lu", "Ll", "Nd"], max_codepoint=0x2FF), min_size=1),
    min_size=1,
)


def fields(line):
    typed, joint, mark, *text = (field.strip() for field in line.split("|"))
    return typed, joint, mark, text[0] if text else ""


@pytest.mark.parametrize("line", EXAMPLES)
def test_each_example_is_divided_as_it_says(line):
    typed, joint, mark, text = fields(line)
    found = divided(typed, joint)
    assert found == (None if mark == NOT_FOUND and not text else Joint(mark, text))


@given(words, words, st.sampled_from(["", ",", ".", "?", "...", ";"]))
def test_the_words_behind_the_typed_ones_are_never_changed(before, behind, mark):
    typed, new = " ".join(before), " ".join(behind)
    found = divided(typed, f"{typed}{mark} {new}")
    assert found is not None
    assert new.endswith(found.text) or found.text.endswith(new)


@given(st.text(), st.text())
def test_any_two_texts_are_divided_or_not_without_an_error(typed, joint):
    found = divided(typed, joint)
    if found is not None:
        assert joint.endswith(found.text)
        assert found.text
        assert found.mark in joint


def test_a_long_dictation_is_compared_quickly():
    typed = "And then we went on and on about it. " * 50
    assert divided(typed, "went on and on about it. Then we stopped.") == Joint(
        ".", "Then we stopped."
    )


def test_two_texts_are_parted_by_a_space_where_their_script_has_spaces():
    assert space_between("One", "two") == " "
    assert space_between("你好", "吗") == ""
    assert space_between("", "two") == ""
