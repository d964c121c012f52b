"""A typed piece is erased by the right number of backspaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import Erase, Insert
from saykey.keyboard.erase import BACKSPACE, Editor, backspaces, erasing, shown_for
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.pace import PACES, SLOW
from saykey.keyboard.profile import NewLine, Profile
from saykey.keyboard.reports import Planner, completed
from saykey.keyboard.strokes import graphemes
from saykey.keyboard.units import split
from saykey.simulated.text_field import TextField

US = load_layout("linux", "us")
DE = load_layout("linux", "de")
PLAIN = Profile()
E_ACUTE, KI, FAMILY, THUMB, FLAG = (
    "e\u0301",
    "\u0915\u093f",
    "👨\u200d👩\u200d👧",
    "👍🏽",
    "🇩🇪",
)


def erased(text, layout, profile):
    """The number of backspaces that erase a text typed with this layout and profile."""
    strokes = [each for one in graphemes(text) for each in erasing(one, layout, profile)]
    assert set(strokes) <= {BACKSPACE}
    return len(strokes)


@pytest.mark.parametrize("editor", Editor)
@pytest.mark.parametrize(
    ("shown", "count"), [("", 0), ("Hello.\n", 7), ("né…", 3), ("Жя", 2), ("😀", 1)]
)
def test_editors_agree_on_letters_of_one_code_point(shown, count, editor):
    assert backspaces(shown, editor) == count


@pytest.mark.parametrize(
    ("grapheme", "graphemes", "pango", "emoji_whole", "code_points"),
    [
        (E_ACUTE, 1, 1, 2, 2),
        (KI, 1, 2, 2, 2),
        ("\u0b95\u0bca", 1, 1, 2, 2),  # Tamil: a vowel sign of two parts
        ("\u1112\u1161\u11ab", 1, 3, 3, 3),  # Hangul in jamo
        ("≠", 1, 2, 1, 1),
        ("\u0622", 1, 1, 1, 1),  # Arabic alef with madda
        ("\u06c2", 1, 2, 1, 1),  # Arabic heh with hamza
        ("한", 1, 1, 1, 1),
        (FAMILY, 1, 1, 1, 5),
        (THUMB, 1, 1, 1, 2),
        (FLAG, 1, 1, 1, 2),
        ("1\ufe0f\u20e3", 1, 1, 1, 3),
    ],
)
def test_editors_differ_on_what_has_parts(grapheme, graphemes, pango, emoji_whole, code_points):
    assert backspaces(grapheme, Editor.GRAPHEMES) == graphemes
    assert backspaces(grapheme, Editor.PANGO) == pango
    assert backspaces(grapheme, Editor.EMOJI_WHOLE) == emoji_whole
    assert backspaces(grapheme, Editor.CODE_POINTS) == code_points


def test_a_substitution_is_taken_back_as_it_was_typed():
    assert shown_for("Wait… – ß", US, PLAIN) == "Wait... - ss"
    assert erased("Wait… – ß", US, PLAIN) == 12
    assert erased("Wait… ß", DE, PLAIN) == 7


def test_invisible_characters_that_were_not_typed_cost_no_backspace():
    assert erased("\ufeffa\u200b", US, PLAIN) == 1


def test_a_new_line_is_one_backspace_however_it_was_typed():
    for newline in NewLine:
        assert erased("a\r\nb", US, Profile(newline=newline)) == 3


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_backspace_goes_up_between_two(pace):
    plan = Planner(US, Profile(pace=pace)).plan_edits((Erase("ab"),))
    assert [report.data.hex() for report in plan.reports] == ["00002a0000000000", "00" * 8] * 2
    assert plan.units == ("b", "a")


def test_each_backspace_is_held_as_the_pace_says():
    plan = Planner(US, Profile(pace=SLOW)).plan_edits((Erase("a"),))
    assert [report.hold_ns for report in plan.reports] == [SLOW.key_ns, SLOW.up_ns]


def test_a_stop_while_erasing_leaves_the_beginning_of_the_text():
    plan = Planner(US).plan_edits((Insert("x"), Erase("Wait…")))
    sent = plan.completes.index(3) + 1  # the x, the ellipsis with three backspaces, and the t
    assert split((Insert("x"), Erase("Wait…")), completed(plan, sent)) == (
        (Insert("x"), Erase("t…")),
        (Erase("Wai"),),
    )


@given(
    st.text("aZ .,\n’“…é–ßЖ\u200b\t", max_size=30),
    st.text("xyz \n", max_size=10),
    st.sampled_from([US, DE]),
)
def test_erasing_a_piece_leaves_what_stood_before_it(piece, before, layout):
    field = TextField(layout.name)
    planner = Planner(layout)
    for report in (*planner.plan(before).reports, *planner.plan(piece).reports):
        field.read(report.data, at=0)
    assert field.text == before + shown_for(piece, layout, PLAIN)
    for report in planner.plan_edits((Erase(piece),)).reports:
        field.read(report.data, at=0)
    assert field.text == before
