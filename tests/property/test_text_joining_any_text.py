"""Properties of joining any phrase to any text."""

from hypothesis import given
from hypothesis import strategies as st

from saykey.text.joining import join

words = st.text(alphabet="abIAThe .,;:!?…()“”\"'’-\n\t5%é日", max_size=30)
anything = st.text(max_size=30)


@given(words | anything, words | anything)
def test_only_the_first_letters_case_and_the_space_before_may_change(before, phrase):
    typed = join(before, phrase)
    changed = [
        (new, old)
        for new, old in zip(typed.removeprefix(" "), phrase.strip(), strict=True)
        if new != old
    ]
    assert len(changed) <= 1
    assert all(new.casefold() == old.casefold() for new, old in changed)


@given(words | anything, words | anything)
def test_there_is_never_a_space_too_many(before, phrase):
    typed = join(before, phrase)
    assert not typed.startswith("  ")
    assert not (typed.startswith(" ") and (before == "" or before[-1].isspace()))
    assert typed == typed.rstrip()


@given(words | anything)
def test_the_first_phrase_begins_without_a_space(phrase):
    assert not join("", phrase).startswith(" ")


@given(st.text(alphabet="abc", min_size=1), st.text(alphabet="abcABC", min_size=1))
def test_two_words_are_never_run_together(before, phrase):
    assert join(before, phrase).startswith(" ")


@given(words | anything)
def test_a_phrase_joined_twice_stays_as_it_is(phrase):
    once = join("", phrase)
    assert join("", once) == once
