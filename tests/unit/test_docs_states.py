"""docs/states.md shows the tables as they are."""

import draw_states


def test_the_drawn_states_are_those_of_the_code() -> None:
    assert draw_states.PAGE.read_text(encoding="utf-8") == draw_states.page(), "run `make docs`"
