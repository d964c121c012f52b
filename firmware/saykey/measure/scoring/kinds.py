"""Kinds of word errors. Pure."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum

from saykey.measure.scoring.normal import Normaliser

UNNAMED = {"de", "lb"}
"""Languages in which every noun has a capital, so that a capital does not show a name."""

_WORD = re.compile(r"[^\s]+")
_SENTENCE_END = re.compile(r"[.?!:…]['\"”»)]*$")

_ME = re.compile(r"I\b(?!\.)")


class Kind(Enum):
    """The kind of a word error.

    HOMOPHONE: other words that sound the same, or the same letters with other gaps. NAME: the word
    that was said has a capital within the sentence. NUMBER: one of the two words has a digit.
    OTHER: any other wrong word. DROPPED: a word is missing. INVENTED: a word was not said.
    """

    HOMOPHONE = "homophone"
    NAME = "name"
    NUMBER = "number"
    OTHER = "other"
    DROPPED = "dropped"
    INVENTED = "invented"


Homophones = Mapping[str, frozenset[int]]
"""The groups that each word is in."""


def read_homophones(lines: Sequence[str]) -> Homophones:
    """The groups of a file with one group on each line; # begins a comment."""
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(lines):
        for word in line.partition("#")[0].split():
            groups.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in groups.items()}


def names_in(text: str, normalise: Normaliser, language: str) -> frozenset[str]:
    """The normalised words of a text that have a capital and do not begin a sentence.

    Empty if the text has no small letters, or if its language writes all nouns with capitals.
    """
    if language in UNNAMED or text.upper() == text:
        return frozenset()
    found: set[str] = set()
    begins = True
    for word in _WORD.findall(text):
        letters = word.lstrip("\"'“«(¿¡[")
        if letters[:1].isupper() and not begins and not _ME.match(letters):
            found |= set(normalise(letters).split())
        begins = bool(_SENTENCE_END.search(word))
    return frozenset(found)


def kinds_of(
    said: Sequence[str], typed: Sequence[str], names: frozenset[str], homophones: Homophones
) -> list[Kind]:
    """The kinds of the errors in one place: ``said`` was typed as ``typed``. Both are normalised.

    There is one error for each word of the longer side.
    """
    shorter, longer = sorted((len(said), len(typed)))
    if said and typed and _sound_alike("".join(said), "".join(typed), homophones):
        return [Kind.HOMOPHONE] * longer
    pairs = zip(said[:shorter], typed[:shorter], strict=True)
    wrong = [_kind(one, other, names, homophones) for one, other in pairs]
    rest = Kind.DROPPED if len(said) > len(typed) else Kind.INVENTED
    return wrong + [rest] * (longer - shorter)


def _kind(said: str, typed: str, names: frozenset[str], homophones: Homophones) -> Kind:
    if _sound_alike(said, typed, homophones):
        return Kind.HOMOPHONE
    if any(letter.isdigit() for letter in said + typed):
        return Kind.NUMBER
    return Kind.NAME if said in names else Kind.OTHER


def _sound_alike(one: str, other: str, homophones: Homophones) -> bool:
    nothing: frozenset[int] = frozenset()
    return one == other or bool(homophones.get(one, nothing) & homophones.get(other, nothing))
