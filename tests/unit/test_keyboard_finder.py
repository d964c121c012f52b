"""A few strokes, and what they showed, identify the layout of a host."""

import re
from functools import cache

import msgspec
import pytest

from saykey.flow import Stroke
from saykey.keyboard import tables
from saykey.keyboard.finder import Board, board_of, matching, next_stroke
from saykey.keyboard.reports import report_of
from saykey.simulated.text_field import TextField

MAIN = re.findall(
    r"\S+",
    """
    us us+intl us+altgr-intl gb ie ca de de+neo at fr fr+bepo fr+oss be ch ch+fr es latam it pt br
    nl se no dk fi is pl cz cz+qwerty sk hu ro hr si rs bg ee lv lt tr tr+f ru ua by kz gr il ara
    ir in th vn ge am us+dvorak us+colemak us+workman
    """,
)
SPACE = Stroke(0x2C)


@cache
def boards() -> dict[str, Board]:
    first, *rest = tables.unpacked().splitlines()
    head = msgspec.json.decode(first, type=tables.Head)
    rows = [msgspec.json.decode(line, type=tables.Row) for line in rest]
    return {row.name: board_of(row, head) for row in rows if row.os == "linux"}


def questions(candidates: tuple[Board, ...], shown: Board) -> tuple[tuple[Board, ...], int]:
    """Ask until no question helps; the layouts left, and the number of questions."""
    asked: list[Stroke] = []
    while (stroke := next_stroke(candidates, asked)) is not None:
        asked.append(stroke)
        candidates = matching(candidates, stroke, shown.shows.get(stroke, "unheard of"))
    return candidates, len(asked)


def test_six_strokes_distinguish_nearly_all_main_layouts(record_property):
    main = tuple(boards()[name] for name in MAIN)
    left = {board.name: questions(main, board) for board in main}
    assert all(name in {board.name for board in found} for name, (found, _) in left.items())
    most = max(count for _, count in left.values())
    alone = sum(len(found) == 1 for found, _ in left.values())
    record_property("strokes that tell a main layout, at most", most)
    record_property("main layouts told from all others", f"{alone} of {len(main)}")
    assert most <= 6
    assert alone >= len(main) - 2


@pytest.mark.parametrize("name", ["us", "de", "fr", "us+intl", "cz", "ru", "gr", "tr+f"])
def test_the_answers_of_a_host_lead_to_its_layout(name):
    candidates = tuple(boards().values())
    asked: list[Stroke] = []
    while (stroke := next_stroke(candidates, asked)) is not None:
        asked.append(stroke)
        candidates = matching(candidates, stroke, answer_of_a_host(name, stroke))
    assert name in {board.name for board in candidates}
    assert len(asked) <= 12


def answer_of_a_host(name: str, stroke: Stroke) -> str:
    field = TextField(*name.partition("+")[::2])
    for state in (Stroke(0, stroke.modifiers), stroke, Stroke(0), SPACE, Stroke(0)):
        field.read(report_of(state).data, at=0)
    return field.text.removesuffix(" ")


def test_one_layout_or_equal_ones_need_no_question():
    us = boards()["us"]
    assert next_stroke((us,)) is None
    assert next_stroke((us, Board("its twin", us.shows))) is None
    assert next_stroke(()) is None


def test_each_stroke_is_asked_once():
    pair = (boards()["us"], boards()["de"])
    first = next_stroke(pair)
    assert first is not None
    assert next_stroke(pair, [first]) != first


def test_a_layout_of_which_a_stroke_is_unknown_remains_a_candidate():
    a = Stroke(0x04)
    known, unknown = Board("known", {a: "a"}), Board("unknown", {})
    assert matching((known, unknown), a, "q") == (unknown,)
    assert matching((known, unknown), a, "a") == (known, unknown)
