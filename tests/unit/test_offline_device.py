"""The offline device: dictations from recordings, with the times of the device."""

import pytest
from offline_rig import Doubting, LoadsOnce, amplified, dictate, quiet, script, voice

from saykey.errors import ModelError
from saykey.flow import Erase, Insert, PhraseId, Press, Stroke
from saykey.offline.parts import carried_out

PHRASE = quiet(0.5) + voice(1.0) + quiet(1.0)
"""A phrase, and a silence in which the hang-over ends."""

CLIPPED = quiet(0.5) + voice(1.0)
"""The button goes up with the last sample of the voice."""

PAUSED_S = 0.38
"""From the last sample of a voice until the device knows of a short pause: the detector takes
0.12 s of silence for voice, and then `pause_ms` pass."""

CLOSE_MS = 2 * 5.0
"""How exactly times are known here: the test's clock advances in steps of 5 ms."""


def test_the_phrases_of_a_recording_are_typed_in_one_text():
    (made,) = dictate(PHRASE + PHRASE, texts=script(["Good morning.", "How are you?"]))
    assert made.text == "Good morning. How are you?"
    assert [phrase.text for phrase in made.phrases] == ["Good morning.", "How are you?"]


def test_a_phrase_has_the_times_of_the_recording():
    (made,) = dictate(PHRASE, texts=script(["Good morning."]))
    (phrase,) = made.phrases
    assert 0.1 <= phrase.begin_s <= 0.5
    assert 1.5 <= phrase.end_s <= 1.9
    assert made.seconds == 2.5


def test_no_phrase_ends_after_its_recording():
    (made,) = dictate(CLIPPED, texts=script(["Good morning."]))
    assert made.phrases[0].end_s == made.seconds == 1.5


def test_a_recording_of_silence_types_nothing_and_has_no_latency():
    (made,) = dictate(quiet(5), texts={})
    assert (made.text, made.phrases, made.release_to_transcript_ms) == ("", (), None)


def test_an_empty_recording_types_nothing():
    (made,) = dictate(b"", texts={})
    assert (made.text, made.seconds) == ("", 0.0)


def test_a_phrase_recognised_in_the_pause_after_it_is_ready_at_the_release():
    (made,) = dictate(PHRASE, texts=script(["Good morning."]), pace_ms=100)
    assert made.release_to_transcript_ms == 0.0


def test_after_a_release_in_the_voice_the_user_waits_for_the_recognition():
    (made,) = dictate(CLIPPED, texts=script(["Good morning."]), pace_ms=100)
    spoken_s = made.phrases[0].end_s - made.phrases[0].begin_s
    post_roll_ms = made.release_to_transcript_ms - 100 * spoken_s
    assert 80 <= post_roll_ms <= 220  # until the voice is over for certain
    assert made.recognising_ms == pytest.approx(100 * spoken_s, abs=20 + CLOSE_MS)


def test_without_speculation_the_user_waits_longer():
    said = quiet(0.5) + voice(1.0) + quiet(0.6)
    texts = script(["Good morning."])
    (guessed,) = dictate(said, texts=texts, pace_ms=400)
    (waited,) = dictate(said, texts=texts, pace_ms=400, speculate=False)
    assert guessed.text == waited.text
    head_start_ms = waited.release_to_transcript_ms - guessed.release_to_transcript_ms
    assert head_start_ms == pytest.approx(1000 * (0.6 - PAUSED_S), abs=20 + CLOSE_MS)


def test_a_phrase_that_goes_on_after_a_pause_is_typed_once():
    said = quiet(0.5) + voice(1.0) + quiet(0.4) + voice(1.0) + quiet(1.0)
    texts = script(["Good morning to you."])
    (made,) = dictate(said, texts=texts, pace_ms=50)
    assert made.text == "Good morning to you."
    assert len(made.phrases) == 1
    (alone,) = dictate(said, texts=texts, pace_ms=50, speculate=False)
    assert made.recognising_ms > alone.recognising_ms  # the speculation was work, too


def test_a_useless_speculation_is_aborted_and_costs_only_its_time():
    said = quiet(0.5) + voice(1.0) + quiet(0.6) + voice(1.0) + quiet(1.0)
    (made,) = dictate(said, texts=script(["Good morning to you."]), pace_ms=10_000)
    assert made.text == "Good morning to you."
    seconds = made.phrases[0].end_s - made.phrases[0].begin_s
    wasted_ms = made.recognising_ms - 10_000 * seconds
    onset_s = 0.06
    assert wasted_ms == pytest.approx(1000 * (0.6 - PAUSED_S + onset_s), abs=20 + CLOSE_MS)


