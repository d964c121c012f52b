"""The device keeps its promises in every order of events, and every effect is needed for that."""

import pytest
from walk import Bounds, Violation, walk

from saykey import effects as fx
from saykey import events as ev

SHORT = (Bounds(presses=1, phrases=3, luck=1), Bounds(presses=1, phrases=2, luck=2))
"""Three phrases with one disturbance anywhere; two phrases with two disturbances."""

TWO_DICTATIONS = Bounds(presses=2, phrases=2, luck=1)


@pytest.mark.parametrize("bounds", [*SHORT, TWO_DICTATIONS], ids=str)
def test_no_order_of_events_breaks_a_promise(bounds: Bounds, record_property) -> None:
    states = walk(bounds)
    record_property(f"states of {bounds}", states)
    assert states > 30_000


@pytest.mark.long
@pytest.mark.parametrize("bounds", [Bounds(1, 3, 2), Bounds(2, 3, 1)], ids=str)
def test_no_longer_order_of_events_breaks_a_promise(bounds: Bounds, record_property) -> None:
    states = walk(bounds)
    record_property(f"states of {bounds}", states)
    assert states > 300_000


NOT_NEEDED = {
    # a piece that was typed to its end has ended with the all-zero report
    ("TypingFinished", "ReleaseKeys"),
}


def test_deleting_any_single_effect_breaks_a_promise(record_property) -> None:
    """So the walk would notice if a line that emits an effect were lost from the code."""
    pairs: set[tuple[str, str]] = set()

    def note(event: ev.Event, effect: fx.Effect) -> bool:
        pairs.add((type(event).__name__, type(effect).__name__))
        return True

    small = (Bounds(1, 1, 1), Bounds(2, 1, 1), Bounds(1, 2, 1), Bounds(1, 1, 2))
    for bounds in small:
        walk(bounds, note)
    assert {effect for _, effect in pairs} == {kind.__name__ for kind in fx.Effect.__args__}

    unnoticed = []
    for pair in sorted(pairs):

        def without(event: ev.Event, effect: fx.Effect, gone: tuple[str, str] = pair) -> bool:
            return (type(event).__name__, type(effect).__name__) != gone

        try:
            for bounds in small:
                walk(bounds, without)
        except Violation:
            continue
        unnoticed.append(pair)
    record_property("pairs of event and effect", len(pairs))
    assert set(unnoticed) == NOT_NEEDED
