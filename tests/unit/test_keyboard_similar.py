"""What is typed for letters and signs that a layout lacks: examples of the order of preference."""

# ruff: noqa: RUF001 - the examples are made of characters that look alike

import unicodedata

import pytest

from saykey.keyboard.layouts import load_layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner


def typed(text: str, layout: str, os: str = "linux", profile: Profile | None = None) -> str:
    """The text as it appears on the host according to the plan's substitutions."""
    plan = Planner(load_layout(os, layout), profile or Profile()).plan(text)
    instead = dict(zip(plan.substituted, plan.substitutions, strict=True))
    return "".join(
        instead[number].typed if number in instead else grapheme
        for number, grapheme in enumerate(plan.units)
    )


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("gr", "ΐ", "ϊ"),
        ("gr", "ΰ", "ϋ"),
        ("gr+nodeadkeys", "Ναΐς", "Ναις"),
        ("bg", "ёлка", "елка"),
        ("us", "Ångström", "Angstrom"),
        ("fr", "ấ ộ ự", "â ô ư"),
        ("il", "שָׁלוֹם", "שָׁלוֹם"),
        ("jp+kana", "ガ", "カ"),
    ],
)
def test_a_letter_keeps_as_many_of_its_accents_as_the_layout_has(layout, wanted, shown):
    assert typed(unicodedata.normalize("NFC", wanted), layout) == unicodedata.normalize(
        "NFC", shown
    )


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("il", "WhatsApp", "WHATSAPP"),
        ("il", "café, naïve", "CAFE, NAIVE"),
        ("il", "Straße", "STRASSE"),
        ("il", "😀", ":GRINNING:"),
        ("ge", "ᲖᲗ", "ზთ"),
        ("bg", "Ь", "ь"),
    ],
)
def test_a_letter_takes_its_other_case_where_the_layout_has_only_that(layout, wanted, shown):
    assert typed(wanted, layout) == shown


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [("fr", "Ëß", "Ëß"), ("us", "ışık İL", "isik IL"), ("al", "GROẞ", "GROSS"), ("us", "ÉÐ", "ED")],
)
def test_a_plainer_letter_in_its_own_case_goes_before_the_other_case(layout, wanted, shown):
    assert typed(wanted, layout) == shown


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("us", "ＡＢＣ１２！", "ABC12!"),
        ("us", "ﬁne 25 ℃ m²", "fine 25 C m2"),
        ("de", "25 ℃", "25 °C"),
        ("ara", "\ufedf\ufe8e", "\u0644\u0627"),  # presentation forms of lam and alef
        ("jp+kana", "ｱｲ", "アイ"),
        ("jp+kana", "あい", "アイ"),
    ],
)
def test_wide_narrow_and_presentation_forms_are_typed_as_the_plain_characters(
    layout, wanted, shown
):
    assert typed(wanted, layout) == shown


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("ru", "Ґанок, Київ і Єва", "Ганок, Киив и Ева"),
        ("ru", "қала, Ђорђе", "кала, Джордже"),
        ("rs", "Юля, щётка, язык", "Јулја, шчетка, јазик"),
        ("by", "щит", "шчіт"),
        ("ara", "\u06a9\u06cc", "\u0643\u064a"),  # Persian kaf and yeh
        ("pk", "\u0643\u064a", "\u06a9\u06cc"),
        ("us", "Łódź", "Lodz"),
        ("hr+unicode", "Quick way", "Kuick vaj"),
    ],
)
def test_letters_of_a_sister_language_are_typed_as_the_nearest_of_the_same_script(
    layout, wanted, shown
):
    assert typed(wanted, layout) == shown


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("us", "½ ‹a›", "1/2 'a'"),
        ("us+dvorak-mac", "½", "1/2"),
        ("mk", "‹а›", "<а>"),
        ("ru", "№ 5 «[x]» 'q' & #1", '№ 5 "(кс)" "к" + №1'),
        ("am", "Ի՞նչ... «այո»", "Ի՞նչ։։։ «այո»"),
        ("ara", "٣ ۴ ५", "٣ 4 5"),
        ("in", "٣", "3"),
        ("us", "٣४，。؟", "34,.?"),
    ],
)
def test_signs_and_digits_are_typed_as_the_layouts_own_of_the_same_meaning(layout, wanted, shown):
    assert typed(wanted, layout) == shown


@pytest.mark.parametrize(
    ("layout", "wanted", "shown"),
    [
        ("ru", "WhatsApp", "ВхатсАпп"),
        ("gr", "Wifi", "Ουιφι"),
        ("ara", "whatsapp", "وهاتساپپ"),
        ("am", "Taxi", "Տաքսի"),
        ("ru", "北", "Беи"),
        ("us", "Жук", "Zhuk"),
        ("il", "Жук", "ZHUK"),
    ],
)
def test_a_script_that_the_layout_lacks_is_typed_in_its_own_letters(layout, wanted, shown):
    assert typed(wanted, layout) == shown


def test_a_script_that_the_layout_lacks_is_left_to_placeholders_if_the_profile_says_so():
    strict = Profile(transliterate=False)
    assert typed("Wifi", "ru", profile=strict) == "????"
    assert typed("wifi", "il", profile=strict) == "WIFI", "il has Latin letters: the capitals"


@pytest.mark.parametrize(("layout", "wanted"), [("ru", "€"), ("ru", "@"), ("us", "\ue000")])
def test_a_sign_that_nothing_on_the_layout_means_is_the_placeholder(layout, wanted):
    assert typed(wanted, layout) == "?"


def test_each_letter_that_is_replaced_is_reported():
    plan = Planner(load_layout("linux", "il")).plan("WhatsApp")
    told = [(made.wanted, made.typed, made.reason) for made in plan.substitutions]
    assert told == [(c, c.upper(), "not on the il layout") for c in "hatspp"]


@pytest.mark.parametrize("os", ["macos", "windows"])
def test_tables_of_other_systems_follow_the_same_order(os):
    assert typed("WhatsApp, әл", "ru", os) == "ВхатсАпп, ал"