def test_a_slow_recognizer_lets_the_user_wait_for_all_phrases():
    (made,) = dictate(PHRASE + PHRASE, texts=script(["One.", "Two."]), pace_ms=2000)
    assert made.text == "One. Two."
    spoken_s = sum(phrase.end_s - phrase.begin_s for phrase in made.phrases)
    assert made.recognising_ms == pytest.approx(2000 * spoken_s, abs=50)
    begun_s = 0.5 + 1.0 + PAUSED_S
    expected_ms = 1000 * (begun_s - made.seconds) + 2000 * spoken_s
    assert made.release_to_transcript_ms == pytest.approx(expected_ms, abs=50)


def test_a_dictation_does_not_continue_the_one_before():
    first, second = dictate(PHRASE, PHRASE, texts=script(["When we"], ["The doctor comes"]))
    assert (first.text, second.text) == ("When we", "The doctor comes")


@pytest.mark.parametrize(
    ("policy", "text", "held", "dropped"),
    [("type", "Good morning.", 0, 0), ("hold", "", 1, 0), ("drop", "", 0, 1)],
)
def test_doubtful_text_is_typed_held_or_dropped_as_the_settings_say(policy, text, held, dropped):
    made, again = dictate(
        PHRASE,
        PHRASE,
        texts=script(["Good morning."], ["Good morning."]),
        kind=Doubting,
        doubtful=policy,
    )
    assert (made.text, made.held, made.dropped) == (text, held, dropped)
    assert made.phrases[0].verdict == "doubtful"
    assert ("1 doubtful text was" in made.untyped) is (policy != "type")
    assert (again.text, again.held, again.dropped) == (text, held, dropped)


@pytest.mark.parametrize(
    ("gain", "notice", "loudness"),
    [
        (1.0, "", "fine"),
        (0.01, "phrases too quiet: 1 of 2; words may be missing: record it louder", "too quiet"),
        (9.0, "phrases clipped: 1 of 2; words may be wrong: record it at a lower level", "clipped"),
    ],
)
def test_a_recording_that_is_too_quiet_or_clipped_is_reported(gain, notice, loudness):
    said = amplified(PHRASE, gain) + PHRASE
    (made,) = dictate(said, texts=script(["Good morning.", "How are you?"]))
    assert made.text == "Good morning. How are you?"
    assert made.too_quiet + made.clipped + made.wordless == notice
    assert [phrase.loudness for phrase in made.phrases] == [loudness, "fine"]


def test_a_recording_too_quiet_for_the_detector_is_not_passed_over_in_silence():
    (made,) = dictate(amplified(PHRASE, 0.0001), texts=script(["Good morning."]))
    assert made.phrases == ()
    assert made.wordless == "no words were heard: if there is speech in it, record it louder"
    assert made.too_quiet + made.clipped == ""


def test_noise_without_words_is_not_called_too_quiet():
    (made,) = dictate(amplified(PHRASE, 0.01), texts=script([""]))
    assert [phrase.verdict for phrase in made.phrases] == ["empty"]
    assert made.too_quiet == ""
    assert made.wordless


def test_a_recording_whose_only_phrase_failed_is_not_called_wordless():
    (made,) = dictate(PHRASE, texts=script(["One."]), failures=[(PhraseId(1, 1), 3)])
    assert (made.failed, made.wordless) == (1, "")


def test_a_phrase_on_which_the_recognizer_dies_once_is_recognised_again():
    (made,) = dictate(
        PHRASE, texts=script(["Good morning."]), failures=[(PhraseId(1, 1), 1)], speculate=False
    )
    assert (made.text, made.failed) == ("Good morning.", 0)


def test_a_phrase_that_fails_twice_is_counted_and_the_others_are_typed():
    made, later = dictate(
        PHRASE + PHRASE,
        PHRASE,
        texts=script(["One.", "Two."], ["Three."]),
        failures=[(PhraseId(1, 1), 3)],
    )
    assert (made.text, made.failed) == ("Two.", 1)
    assert [phrase.verdict for phrase in made.phrases] == ["failed", "good"]
    assert (later.text, later.failed) == ("Three.", 0)


def test_a_model_that_cannot_be_used_is_an_error():
    with pytest.raises(ModelError, match="there is no model 'absent'"):
        dictate(PHRASE, texts={}, model="absent")


def test_a_model_that_is_lost_for_good_is_an_error():
    with pytest.raises(ModelError, match="import it again"):
        dictate(PHRASE, texts={}, kind=LoadsOnce, failures=[(PhraseId(1, 1), 1)])


def test_progress_is_reported_each_second_of_the_recording():
    told = []
    dictate(quiet(2.5), texts={}, progress=told.append)
    assert told == [1.0, 2.0]


def test_edits_change_the_text_before_the_cursor():
    assert carried_out("One. ", (Erase(". "), Insert(", two"), Press(Stroke(0x28)))) == "One, two"


def test_text_that_is_not_before_the_cursor_cannot_be_erased():
    with pytest.raises(ValueError, match="not before the cursor"):
        carried_out("One.", (Erase("two"),))
