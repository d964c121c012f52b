"""Finds the layouts that a user may mean by a word that is no layout's name. Pure.

People name a layout by a country or language code, a locale, its title in a system's settings, or
its first letters. The names, titles and languages in the tables cover most of that.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from saykey.keyboard.tables import LayoutSummary

_MOST = 3
_SHORTEST = 3
"""Words with fewer letters are not looked up in titles or corrected: they match too many."""

_LATIN_AMERICA = "ar bo cl co cr cu do ec gt hn mx ni pa pe pr py sv uy ve"

_SAID = {
    "en": "us gb",
    "english": "us gb",
    "uk": "gb",
    "british": "gb",
    "england": "gb",
    "great britain": "gb",
    "american": "us",
    "usa": "us",
    "abc": "us",  # Apple's name for it
    "qwerty": "us",
    "qwertz": "de",
    "azerty": "fr",
    "international": "us+intl",
    "swiss": "ch",
    "brazilian": "br",
    "abnt": "br",
    "abnt2": "br",
    "mexican": "latam",
    "es la": "latam",
    "es 419": "latam",
    "hebrew": "il",
    "farsi": "ir",
    "persian": "ir",
    "sp": "es",
    "ja": "jp",
    "ko": "kr",
    "zh": "cn",
    "nb": "no",
    "nn": "no",
} | {f"es {country}": "latam" for country in _LATIN_AMERICA.split()}
"""Words that the tables do not contain, parts separated by spaces, and the layouts they mean."""

_FILLERS = {"keyboard", "layout", "the"}


def nearest(wanted: str, os: str | None, every: Sequence[LayoutSummary]) -> tuple[str, ...]:
    """Up to three names of layouts of a system, the likeliest first; ``os`` None: of any system.

    ``every`` holds the layouts of all systems: titles of other systems are searched as well. If
    the system lacks the variant that is meant, the layout without the variant is returned.
    """
    there = {summary.name for summary in every if os in {None, summary.os}}
    names = meant(wanted, every)
    if not names:
        return tuple(_close(wanted, every, there))
    found = [name for name in names if name in there]
    base = names[0].partition("+")[0]
    return tuple(found[:_MOST] or [base] * (base in there))


def meant(wanted: str, every: Sequence[LayoutSummary]) -> tuple[str, ...]:
    """The layouts whose name, language or title matches, the likeliest first.

    Empty for a word that matches none, such as a misspelt one.
    """
    words = _words(wanted)
    there = {summary.name for summary in every}
    spelt, spoken, variants = _called(words, every)
    named = [name for name in _named(words) if name in there]
    found = spelt + named + spoken + variants
    return tuple(dict.fromkeys(found or _titled(words, every)))


def usual_first(layout: LayoutSummary) -> tuple[bool, bool, bool, str]:
    """Sort key: variants last, us first, a language's own country before others (de before at)."""
    name = layout.name
    return "+" in name, name != "us", name != layout.language, name


def _words(text: str) -> tuple[str, ...]:
    locale = text.casefold().removesuffix(".utf-8")  # such as en_GB.UTF-8
    words = re.findall(r"\w+", locale.replace("_", " "))
    return tuple(word for word in words if word not in _FILLERS)


def _named(words: tuple[str, ...]) -> Iterator[str]:
    """The layouts of a known word or of a locale: for fr-CH the variant ch+fr, then ch."""
    if (said := " ".join(words)) in _SAID:
        yield from _SAID[said].split()
    elif len(words) == 2:
        language, country = words
        country = _SAID.get(country, country).split()[0]
        yield f"{country}+{language}"
        if len(language) == len(country) == 2:
            yield country


def _called(
    words: tuple[str, ...], every: Iterable[LayoutSummary]
) -> tuple[list[str], list[str], list[str]]:
    """Three lists: the layouts with this name, however spelt, this language, this variant."""
    spelt, spoken, variants = [], [], []
    for layout in sorted(every, key=usual_first):
        variant = layout.name.partition("+")[2]
        if words == _words(layout.name):
            spelt.append(layout.name)
        elif variant and words == _words(variant):
            variants.append(layout.name)
        elif not variant and words == (layout.language,):
            spoken.append(layout.name)
    variants.sort(key=lambda name: not name.startswith("us+"))
    return spelt, spoken, variants


def _titled(words: tuple[str, ...], every: Iterable[LayoutSummary]) -> list[str]:
    if all(len(word) < _SHORTEST for word in words):
        return []
    return [
        layout.name
        for layout in sorted(every, key=usual_first)
        if set(words) <= set(_words(layout.title))
    ]


def _close(wanted: str, every: Sequence[LayoutSummary], there: set[str]) -> list[str]:
    """The layouts whose name, or a word of whose title, is spelt similarly."""
    if all(len(word) < _SHORTEST for word in _words(wanted)):
        return []
    ordered = sorted(every, key=usual_first, reverse=True)
    known = {word: layout.name for layout in ordered for word in _words(layout.title)}
    known |= {layout.name.casefold(): layout.name for layout in ordered}
    likely = {word: name for word, name in known.items() if name in there}
    close = difflib.get_close_matches(wanted.casefold(), likely, n=_MOST, cutoff=0.6)
    return list(dict.fromkeys(likely[word] for word in close))
