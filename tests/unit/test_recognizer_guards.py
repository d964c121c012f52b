"""Pure rules judge transcripts, choose windows and set time-outs."""

import pytest

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.guards import Doubt, doubt, is_empty, loops
from saykey.recognizer.whisper.window import (
    FULL_WINDOW,
    STEP_ROWS,
    most_tokens,
    phrase_cost,
    window_rows,
)

SECOND = 1_000_000_000


def empty(text, probability=0.95, no_speech=0.0):
    return is_empty(text, probability=probability, no_speech=no_speech)


def doubted(text, probability=0.95, *, capped=False, seconds=3.0):
    return doubt(text, probability=probability, capped=capped, seconds=seconds)


@pytest.mark.parametrize("text", ["", ".", " - ", "…", "[BLANK_AUDIO]", "(laughs) *sighs*", "[ ."])
def test_a_text_without_words_is_empty(text):
    assert empty(text)


@pytest.mark.parametrize("text", ["Thank you.", "Ja.", "5", "次", "[Music] Hello."])
def test_a_text_with_words_is_good(text):
    assert not empty(text)
    assert doubted(text) is None


def test_an_improbable_text_out_of_silence_is_empty():
    assert empty("Thank you.", probability=0.3, no_speech=0.9)


def test_a_probable_text_is_kept_although_silence_is_probable_too():
    assert not empty("Thank you.", probability=0.9, no_speech=0.9)


def test_an_improbable_text_is_doubtful():
    assert doubted("Seven river to.", probability=0.3) is Doubt.IMPROBABLE


def test_the_more_words_a_text_has_the_more_probable_it_must_be():
    assert doubted("Minute.", probability=0.41) is None
    assert doubted("Number will be the Earl of", probability=0.6) is Doubt.IMPROBABLE
    assert doubted("Number will be the Earl of", probability=0.76) is None
    assert doubted("And the same for a long one " * 2, probability=0.76) is None


def test_a_text_that_was_cut_off_is_doubtful():
    assert doubted("And so on and", capped=True) is Doubt.CUT_OFF
    assert doubted("caf\ufffd") is Doubt.CUT_OFF


@pytest.mark.parametrize(
    "text",
    ["no no no no", "I think so. I think so. I think so. I think so.", "0 0 0 0", "a b c. " * 5],
)
def test_repeats_that_can_have_been_said_wait_for_another_hearing(text):
    assert doubted(text) is Doubt.REPEATED


@pytest.mark.parametrize("text", ["la" * 200, "I think so. " * 10, "7, " * 40])
def test_what_there_was_no_time_to_say_is_a_loop(text):
    assert doubted(text) is Doubt.IMPOSSIBLE
    assert doubted(text, seconds=30) is not Doubt.IMPOSSIBLE


def test_a_few_words_for_a_long_phrase_wait_for_another_hearing():
    assert doubted("Thank you for calling!", seconds=20) is Doubt.SHORT
    assert doubted("Thank you for calling!", seconds=4) is None


@pytest.mark.parametrize(
    "text",
    [
        "No, no, no.",
        "One two three one two three.",
        "Thank you for your new report. I need to buy bread and coffee. Please call the doctor on "
        "Monday. You should check the phone number now.",
    ],
)
def test_ordinary_speech_is_no_loop(text):
    assert not loops(text)


def test_many_brackets_are_judged_quickly():
    assert empty("[" * 5000 + "(" * 5000)


@pytest.mark.parametrize(("seconds", "rows"), [(0, 64), (1, 128), (2, 176), (5, 320), (10, 576)])
def test_short_phrases_get_short_windows_where_the_model_allows(seconds, rows):
    assert window_rows(seconds * SAMPLE_RATE, 64) == rows
    assert window_rows(seconds * SAMPLE_RATE, None) == FULL_WINDOW


@pytest.mark.parametrize("seconds", range(31))
def test_a_window_holds_the_phrase_and_no_more_than_there_is(seconds):
    rows = window_rows(seconds * SAMPLE_RATE, 64)
    assert 50 * seconds <= rows <= FULL_WINDOW


def test_the_token_limit_leaves_room_for_fast_speech_and_the_library():
    assert most_tokens(0) >= 24
    assert most_tokens(5 * SAMPLE_RATE) >= 5 * 14
    assert most_tokens(30 * SAMPLE_RATE) < 448 // 2 - 4


@pytest.mark.parametrize("padding", [0, 64, 768, None])
@pytest.mark.parametrize("seconds", range(31))
def test_a_phrase_costs_the_rows_it_is_heard_with_and_little_more(seconds, padding):
    samples = seconds * SAMPLE_RATE
    rows = window_rows(samples, padding)
    cost = phrase_cost(padding).of(samples)
    assert cost >= rows
    assert cost <= rows + STEP_ROWS or rows == FULL_WINDOW


def limits(probe_ms):
    """The limits of a machine that took so long for a probe of 64 rows."""
    return TimeLimits(64, probe_ms * SECOND // 1000)


def test_before_anything_was_measured_the_probe_bounds_a_phrase():
    assert limits(12).allowance(FULL_WINDOW) == pytest.approx(7.8 * SECOND, rel=0.01)


def test_a_slow_machine_is_waited_for():
    slow = limits(3000)
    assert slow.allowance(FULL_WINDOW) > 5 * slow.expected(FULL_WINDOW) > 300 * SECOND


def test_the_wait_follows_the_slowest_recent_phrase():
    known = limits(12)
    known.measured(300, 3 * SECOND)
    slow = known.allowance(300)
    assert slow == 5 * SECOND + 10 * 3 * SECOND
    for _ in range(50):
        known.measured(300, SECOND // 10)
    assert 5 * SECOND < known.allowance(300) < slow


def test_the_first_phrase_counts_more_than_the_probe():
    known = limits(3000)
    known.measured(300, SECOND // 10)
    assert known.allowance(300) == 5 * SECOND + SECOND
