"""Pure rules judge transcripts, choose windows and set time-outs."""

import pytest

from saykey.flow import SAMPLE_RATE, Verdict
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.guards import loops, verdict
from saykey.recognizer.whisper.window import (
    FULL_WINDOW,
    STEP_ROWS,
    most_tokens,
    phrase_cost,
    window_rows,
)

SECOND = 1_000_000_000


def judged(text, probability=0.95, no_speech=0.0, *, capped=False):
    return verdict(text, probability=probability, no_speech=no_speech, capped=capped)


@pytest.mark.parametrize("text", ["", ".", " - ", "…", "[BLANK_AUDIO]", "(laughs) *sighs*", "[ ."])
def test_a_text_without_words_is_empty(text):
    assert judged(text) is Verdict.EMPTY


@pytest.mark.parametrize("text", ["Thank you.", "Ja.", "5", "次", "[Music] Hello."])
def test_a_text_with_words_is_good(text):
    assert judged(text) is Verdict.GOOD


def test_an_improbable_text_out_of_silence_is_empty():
    assert judged("Thank you.", probability=0.3, no_speech=0.9) is Verdict.EMPTY


def test_a_probable_text_is_kept_although_silence_is_probable_too():
    assert judged("Thank you.", probability=0.9, no_speech=0.9) is Verdict.GOOD


def test_an_improbable_text_is_doubtful():
    assert judged("Seven river to.", probability=0.6) is Verdict.DOUBTFUL


def test_a_text_that_was_cut_off_is_doubtful():
    assert judged("And so on and", capped=True) is Verdict.DOUBTFUL
    assert judged("caf\ufffd") is Verdict.DOUBTFUL


@pytest.mark.parametrize(
    "text",
    ["no no no no", "I think so. I think so. I think so. I think so.", "la" * 200, "a b c. " * 9],
)
def test_a_loop_is_doubtful(text):
    assert judged(text) is Verdict.DOUBTFUL


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
    assert judged("[" * 5000 + "(" * 5000) is Verdict.EMPTY


@pytest.mark.parametrize(("seconds", "rows"), [(0, 64), (1, 128), (2, 192), (5, 320), (10, 576)])
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
