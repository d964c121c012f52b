"""The invariants hold in every order of events, and every effect is needed for that."""

from collections.abc import Iterable

import pytest
from walk import Life, Violation, walk

from saykey import effects as fx
from saykey import events as ev
from saykey.state import outcomes

BUTTON = frozenset({"button"})
DOUBTS = frozenset({"socket", "doubts"})
HOSTS = frozenset({"socket", "hosts"})
SEAMS = frozenset({"socket", "seams"})
LENT = frozenset({"socket", "lent"})
CABLE = ("usb:/dev/hidg0", "usb:/dev/hidg0")

SHORT = (
    Life(presses=1, phrases=2, luck=1, ways=SEAMS),
    Life(presses=1, phrases=3, luck=0, ways=SEAMS),
    Life(presses=2, phrases=2, luck=0, ways=LENT),
    Life(presses=2, phrases=1, luck=1, ways=DOUBTS, doubtful="type"),
    Life(presses=1, phrases=1, luck=2, ways=HOSTS),
)
"""The lives of SMALL are walked too: all together 56 s of CPU. In LONG are the lives that take too
long: three phrases with a disturbance (80 s) and two presses where doubtful text is dropped."""

LONG = (
    Life(presses=2, phrases=2, luck=1, ways=LENT),
    Life(presses=1, phrases=3, luck=1, ways=SEAMS),
    Life(presses=2, phrases=3, luck=0, ways=SEAMS),
    Life(presses=1, phrases=3, luck=0, ways=SEAMS | DOUBTS, doubtful="type"),
    Life(presses=1, phrases=2, luck=1, ways=SEAMS | DOUBTS, doubtful="hold"),
    Life(presses=1, phrases=2, luck=2, ways=SEAMS),
    Life(presses=1, phrases=2, luck=2),
    Life(presses=1, phrases=3, luck=2),
    Life(presses=2, phrases=2, luck=1),
    Life(presses=2, phrases=3, luck=1),
    Life(presses=2, phrases=2, luck=1, ways=DOUBTS, doubtful="type"),
    Life(presses=2, phrases=2, luck=1, ways=DOUBTS, doubtful="drop"),
    Life(presses=2, phrases=2, luck=1, ways=BUTTON, doubtful="type"),
    Life(presses=2, phrases=1, luck=1, ways=BUTTON, button="toggle"),
    Life(presses=2, phrases=1, luck=2, ways=HOSTS),
    Life(presses=1, phrases=2, luck=2, ways=HOSTS, cables=CABLE),
)
SMALL = (
    (Life(1, 1, 1), Life(1, 1, 2), Life(2, 1, 1)),
    (Life(2, 1, 0, LENT), Life(1, 1, 1, LENT)),
    (Life(1, 1, 1, DOUBTS, "type"),),
    (Life(1, 1, 1, DOUBTS, "drop"),),
    (Life(1, 1, 1, BUTTON), Life(2, 1, 1, BUTTON)),
    (Life(1, 1, 1, BUTTON, button="toggle"),),
    (Life(1, 1, 1, HOSTS),),
    (Life(1, 1, 1, HOSTS, cables=CABLE),),
)
"""The smallest lives in which a deleted effect is noticed, for each kind of world."""

NOT_NEEDED = {
    # a piece that was typed completely has ended with the all-zero report
    ("TypingFinished", "ReleaseKeys"),
}


MISSED_AFTER_TWO_DISTURBANCES = {
    # the link came back just before the shutdown
    ("ShutdownWanted", "ReleaseKeys"),
}


@pytest.mark.parametrize("life", SHORT, ids=str)
def test_no_order_of_events_breaks_a_promise(life: Life, record_property) -> None:
    states = walk(life)
    record_property(f"states of {life}", states)
    assert states > 1_000


@pytest.mark.long
@pytest.mark.parametrize("life", LONG, ids=str)
def test_no_longer_order_of_events_breaks_a_promise(life: Life, record_property) -> None:
    states = walk(life)
    record_property(f"states of {life}", states)
    assert states > 30_000


@pytest.mark.parametrize("lives", SMALL, ids=lambda lives: str(lives[0]))
def test_deleting_any_single_effect_breaks_a_promise(
    lives: tuple[Life, ...], record_property
) -> None:
    """So the walk notices if a line that emits an effect is removed from the code."""
    pairs = {life: pairs_in(life) for life in lives}
    every = set().union(*pairs.values())
    record_property(f"pairs of event and effect of {lives[0]}", len(every))
    other = set() if any(life.luck > 1 for life in lives) else MISSED_AFTER_TWO_DISTURBANCES
    unnoticed = {
        pair
        for pair in every - NOT_NEEDED - other
        if not is_missed(pair, (life for life in lives if pair in pairs[life]))
    }
    assert unnoticed == set()


@pytest.mark.parametrize(
    ("luck", "broken"),
    [(0, "the mark behind A was not typed"), (1, "the mark behind A is lost in held text")],
)
def test_a_closing_mark_that_waits_for_ever_breaks_a_promise(luck, broken, monkeypatch) -> None:
    monkeypatch.setattr(outcomes, "_close", lambda device, _dictation: device)
    with pytest.raises(Violation, match=broken):
        walk(Life(1, 1, luck))


def test_each_kind_of_effect_is_begun_in_the_smallest_world() -> None:
    begun = {effect for _, effect in pairs_in(Life(1, 1, 1, HOSTS, cables=CABLE))}
    assert begun == {kind.__name__ for kind in fx.Effect.__args__}


def pairs_in(life: Life) -> set[tuple[str, str]]:
    """The pairs of event and effect types that occur in this world."""
    pairs: set[tuple[str, str]] = set()

    def note(event: ev.Event, effect: fx.Effect) -> bool:
        pairs.add((type(event).__name__, type(effect).__name__))
        return True

    walk(life, note)
    return pairs


def is_missed(pair: tuple[str, str], lives: Iterable[Life]) -> bool:
    """Whether an invariant breaks in one of these worlds without this effect of this event."""

    def without(event: ev.Event, effect: fx.Effect) -> bool:
        return (type(event).__name__, type(effect).__name__) != pair

    for life in lives:
        try:
            walk(life, without)
        except Violation:
            return True
    return False
