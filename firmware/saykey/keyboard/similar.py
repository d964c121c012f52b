"""Finds what to type, with the keys of a layout, in place of a character that it lacks.

The order of preference, for a letter or sign that the layout lacks:

1. The nearest form of it in its own case (keyboard.forms): a listed alternative, the letter with
   as many of its accents as possible, its plain form if it is a wide or presentation form, the
   letter it is named after. For Latin letters, digits and signs also their form in ASCII.
2. The letter in the other case, then these forms in the other case. If the layout has only
   capitals, capitals are typed.
3. For a letter of another script than Latin, its transliteration to ASCII, in either case.
4. For a letter, that transliteration in the alphabet of the layout's own script.

If the layout has none of these, keyboard.strokes types the placeholder.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache

from saykey.keyboard.alternatives import ALPHABETS, PLACEHOLDERS
from saykey.keyboard.forms import forms_of, listed, script_of
from saykey.keyboard.layouts import Layout

_INVISIBLE = frozenset({"Cf", "Mn", "Me"})  # joiners, direction marks, accents, variation selectors
_SPACES = frozenset({"Cc", "Zs"})  # a tab could leave the text field, an escape close the window
_IN_ASCII = frozenset({"", "Latin"})  # scripts with plain forms in ASCII; signs have the script ""


def similar(character: str, layout: Layout) -> str:
    """Text that the layout types, or a new line, in place of one character.

    "" if there is none, or if the character is invisible.
    """
    category = unicodedata.category(character)
    if character in layout.strokes and category != "Cc":
        return character
    if category in _INVISIBLE:
        return ""
    if category in _SPACES:
        return _typable(" ", layout)
    return next(filter(None, _nearest(character, layout)), "")


def placeholder(layout: Layout) -> str:
    """What to type for a character without alternative; "" if the layout lacks all placeholders."""
    return next((mark for mark in PLACEHOLDERS if mark in layout.strokes), "")


def script_lacking(grapheme: str, layout: Layout) -> str:
    """The script of a grapheme, such as "Cyrillic", if the layout has no letter of it; else ""."""
    script = next(filter(None, map(script_of, grapheme)), "")
    return "" if script in _scripts(layout) else script


def _nearest(character: str, layout: Layout) -> Iterator[str]:
    """Candidates in the module's order of preference; "" for each that the layout cannot type."""
    script = script_of(character)
    in_ascii = _transliterate()(character)
    if script in _IN_ASCII:
        yield from _in_own_script(character, (in_ascii, _same_digit(character, layout)), layout)
    else:
        yield from _in_own_script(character, (), layout)
        yield _typable(in_ascii, layout)
        yield _in_either_case(in_ascii, layout)
    if script:
        yield _in_own_alphabet(in_ascii, layout)


def _in_own_script(character: str, last: tuple[str, ...], layout: Layout) -> Iterator[str]:
    """Forms of the character, then those in ``last``; all in their own case first."""
    forms = (*forms_of(character), *last)
    for form in forms:
        yield _typable(form, layout)
    if (other := character.swapcase()) != character:
        yield _typable(other, layout)
    for form in forms:
        yield _in_either_case(form, layout)


def _typable(text: str, layout: Layout) -> str:
    return text if text == "\n" or all(map(layout.strokes.__contains__, text)) else ""


def _in_either_case(text: str, layout: Layout) -> str:
    """The text with each letter in a case that the layout has, else by a listed alternative."""
    return _joined(_one_near(character, layout) for character in text)


def _one_near(character: str, layout: Layout) -> str:
    for form in (character, character.upper(), character.lower(), *listed(character)):
        if _typable(form, layout):
            return form
    return ""


def _in_own_alphabet(text: str, layout: Layout) -> str:
    """The text with a to z written in the alphabet of the layout's main script."""
    letters = ALPHABETS.get(_main_script(layout))
    if letters is None:
        return ""
    return _joined(
        _in_either_case(character, layout) or _native(character, letters, layout)
        for character in text
    )


def _native(character: str, letters: Mapping[str, str], layout: Layout) -> str:
    written = letters.get(character.lower(), "")
    return _joined(
        _typable(letter, layout) or next(filter(None, _in_own_script(letter, (), layout)), "")
        for letter in (written.title() if character.isupper() else written)
    )


def _joined(parts: Iterable[str]) -> str:
    """The parts as one text; "" if one of them is empty."""
    joined = ""
    for part in parts:
        if not part:
            return ""
        joined += part
    return joined


@cache
def _transliterate() -> Callable[[str], str]:
    """The function of anyascii, imported once, at first use; importing at each call is slower."""
    from anyascii import anyascii

    return anyascii


def _same_digit(character: str, layout: Layout) -> str:
    """The layout's own digit of the same value, such as an Arabic one."""
    value = unicodedata.decimal(character, None)
    return "" if value is None else _digits(layout).get(int(value), "")


@lru_cache(maxsize=16)
def _digits(layout: Layout) -> Mapping[int, str]:
    characters = [c for c in layout.strokes if len(c) == 1 and c.isdecimal()]
    return {int(unicodedata.decimal(character)): character for character in characters}


def _main_script(layout: Layout) -> str:
    scripts = _scripts(layout)
    return max(scripts, key=scripts.__getitem__, default="")


@lru_cache(maxsize=16)
def _scripts(layout: Layout) -> Mapping[str, int]:
    """The scripts of the layout's letters, and how many letters it has of each."""
    return Counter(filter(None, (script_of(character[0]) for character in layout.strokes)))
