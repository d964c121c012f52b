"""Every grapheme has a defined outcome; what is not typed as written is reported."""

from collections.abc import Iterable
from types import MappingProxyType

import pytest

from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout, load_layout
from saykey.keyboard.profile import NewLine, Profile
from saykey.keyboard.strokes import ENTER, graphemes, strokes_for

US = load_layout("linux", "us")
ABSENT = "not on the us layout"
NOTHING_SIMILAR = "nothing similar on the us layout"


def written(strokes: tuple[Stroke, ...], layout: Layout = US) -> str:
    back = {keys: character for character, keys in layout.strokes.items()}
    return "".join("\n" if stroke == ENTER else back[(stroke,)] for stroke in strokes)


@pytest.mark.parametrize(
    ("wanted", "typed", "reason"),
    [
        # characters that recognisers write
        ("’", "'", ABSENT),
        ("“", '"', ABSENT),
        ("”", '"', ABSENT),
        ("«", '"', ABSENT),
        ("–", "-", ABSENT),
        ("—", "--", ABSENT),
        ("…", "...", ABSENT),
        ("\u00a0", " ", ABSENT),
        ("\u202f", " ", ABSENT),
        # letters and signs the layout lacks
        ("é", "e", ABSENT),
        ("e\u0301", "e", ABSENT),
        ("x\u0301", "x", ABSENT),
        ("ß", "ss", ABSENT),
        ("€", "EUR", ABSENT),
        ("½", "1/2", ABSENT),
        ("Ж", "Zh", "no Cyrillic letters on the us layout"),
        ("中", "Zhong", "no Chinese letters on the us layout"),
        ("😀", ":grinning:", ABSENT),
        ("👍🏽", ":thumbsup:", ABSENT),
        ("👨\u200d👩\u200d👧", ":man::woman::girl:", ABSENT),
        # characters with no similar one
        ("\ue000", "?", NOTHING_SIMILAR),
        ("\u0301", "?", NOTHING_SIMILAR),
        ("\ud83d", "?", NOTHING_SIMILAR),
        ("\U0010ffff", "?", NOTHING_SIMILAR),
        # characters that must not reach a host
        ("\x00", " ", "control character"),
        ("\t", " ", "control character"),
        ("\r", " ", "control character"),
        ("\x1b", " ", "control character"),
        ("\x7f", " ", "control character"),
        ("\x85", " ", "control character"),
        # invisible characters
        ("\ufeff", "", "invisible character"),
        ("\u200b", "", "invisible character"),
        ("\u00ad", "", "invisible character"),
        ("\u2028", "\n", ABSENT),
    ],
)
def test_a_grapheme_the_layout_lacks_becomes_the_nearest_that_it_types(wanted, typed, reason):
    outcome = strokes_for(wanted, US)
    assert outcome.substitution is not None
    assert outcome.substitution.wanted == wanted
    assert outcome.substitution.typed == typed
    assert outcome.substitution.reason == reason
    assert written(outcome.strokes) == typed


@pytest.mark.parametrize("new_line", ["\n", "\r\n"])
def test_a_new_line_is_enter_and_no_substitution(new_line):
    outcome = strokes_for(new_line, US)
    assert outcome.strokes == (ENTER,)
    assert outcome.substitution is None


def test_a_character_with_an_equivalent_on_the_layout_is_no_substitution():
    greek_question_mark = "\u037e"
    outcome = strokes_for(greek_question_mark, US)
    assert written(outcome.strokes) == ";"
    assert outcome.substitution is None


def layout_of(entries: Iterable[str], name: str = "x") -> Layout:
    """A layout with a key of its own for each entry."""
    keys = {entry: (Stroke(4 + n),) for n, entry in enumerate(entries)}
    return Layout("linux", name, "", "", "", MappingProxyType(keys))


@pytest.mark.parametrize("new_line", ["\n", "\r\n"])
def test_a_new_line_is_shift_and_enter_where_enter_would_send_the_message(new_line):
    outcome = strokes_for(new_line, US, Profile(newline=NewLine.SHIFT_ENTER))
    assert outcome.strokes == (Stroke(0x28, 0x02),)
    assert outcome.substitution is None


@pytest.mark.parametrize("new_line", ["\n", "\r\n", "\u2028"])
def test_a_new_line_is_a_reported_space_where_new_lines_are_off(new_line):
    outcome = strokes_for(new_line, US, Profile(newline=NewLine.NONE))
    assert written(outcome.strokes) == " "
    assert outcome.substitution is not None
    assert (outcome.substitution.wanted, outcome.substitution.typed) == (new_line, " ")


