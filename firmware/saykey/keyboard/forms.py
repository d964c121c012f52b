"""Finds other forms of a character in Unicode's data and in keyboard.alternatives."""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from saykey.keyboard.alternatives import SIMILAR

_FRACTION_SLASH = "\u2044"  # the compatibility form of ½ contains it; people type 1/2
_BELOW = 220  # combining class of marks below the letter, in UnicodeData.txt


def forms_of(character: str) -> tuple[str, ...]:
    """Other forms of the character in its script, the nearest first, without the character itself.

    A form may be several characters. The steps from one form to the next are: the listed
    alternatives, the letter with fewer accents (the most accents first), the compatibility form,
    and the letter that it is named after. The same steps are applied to each form found.
    """
    if script_of(character) == "Chinese":  # these have no other forms; a search costs 2 µs each
        return ()
    forms = [character]
    for form in forms:  # the list grows while it is walked
        if len(form) == 1:
            forms += [further for further in _steps(form) if further not in forms]
    return tuple(forms[1:])


def listed(character: str) -> tuple[str, ...]:
    """The alternatives in SIMILAR for a character, capitalised if the character is a capital."""
    small = character.lower()
    if character in SIMILAR or small == character:
        return SIMILAR.get(character, ())
    return tuple(text.capitalize() for text in SIMILAR.get(small, ()))


@lru_cache(maxsize=1024)
def script_of(character: str) -> str:
    """The script of a letter, from the start of its Unicode name; "" if it is no letter."""
    if not unicodedata.category(character).startswith("L"):
        return ""
    first, _, rest = unicodedata.name(character, "").partition(" ")
    if first == "CJK":
        return "Chinese"
    named = {"LETTER", "SYLLABLE", "SYLLABLES", "SYLLABICS"}.intersection(rest.split())
    return first.capitalize() if named and first != "MODIFIER" else ""


def _steps(character: str) -> Iterator[str]:
    yield from listed(character)
    decomposition = unicodedata.decomposition(character)
    if decomposition.startswith("<"):
        compatible = unicodedata.normalize("NFKC", character).replace(_FRACTION_SLASH, "/")
        if not compatible.startswith(" "):  # a spacing accent is more than a space
            yield compatible
    elif decomposition:
        yield from _fewer_marks(unicodedata.normalize("NFD", character))
    if unicodedata.category(character).startswith("L"):
        yield from _namesakes(unicodedata.name(character, ""))


def _fewer_marks(decomposed: str) -> Iterator[str]:
    base, marks = decomposed[0], sorted(decomposed[1:], key=_is_below)
    if not all(map(unicodedata.combining, marks)):
        return
    for count in range(len(marks) - 1, -1, -1):
        for kept in combinations(marks, count):
            yield unicodedata.normalize("NFC", base + "".join(kept))


def _is_below(mark: str) -> bool:
    """Whether an accent is below its letter, such as a Vietnamese tone; it is dropped first."""
    return unicodedata.combining(mark) == _BELOW


def _namesakes(name: str) -> Iterator[str]:
    """The letters that a letter is named after: KA of KA WITH HOOK, SIGMA of FINAL SIGMA."""
    for other in (
        name.partition(" WITH ")[0],
        name.replace(" FINAL ", " "),
        name.replace(" LETTER SMALL ", " LETTER "),  # the small letters of Japanese
        name.replace("HIRAGANA ", "KATAKANA "),
    ):
        if other != name:
            try:
                yield unicodedata.lookup(other)
            except KeyError:
                continue
