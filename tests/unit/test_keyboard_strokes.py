"""Every grapheme has a defined outcome; what is not typed as written is told."""

from types import MappingProxyType

import pytest

from saykey.flow import Stroke
from saykey.keyboard.layouts import Layout, load_layout
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
        # what recognisers write
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
        ("Ж", "Zh", ABSENT),
        ("中", "Zhong", ABSENT),
        ("😀", ":grinning:", ABSENT),
        ("👍🏽", ":thumbsup:", ABSENT),
        ("👨\u200d👩\u200d👧", ":man::woman::girl:", ABSENT),
        # what has nothing similar
        ("\ue000", "?", NOTHING_SIMILAR),
        ("\u0301", "?", NOTHING_SIMILAR),
        ("\ud83d", "?", NOTHING_SIMILAR),
        ("\U0010ffff", "?", NOTHING_SIMILAR),
        # what must not reach a host
        ("\x00", " ", "control character"),
        ("\t", " ", "control character"),
        ("\r", " ", "control character"),
        ("\x1b", " ", "control character"),
        ("\x7f", " ", "control character"),
        ("\x85", " ", "control character"),
        # what nobody sees
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
    assert outcome.substitution.reason == "nothing similar on the x layout"


def test_text_is_cut_where_a_reader_sees_characters():
    assert graphemes("a\r\ne\u0301👍🏽\ud83d!") == ["a", "\r\n", "e\u0301", "👍🏽", "\ud83d", "!"]
    assert graphemes("a\r\nb") == ["a", "\r\n", "b"]
    assert graphemes("ab\n") == ["a", "b", "\n"]
