"""Gestures depend on the times of the edges alone, however often the clock is read."""

from hypothesis import given
from hypothesis import strategies as st

from saykey.flow import Edge
from saykey.panel.gestures import NS_PER_MS, ButtonState, step
from saykey.settings.schema import ButtonSettings

times = st.integers(0, 3000).map(lambda ms: ms * NS_PER_MS)
edges = st.lists(st.builds(Edge, times, st.booleans()), max_size=12).map(
    lambda found: sorted(found, key=lambda edge: edge.at)
)
tap_lengths = st.integers(50, 1000)
END = 10_000 * NS_PER_MS


def play(happenings, tap_ms):
    state, made = ButtonState(), []
    for happened in [*happenings, END]:
        state, gestures = step(state, happened, ButtonSettings(tap_ms=tap_ms))
        made += gestures
    return state, made


@given(edges, st.lists(times, max_size=12), tap_lengths)
def test_looking_at_the_clock_more_often_changes_nothing(happened, looks, tap_ms):
    looked = sorted([*happened, *looks], key=lambda h: h.at if isinstance(h, Edge) else h)
    assert play(looked, tap_ms) == play(happened, tap_ms)


@given(edges, tap_lengths)
def test_an_edge_reported_twice_counts_once(happened, tap_ms):
    twice = [each for edge in happened for each in (edge, edge)]
    assert play(twice, tap_ms) == play(happened, tap_ms)


@given(st.lists(st.builds(Edge, times, st.booleans()), max_size=12), tap_lengths)
def test_times_never_run_back_even_if_those_of_the_edges_do(happened, tap_ms):
    _, made = play(happened, tap_ms)
    assert [gesture.at for gesture in made] == sorted(gesture.at for gesture in made)


@given(edges, st.integers(0, 10**9), tap_lengths)
def test_only_differences_of_time_matter(happened, later, tap_ms):
    shifted = [Edge(edge.at + later, edge.down) for edge in happened]
    moved = [(g.kind, g.at - later) for g in play(shifted, tap_ms)[1]]
    assert moved == [(g.kind, g.at) for g in play(happened, tap_ms)[1]]
