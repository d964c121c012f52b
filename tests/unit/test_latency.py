"""The three latencies, folded step by step."""

from story import DESK, inserting

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.flow import PhraseId, Transcript, Verdict
from saykey.latency import NS_PER_MS, Latency, note


def after(*steps: tuple[int, ev.Event, tuple[fx.Effect, ...]]) -> Latency:
    """The latencies after steps of (milliseconds, event, effects)."""
    latency = Latency()
    for at_ms, event, effects in steps:
        latency = note(latency, event, effects, at_ms * NS_PER_MS)
    return latency


def heard(number: int) -> ev.Recognised:
    phrase = PhraseId(1, number)
    return ev.Recognised(Transcript(phrase, 1, "Yes.", "en", "m", 1, Verdict.GOOD))


PRESS = (0, rq.DictationStarted(0), (fx.OpenCapture(1, 0),))


def release(at_ms: int) -> tuple[int, ev.Event, tuple[fx.Effect, ...]]:
    at = at_ms * NS_PER_MS
    return at_ms, rq.DictationEnded(at), (fx.CloseCapture(1, at),)


def test_text_that_comes_after_the_release_was_waited_for() -> None:
    latency = after(
        PRESS,
        release(1000),
        (1300, heard(1), (fx.TypeEdits(1, "desk", DESK, inserting("Yes.")),)),
        (1302, ev.TypingBegan(1), ()),
        (1340, ev.TypingFinished(1), ()),
    )
    assert latency.release_to_transcript_ms == 300
    assert latency.release_to_first_report_ms == 302
    assert latency.release_to_last_report_ms == 340


def test_the_closing_mark_is_the_last_report_but_not_the_first() -> None:
    latency = after(
        PRESS,
        release(1000),
        (1300, heard(1), (fx.TypeEdits(1, "desk", DESK, inserting("Yes")),)),
        (1302, ev.TypingBegan(1), ()),
        (1340, ev.TypingFinished(1), (fx.TypeEdits(2, "desk", DESK, inserting(".")),)),
        (1341, ev.TypingBegan(2), ()),
        (1350, ev.TypingFinished(2), ()),
    )
    assert latency.release_to_first_report_ms == 302
    assert latency.release_to_last_report_ms == 350


def test_text_that_was_there_before_the_release_cost_no_wait() -> None:
    latency = after(
        PRESS,
        (700, heard(1), (fx.TypeEdits(1, "desk", DESK, inserting("Yes.")),)),
        (702, ev.TypingBegan(1), ()),
        (740, ev.TypingFinished(1), ()),
        release(1000),
    )
    assert latency.release_to_transcript_ms == 0
    assert latency.release_to_last_report_ms == 0


def test_the_last_phrase_is_what_counts() -> None:
    latency = after(PRESS, (700, heard(1), ()), release(1000), (1200, heard(2), ()))
    assert latency.release_to_transcript_ms == 200


def test_a_dictation_without_text_has_no_latency() -> None:
    assert after(PRESS, release(1000)).release_to_transcript_ms is None


def test_a_new_dictation_starts_from_nothing() -> None:
    again = (2000, rq.DictationStarted(0), (fx.OpenCapture(2, 0),))
    latency = after(PRESS, release(1000), (1300, heard(1), ()), again)
    assert latency == Latency(dictation=2)
