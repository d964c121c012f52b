"""Statistics of many dictations: how long one waits, and how often a phrase is heard again."""

from saykey import effects as fx
from saykey import events as ev
from saykey import looks
from saykey import requests as rq
from saykey.control.status import in_words
from saykey.flow import PhraseId, Timings, Transcript, Verdict
from saykey.latency import NS_PER_MS, REMEMBERED, Latency, Record, note, remember
from saykey.settings.schema import Settings
from saykey.state.device import initial


class Days:
    """Dictations one after another, each a second long."""

    def __init__(self):
        self.latency, self.record, self.dictation, self.now_ms = Latency(), Record(), 0, 0

    def step(self, event, *effects):
        before = self.latency
        self.latency = note(before, event, effects, self.now_ms * NS_PER_MS)
        self.record = remember(self.record, event, before, self.latency)

    def press(self):
        self.dictation += 1
        self.step(rq.DictationStarted(0), fx.OpenCapture(self.dictation, 0))

    def release(self):
        self.now_ms += 1000
        at = self.now_ms * NS_PER_MS
        self.step(rq.DictationEnded(at), fx.CloseCapture(self.dictation, at))

    def hear(self, wait_ms, passes=1):
        self.now_ms += wait_ms
        phrase = PhraseId(self.dictation, 1)
        timings = Timings(passes=passes)
        self.step(
            ev.Recognised(
                Transcript(phrase, 1, "Yes.", "en", "m", 1, Verdict.GOOD, timings=timings)
            )
        )

    def dictate(self, wait_ms, passes=1):
        self.press()
        self.release()
        self.hear(wait_ms, passes)


def test_five_of_a_hundred_dictations_may_take_longer_than_the_95th_percentile():
    days = Days()
    for wait_ms in range(1, 101):
        days.dictate(wait_ms)
    assert days.record.p95_ms == 95


def test_a_dictation_counts_once_with_its_last_phrase():
    days = Days()
    days.dictate(100)
    days.hear(200)
    assert days.record.waits_ms == (300,)


def test_text_that_was_there_at_the_release_was_no_wait():
    days = Days()
    days.press()
    days.hear(500)
    days.release()
    assert days.record.waits_ms == (0,)


def test_a_dictation_in_which_nothing_was_said_does_not_count():
    days = Days()
    days.press()
    days.release()
    days.dictate(50)
    assert days.record.waits_ms == (50,)
    assert Record().p95_ms is None


def test_old_dictations_are_forgotten_but_the_counts_go_on():
    days = Days()
    for _ in range(REMEMBERED + 5):
        days.dictate(10)
    assert len(days.record.waits_ms) == REMEMBERED
    assert days.record.recognised == REMEMBERED + 5


def test_phrases_heard_again_are_counted_and_those_without_speech_left_out():
    days = Days()
    for passes in (1, 3, 0, 1, 2):
        days.dictate(10, passes)
    assert (days.record.recognised, days.record.again) == (4, 2)


def test_the_status_holds_both_without_a_word_that_was_said():
    days = Days()
    days.dictate(120)
    days.dictate(340, passes=2)
    device = initial(Settings()).device
    told = in_words(looks.status(device, days.record))
    assert "1 of 2 heard again (50.0%), text within 340 ms of 95 % of releases" in told
    assert "Yes" not in told
    assert "heard again" not in in_words(looks.status(device))
