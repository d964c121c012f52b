"""The button's gestures, by worked examples and exhaustively for short sequences."""

from itertools import pairwise, product
from pathlib import Path

import pytest

from saykey.flow import Edge, Gesture, GestureKind
from saykey.panel.gestures import NS_PER_MS, ButtonState, deadline, step
from saykey.settings.schema import ButtonSettings

SETTINGS = ButtonSettings(tap_ms=300)
TAP = 300 * NS_PER_MS
EXAMPLES = Path(__file__).with_name("test_gestures_examples.txt")


def gestures_of(edges, *, late=(), settings=SETTINGS):
    """Play edges as the hub does: each deadline has a timer, except before a late edge."""
    state, made = ButtonState(), []
    for edge in edges:
        due = deadline(state)
        if due is not None and due <= edge.at and edge not in late:
            state, gestures = step(state, due, settings)
            made += gestures
        state, gestures = step(state, edge, settings)
        made += gestures
    if (due := deadline(state)) is not None:
        state, gestures = step(state, due, settings)
        made += gestures
    assert deadline(state) is None
    return made


def examples():
    _header, *blocks = EXAMPLES.read_text(encoding="utf-8").split("\n\n")
    for block in blocks:
        name, *lines = block.strip().splitlines()
        edges, late, expected = [], [], []
        for line in lines:
            if line.startswith("=>"):
                _, at, kind = line.split(maxsplit=2)
                expected.append(Gesture(GestureKind(kind), int(at) * NS_PER_MS))
                continue
            at, way, *rest = line.split()
            edges.append(Edge(int(at) * NS_PER_MS, way == "down"))
            late += edges[-1:] if rest == ["late"] else []
        yield pytest.param(edges, late, expected, id=name.removeprefix("# "))


@pytest.mark.parametrize(("edges", "late", "expected"), list(examples()))
def test_worked_example(edges, late, expected):
    assert gestures_of(edges, late=late) == expected


def stories(length):
    """Every sequence of edges and of time without edges, with pauses around the limit."""
    pauses = (0, TAP - 1, TAP, TAP + 1)
    moves = list(product(("down", "up", "wait"), pauses))
    return product(moves, repeat=length)


def told(story):
    state, at, made = ButtonState(), 0, []
    for move, pause in story:
        at += pause
        happened = at if move == "wait" else Edge(at, move == "down")
        state, gestures = step(state, happened, SETTINGS)
        made.append((happened, gestures))
    return state, made


def test_in_every_short_story_the_gestures_obey_the_rules():
    checked = 0
    for story in stories(4):
        _, made = told(story)
        gestures = [g for _, each in made for g in each]
        check_order(gestures)
        check_lengths(gestures)
        checked += 1
    assert checked == 12**4


def check_order(gestures):
    assert [g.at for g in gestures] == sorted(g.at for g in gestures)
    ways = [g.kind for g in gestures if g.kind in {GestureKind.PRESS, GestureKind.RELEASE}]
    assert ways[::2] == [GestureKind.PRESS] * len(ways[::2])
    assert ways[1::2] == [GestureKind.RELEASE] * len(ways[1::2])
    kinds = [g.kind for g in gestures]
    for before, after in pairwise(kinds):
        if after is GestureKind.HOLD:
            assert before is GestureKind.PRESS
        if after in {GestureKind.TAP, GestureKind.DOUBLE_TAP}:
            assert before is GestureKind.RELEASE


def check_lengths(gestures):
    pressed = first_tap = None
    for number, gesture in enumerate(gestures):
        after = gestures[number + 1].kind if number + 1 < len(gestures) else None
        match gesture.kind:
            case GestureKind.PRESS:
                pressed = gesture.at
            case GestureKind.HOLD:
                assert gesture.at == pressed + TAP
            case GestureKind.RELEASE:
                short = gesture.at < pressed + TAP
                assert (after in {GestureKind.TAP, GestureKind.DOUBLE_TAP}) == short
            case GestureKind.TAP:
                assert first_tap is None or pressed >= first_tap + TAP
                first_tap = gesture.at
            case GestureKind.DOUBLE_TAP:
                assert pressed < first_tap + TAP
                first_tap = None


def test_press_and_release_are_reported_on_the_edge_itself():
    for story in stories(3):
        down = False
        for happened, gestures in told(story)[1]:
            kinds = [g.kind for g in gestures]
            changed = isinstance(happened, Edge) and happened.down != down
            assert (GestureKind.PRESS in kinds) == (changed and not down)
            assert (GestureKind.RELEASE in kinds) == (changed and down)
            down ^= changed


def test_a_button_that_is_up_needs_no_timer():
    for story in stories(3):
        state, _ = told(story)
        assert state.down or deadline(state) is None
