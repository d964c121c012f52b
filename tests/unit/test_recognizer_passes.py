"""A doubtful phrase is heard again while there is time; the machine's speed is measured."""

import pytest

from saykey.flow import SAMPLE_RATE, Seam, Verdict
from saykey.recognizer.protocol import Begin
from saykey.recognizer.tally import Tally
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.decoding import Aborted, Heard, Token
from saykey.recognizer.whisper.passes import Bounds, PhraseRequest, final, passes_over
from saykey.recognizer.whisper.retries import Lengths
from saykey.recognizer.whisper.window import FULL_WINDOW
from saykey.simulated.clock import VirtualClock

SECOND = 1_000_000_000
DOUBTED, BELIEVED = 0.2, 0.9
ROWS, WIDE = 224, 352
"""The rows of the windows for a phrase of 3 s with 64 rows of padding."""


class Machine:
    """An engine that takes so many seconds for a pass, and the passes requested of it.

    It checks only at the end of a pass whether it should give up, as an encoder does.
    """

    def __init__(self, *passes, within_s=5.0, gone_after=None):
        self.clock = VirtualClock()
        self.limits = TimeLimits(64, SECOND // 100)
        self.asked = []
        self._passes = passes
        self._gone_after = gone_after
        self._bounds = Bounds(
            self.clock.now, int(within_s * SECOND), lambda: self.asked_for_nothing, self.limits
        )

    @property
    def asked_for_nothing(self):
        return self._gone_after is not None and len(self.asked) >= self._gone_after

    def hear(self, way, given_up):
        took_s, probability, *texts = self._passes[len(self.asked)]
        self.asked.append(way)
        self.clock.advance(int(took_s * SECOND))
        if given_up():
            raise Aborted
        text = texts[0] if texts else f"try {len(self.asked)}"
        tokens = tuple(Token(end + 1, probability) for end in range(len(text)))
        return Heard(text, tokens, 0.0, capped=False, encode_ms=1, total_ms=2)

    def recognise(self, speech=None, attempt=1, before="", together=None):
        begin = Begin(1, "en, de", attempt=attempt, before=before)
        lengths = Lengths(3 * SAMPLE_RATE, together)
        request = PhraseRequest(begin, lengths, 64, speech)
        return final(request, passes_over(self.hear, request, self._bounds))


def test_a_phrase_that_is_believed_is_heard_once():
    machine = Machine((0.1, BELIEVED))
    heard = machine.recognise()
    assert (heard.text, heard.verdict, heard.attempt) == ("try 1", Verdict.GOOD, 1)
    assert (heard.timings.passes, heard.work) == (1, ROWS)
    assert Tally().counted(heard) == Tally(phrases=1)


def test_a_doubtful_one_is_heard_up_to_three_times_and_the_surest_text_is_taken():
    machine = Machine((0.1, DOUBTED), (0.5, 0.3), (0.5, DOUBTED))
    heard = machine.recognise()
    assert (heard.text, heard.verdict, heard.attempt) == ("try 2", Verdict.DOUBTFUL, 2)
    assert [way.rows for way in machine.asked] == [ROWS, WIDE, WIDE]
    assert (heard.timings.passes, heard.timings.total_ms) == (3, 6)
    assert heard.work == ROWS + 2 * WIDE
    assert Tally().counted(heard) == Tally(phrases=1, retried=1, passes=2, doubtful=1)


def test_a_second_attempt_begins_with_the_full_window():
    machine = Machine((0.1, BELIEVED))
    assert machine.recognise(attempt=2).attempt == 2
    assert machine.asked[0].rows == FULL_WINDOW


def test_on_a_slow_machine_a_doubtful_phrase_is_not_heard_again():
    # 4 s for so short a window: the wider one would take 6.3 s, longer than a phrase is allowed
    machine = Machine((4, DOUBTED))
    heard = machine.recognise()
    assert (heard.verdict, heard.attempt, heard.timings.passes) == (Verdict.DOUBTFUL, 1, 1)
    assert Tally().counted(heard).passes == 0


def test_what_one_phrase_took_is_known_at_the_next():
    machine = Machine((0.1, DOUBTED), (3, BELIEVED), (0.1, DOUBTED), within_s=10)
    machine.recognise()
    assert machine.limits.expected(WIDE) == 3 * SECOND
    machine.clock.advance(5 * SECOND)  # less than 3 s are left of the 10
    assert machine.recognise().timings.passes == 1


def test_a_second_pass_that_takes_too_long_is_given_up_and_the_first_text_counts():
    machine = Machine((0.1, DOUBTED), (60, BELIEVED))
    heard = machine.recognise()
    assert (heard.text, heard.verdict, heard.timings.passes) == ("try 1", Verdict.DOUBTFUL, 1)
    assert machine.limits.expected(WIDE) == 60 * SECOND


def test_the_first_pass_is_not_given_up_however_long_it_takes():
    assert Machine((60, BELIEVED)).recognise().text == "try 1"


@pytest.mark.parametrize("passes", [1, 2])
def test_a_phrase_no_longer_wanted_is_given_up_at_the_end_of_the_pass(passes):
    machine = Machine(*[(0.1, DOUBTED)] * 3, gone_after=passes)
    with pytest.raises(Aborted):
        machine.recognise()
    assert len(machine.asked) == passes


def test_where_the_gate_hears_no_speech_the_engine_is_not_asked():
    machine = Machine()
    heard = machine.recognise(speech=0.1)
    assert (heard.text, heard.verdict, heard.language) == ("", Verdict.EMPTY, "en")
    assert (machine.asked, heard.timings.passes, heard.work) == ([], 0, 0)
    assert Tally().counted(heard) == Tally(phrases=1, gated=1)


def test_only_the_words_behind_the_seam_are_judged_and_passed_on():
    machine = Machine((0.1, BELIEVED, "Please enter your password followed by the pound key."))
    heard = machine.recognise(before="Please enter your password.", together=6 * SAMPLE_RATE)
    assert machine.asked[0].joint
    assert (heard.text, heard.seam) == ("followed by the pound key.", Seam(""))
    assert heard.timings.passes == 1


def test_where_the_typed_words_are_not_found_the_phrase_is_heard_alone_even_without_time():
    machine = Machine((9, BELIEVED, "Something else."), (9, BELIEVED, "Go on."), within_s=1)
    heard = machine.recognise(before="Please enter your password.", together=6 * SAMPLE_RATE)
    assert [way.joint for way in machine.asked] == [True, False]
    assert (heard.text, heard.seam, heard.verdict) == ("Go on.", None, Verdict.GOOD)