def test_control_characters_are_never_sent_even_if_the_layout_has_them():
    layout = layout_of(" \t\x1b\x7f")
    for control in "\t\x1b\x7f\x00":
        outcome = strokes_for(control, layout)
        assert outcome.strokes == layout.strokes[" "]
        assert outcome.substitution is not None
        assert outcome.substitution.reason == "control character"


def test_the_longest_entry_of_the_layout_wins():
    layout = layout_of(["\u0915", "\u093f", "\u0915\u093f"])
    assert strokes_for("\u0915\u093f", layout).strokes == (Stroke(6),)


def test_a_grapheme_whose_parts_have_keys_is_typed_by_its_parts_and_no_substitution():
    ki = "\u0915\u093f"  # Devanagari KA, vowel sign I: two keys of an Indian layout
    outcome = strokes_for(ki, layout_of(ki))
    assert outcome.strokes == (Stroke(4), Stroke(5))
    assert outcome.substitution is None


def test_a_letter_is_typed_as_base_and_mark_where_the_layout_has_the_mark():
    vietnamese = layout_of("ê\u0301")
    outcome = strokes_for("ế", vietnamese)
    assert outcome.substitution is not None, "ê and U+0301 are no canonical parts of one entry"
    decomposed = layout_of("e\u0302\u0301")
    outcome = strokes_for("ế", decomposed)
    assert outcome.strokes == (Stroke(4), Stroke(5), Stroke(6))
    assert outcome.substitution is None


def test_hebrew_is_typed_in_the_order_it_is_read_and_direction_marks_are_left_out():
    shalom = "\u05e9\u05dc\u05d5\u05dd"
    hebrew = layout_of(shalom)
    typed = [strokes_for(grapheme, hebrew) for grapheme in graphemes(f"\u200f{shalom}")]
    assert typed[0].strokes == ()
    assert typed[0].substitution is not None
    assert typed[0].substitution.reason == "invisible character"
    assert [outcome.strokes for outcome in typed[1:]] == [(Stroke(n),) for n in (4, 5, 6, 7)]


def test_an_invisible_character_the_layout_has_a_key_for_is_typed():
    persian = layout_of("\u200c")
    assert strokes_for("\u200c", persian).strokes == (Stroke(4),)


def test_a_digit_is_typed_as_the_layouts_own_digit_of_the_same_value():
    arabic = layout_of("\u0661\u0662\u061f", name="ara")
    outcome = strokes_for("2", arabic)
    assert outcome.strokes == arabic.strokes["\u0662"]
    assert outcome.substitution is not None
    assert outcome.substitution.typed == "\u0662"


def test_a_script_the_layout_lacks_is_transliterated_only_if_the_profile_allows():
    strict = Profile(transliterate=False)
    outcome = strokes_for("Ж", US, strict)
    assert written(outcome.strokes) == "?"
    assert outcome.substitution is not None
    assert outcome.substitution.reason == "no Cyrillic letters on the us layout"
    assert written(strokes_for("é", US, strict).strokes) == "e"


def test_latin_text_on_a_layout_without_latin_letters_is_reported_with_that_reason():
    russian = layout_of("ПРИВЕТ?", name="ru")
    outcome = strokes_for("h", russian)
    assert outcome.strokes == russian.strokes["?"]
    assert outcome.substitution is not None
    assert outcome.substitution.reason == "no Latin letters on the ru layout"


@pytest.mark.parametrize("character", ["\ue000", "\U000f0000", "\ufffe", "\u0378"])
def test_what_is_no_letter_of_any_script_has_an_outcome_too(character):
    assert written(strokes_for(character, US).strokes) == "?"


def test_a_layout_that_has_the_character_types_it_whichever_way_it_is_encoded():
    e_acute = (Stroke(0x34), Stroke(0x08))
    layout = Layout("linux", "x", "", "", "", MappingProxyType({"é": e_acute}))
    assert strokes_for("é", layout).strokes == e_acute
    assert strokes_for("e\u0301", layout).strokes == e_acute


def test_a_layout_without_even_a_question_mark_leaves_a_space_or_nothing():
    space = Layout("linux", "x", "", "", "", MappingProxyType({" ": (Stroke(0x2C),)}))
    assert strokes_for("a", space).strokes == (Stroke(0x2C),)
    empty = Layout("linux", "x", "", "", "", MappingProxyType({}))
    outcome = strokes_for("a", empty)
    assert outcome.strokes == ()
    assert outcome.substitution is not None
    assert outcome.substitution.reason == "no Latin letters on the x layout"


def test_text_is_cut_where_a_reader_sees_characters():
    assert graphemes("a\r\ne\u0301👍🏽\ud83d!") == ["a", "\r\n", "e\u0301", "👍🏽", "\ud83d", "!"]
    assert graphemes("a\r\nb") == ["a", "\r\n", "b"]
    assert graphemes("ab\n") == ["a", "b", "\n"]
