"""Finds the letters of a layout's language, and how many characters the layout types."""

import string
import unicodedata
from collections.abc import Container, Sequence

from layouts.sources import facts

ASCII = string.ascii_letters + string.digits + string.punctuation + " "


def language_of(codes: Sequence[str], typed: Container[str]) -> str:
    """CLDR's code of a layout's first language, with the script that it types; "" for none.

    ``codes`` are of ISO 639-3. Languages without letters in CLDR are skipped.
    """
    known = facts("languages.json")
    for code in codes:
        language = known["codes"].get(code, code)
        written = [name for name in known["letters"] if name.partition("-")[0] == language]
        if written:
            return max(sorted(written), key=lambda name: _share(letters_of(name), typed))
    return ""


def _share(letters: Sequence[str], typed: Container[str]) -> float:
    return reached(letters, typed) / max(1, len(letters))


def letters_of(language: str) -> tuple[str, ...]:
    """The letters of a language, in both cases, as NFC graphemes; also marks by themselves."""
    written = facts("languages.json")["letters"].get(language, "")
    if not written:
        return ()
    small = written.split(" ")
    # title(), not upper(): Georgian has capitals for headlines only, which are no title case.
    capital = [unicodedata.normalize("NFC", letter.title()) for letter in small]
    return tuple(dict.fromkeys([*small, *(c for c in capital if len(c) == 1)]))


def reached(wanted: Sequence[str], typed: Container[str]) -> int:
    """How many can be typed, as a whole or code point by code point."""
    return sum(can_type(text, typed) for text in wanted)


def can_type(text: str, typed: Container[str]) -> bool:
    """Whether a layout that types these characters types this text."""
    return text in typed or all(character in typed for character in text)
