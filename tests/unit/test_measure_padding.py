"""How the padding of a model is found: count wrong words, take the cheapest good window."""

import pytest

from saykey.flow import SAMPLE_RATE
from saykey.measure.padding import (
    Outcome,
    Recording,
    chosen,
    difference,
    outcomes,
    spoken_words,
    word_errors,
)
from saykey.measure.process import Text
from saykey.recognizer.whisper.window import FULL_WINDOW

SAID = "the train is late again"
STEPS_3 = 3.84
"""Seconds that fill three steps of 64 rows exactly, so rounding up adds no silence."""


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("the train is late again", 0),
        ("the train was late again", 1),
        ("train is late again", 1),
        ("the train is very late again", 1),
        ("", 5),
        ("again late is train the", 4),
    ],
)
def test_errors_are_the_fewest_words_to_mend(heard, errors):
    assert word_errors(SAID.split(), heard.split()) == errors


def recordings(*seconds):
    return [Recording(SAID, bytes(2 * round(SAMPLE_RATE * length))) for length in seconds]


class Model:
    """Hears well in a window with ``needed`` rows of silence; with fewer it loops or is wrong."""

    def __init__(self, needed, worse="nonsense"):
        self.needed, self.worse, self.windows = needed, worse, []

    def hear(self, order):
        self.windows.append(order.rows)
        speech = len(order.pcm16) // 2 // 320
        if order.rows >= min(speech + self.needed, FULL_WINDOW):
            return Text(SAID, 0.95, 0.0, capped=False, cpu_ms=1.0)
        if self.worse == "loops":
            return Text("train " * 20, 0.9, 0.0, capped=True, cpu_ms=1.0)
        return Text("a crane is late again", 0.95, 0.0, capped=False, cpu_ms=1.0)


def measured(model, *seconds):
    said = recordings(*seconds)
    return outcomes(said, model.hear, "en"), sum(spoken_words(said))


@pytest.mark.parametrize(
    ("needed", "padding"), [(0, 0), (10, 16), (128, 128), (130, 192), (800, None)]
)
def test_the_least_padding_that_is_enough_is_chosen(needed, padding):
    found, spoken = measured(Model(needed), *[STEPS_3] * 10)
    assert chosen(found, spoken).padding == padding


def test_what_the_guards_doubt_is_heard_again_and_costs_a_full_window():
    found, _ = measured(Model(100, worse="loops"), STEPS_3, STEPS_3)
    of = {outcome.padding: outcome for outcome in found}
    assert (sum(of[64].errors), of[64].again, of[64].rows) == (0, 2, 256 + FULL_WINDOW)
    assert (sum(of[128].errors), of[128].again, of[128].rows) == (0, 0, 320)


def test_second_tries_make_a_short_window_dearer_than_a_longer_one():
    found, spoken = measured(Model(100, worse="loops"), *[STEPS_3] * 10)
    assert chosen(found, spoken).padding == 128


def test_each_window_is_heard_once_and_the_full_one_serves_all_that_reach_it():
    model = Model(0)
    measured(model, 19.2)
    assert sorted(model.windows) == [960, 976, 992, 1024, 1088, 1152, 1216, 1344, 1472, FULL_WINDOW]


def outcome(padding, *errors, rows=None):
    return Outcome(padding, errors, 0, rows if rows is not None else float(padding or FULL_WINDOW))


def test_a_lucky_short_padding_below_a_bad_one_does_not_count():
    found = [outcome(None, 1), outcome(64, 0), outcome(128, 9), outcome(256, 1)]
    assert chosen(found, 100).padding == 256


def test_two_more_wrong_words_in_a_thousand_are_tolerated():
    found = [outcome(None, 10), outcome(64, 13), outcome(128, 12)]
    assert chosen(found, 1000).padding == 128


def test_without_a_difference_the_interval_is_empty():
    assert difference([1, 0, 2], [1, 0, 2], [5, 5, 5]) == (0.0, 0.0, 0.0)


def test_the_interval_holds_the_difference_and_narrows_with_more_recordings():
    few = difference([0, 1] * 20, [1, 1] * 20, [10] * 40)
    many = difference([0, 1] * 400, [1, 1] * 400, [10] * 800)
    assert few[0] < few[1] < few[2]
    assert few[1] == many[1] == 0.05
    assert many[2] - many[0] < (few[2] - few[0]) / 3
