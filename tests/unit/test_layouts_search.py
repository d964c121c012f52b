"""The words people use for a keyboard layout, and the names in the tables that they mean."""

import pytest

from saykey.keyboard.layout_search import meant
from saykey.keyboard.layouts import SYSTEMS, layout_names, layout_summaries, nearest_layouts

ON_LINUX = """
    uk gb ua | en us gb | english us gb | english(uk) gb | british gb | american us | qwerty us
    german de at ch | de-CH ch | de_AT at | swiss ch | swiss-german ch | qwertz de
    fr-CH ch+fr ch | fr_CA ca | azerty fr | bepo fr+bepo | french-canada ca
    es-la latam | es-MX latam | es-419 latam | latin-american latam | sp es
    pt-BR br | brazilian br | sv se | da dk | cs cz | el gr | nb no | ja jp | ko kr | zh cn | he il
    dvorak us+dvorak | colemak us+colemak | neo de+neo | us-intl us+intl | us(intl) us+intl
    international us+intl | en_GB.UTF-8 gb | united-kingdom gb | abc us | GB gb
    uss us | grman de | de+nodedkeys de+nodeadkeys
"""

ON_OTHERS = """
    windows:uk gb | windows:dvorak us | windows:neo de | windows:es-la latam | windows:de-ch ch
    macos:dvorak us+dvorak | macos:fr-ch ch+fr | macos:english us gb | macos:united-kingdom gb
"""


def cases(table):
    return [tuple(case.split()) for line in table.splitlines() for case in line.split("|") if case]


@pytest.mark.parametrize("case", cases(ON_LINUX), ids=" ".join)
def test_what_people_call_a_layout_brings_the_one_they_mean(case):
    word, *names = case
    assert list(nearest_layouts("linux", word))[: len(names)] == names


@pytest.mark.parametrize("case", cases(ON_OTHERS), ids=" ".join)
def test_only_layouts_of_that_system_are_named(case):
    (system, _, word), *names = case[0].partition(":"), *case[1:]
    found = list(nearest_layouts(system, word))
    assert found[: len(names)] == names
    assert set(found) <= set(layout_names(system))


@pytest.mark.parametrize("word", ["@@@@", "", "q", "zz", "keyboard"])
def test_a_word_unlike_any_name_finds_no_layout(word):
    assert nearest_layouts("linux", word) == ()


def test_every_layout_is_found_by_its_own_name_first():
    every = [summary for system in SYSTEMS for summary in layout_summaries(system)]
    for summary in every[::5]:
        assert meant(summary.name, every)[0] == summary.name
