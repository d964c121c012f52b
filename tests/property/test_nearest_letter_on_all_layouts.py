"""A character is typed as a similar one if the layout has one, and never as the placeholder.

Each test walks through all layouts of a system; nothing is random.
"""

import string
import sys
import unicodedata
from collections import defaultdict
from functools import cache
from itertools import chain

import pytest

from saykey.keyboard.layouts import SYSTEMS, Layout, layout_names, load_layout
from saykey.keyboard.similar import placeholder
from saykey.keyboard.strokes import Typed, strokes_for

ALL_CODE_POINTS = [chr(code) for code in range(sys.maxunicode + 1)]
DIGITS = [character for character in ALL_CODE_POINTS if character.isdecimal()][::7]
"""Every seventh digit: one or two of each script, and every value."""


def accented_letters() -> list[tuple[str, str]]:
    """Every letter that Unicode composes of a base and accents, and its decomposition."""
    decomposed = [
        (character, unicodedata.normalize("NFD", character))
        for character in ALL_CODE_POINTS
        if unicodedata.category(character).startswith("L")
        and unicodedata.normalize("NFC", character) == character
    ]
    return [
        (character, parts)
        for character, parts in decomposed
        if len(parts) > 1 and all(map(unicodedata.combining, parts[1:]))
    ]


ACCENTED = accented_letters()


@cache
def layouts(os: str) -> list[Layout]:
    return [load_layout(os, name) for name in layout_names(os)]


def text_of(wanted: str, outcome: Typed) -> str:
    return outcome.substitution.typed if outcome.substitution else wanted


def has(layout: Layout, letter: str) -> bool:
    return any(form in layout.strokes for form in (letter, letter.upper(), letter.lower()))


@pytest.mark.parametrize("os", SYSTEMS)
def test_an_accented_letter_whose_base_the_layout_has_is_never_a_placeholder(os):
    wrong = [
        (layout.name, letter)
        for layout in layouts(os)
        for letter, parts in ACCENTED
        if has(layout, parts[0])
        and text_of(letter, strokes_for(letter, layout)) == placeholder(layout)
    ]
    assert wrong == []


@pytest.mark.parametrize("os", SYSTEMS)
def test_an_accented_letter_keeps_as_many_accents_as_any_entry_of_the_layout_has(os):
    wrong = []
    for layout in layouts(os):
        entries = defaultdict(list)
        for entry in layout.strokes:
            base, *marks = unicodedata.normalize("NFD", entry)
            entries[base].append(marks)
        for letter, (base, *marks) in ACCENTED:
            kept = [len(some) for some in entries.get(base, ()) if is_within(some, marks)]
            if len(marks) < 2 or not any(kept):
                continue
            typed = unicodedata.normalize("NFD", text_of(letter, strokes_for(letter, layout)))
            if len(typed) - 1 < max(kept):
                wrong.append((layout.name, letter, typed))
    assert wrong == []


def is_within(some: list[str], marks: list[str]) -> bool:
    """Whether these are some of the marks in the same order, from the letter outwards."""
    rest = iter(marks)
    return all(mark in rest for mark in some)


@pytest.mark.parametrize("os", SYSTEMS)
def test_a_latin_letter_in_any_case_is_typed_in_the_case_the_layout_has(os):
    wrong = [
        (layout.name, letter)
        for layout in layouts(os)
        for letter in string.ascii_letters
        if letter not in layout.strokes
        and letter.swapcase() in layout.strokes
        and text_of(letter, strokes_for(letter, layout)).lower() not in other_letters(letter)
    ]
    assert wrong == []


def other_letters(letter: str) -> str:
    """The letter, and those that may replace it in its own case, such as k for q."""
    return {"c": "ck", "j": "jyi", "q": "qk", "w": "wvu", "y": "yji"}.get(
        letter.lower(), letter.lower()
    )


@pytest.mark.parametrize("os", SYSTEMS)
def test_a_word_is_in_capitals_where_the_layout_has_no_small_latin_letters(os):
    capitals = set(string.ascii_uppercase)
    small = set(string.ascii_lowercase)
    found = [
        layout
        for layout in layouts(os)
        if capitals <= layout.strokes.keys() and not small & layout.strokes.keys()
    ]
    for layout in found:
        typed = [text_of(letter, strokes_for(letter, layout)) for letter in "WhatsApp"]
        assert "".join(typed) == "WHATSAPP"
    assert found or os != "linux", "il is one of them"


@pytest.mark.parametrize("os", SYSTEMS)
def test_a_digit_is_typed_as_one_of_the_same_value_if_the_layout_has_one(os):
    wrong = []
    for layout in layouts(os):
        values = {unicodedata.decimal(key) for key in layout.strokes if key.isdecimal()}
        for digit in DIGITS:
            value = unicodedata.decimal(digit)
            typed = text_of(digit, strokes_for(digit, layout))
            if value in values and unicodedata.decimal(typed) != value:
                wrong.append((layout.name, digit, typed))
    assert wrong == []


@pytest.mark.parametrize("os", SYSTEMS)
def test_a_wide_form_is_typed_as_the_ascii_that_the_layout_has(os):
    wrong = [
        (layout.name, character)
        for layout in layouts(os)
        for character in chain(string.ascii_letters, string.digits, string.punctuation)
        if character in layout.strokes
        and (wide := chr(ord(character) + 0xFEE0)) not in layout.strokes
        and text_of(wide, strokes_for(wide, layout)) != character
    ]
    assert wrong == []


@pytest.mark.parametrize("os", SYSTEMS)
def test_every_replacement_is_reported_and_typed_by_the_keys_of_the_layout(os):
    for layout in layouts(os):
        for letter, _ in ACCENTED[::7]:
            outcome = strokes_for(letter, layout)
            typed = text_of(letter, outcome)
            if outcome.substitution:
                assert outcome.substitution.wanted == letter
                keys = [stroke for character in typed for stroke in layout.strokes[character]]
                assert outcome.strokes == tuple(keys)
