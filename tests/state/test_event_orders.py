"""The orders of events and the right behaviour for each: one test per row of the table.

Two rows (release with frames still unread, release before speech began) are tests of the speech
package. The state only sees the resulting phrases, or none.
"""

from story import DESK, Story, inserting, phrase

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Gesture, GestureKind, PhraseId, Press, Stroke, Verdict
from saykey.ports import Link


def kinds(done: tuple[fx.Effect, ...]) -> list[type]:
    return [type(effect) for effect in done]


def test_release_before_speech_began_types_nothing() -> None:
    story = Story()
    story.press()
    story.release()
    story.drained()
    assert kinds(tuple(story.begun)) == [fx.OpenCapture, fx.CloseCapture]
    assert story.device.hearing.dictations == ()


def test_phrases_are_recognised_and_typed_while_the_user_still_speaks() -> None:
    story = Story()
    story.press()
    assert kinds(story.say(1)) == [fx.Recognise]
    assert kinds(story.hear(1, "One")) == [fx.TypeEdits]
    story.say(2)
    assert story.typing() == ["One"]
    assert story.device.hearing.dictations[0].capture.value == "open"


def test_speech_resumes_after_a_speculation_its_result_is_ignored() -> None:
    story = Story()
    story.press()
    assert kinds(story.pause(1)) == [fx.Recognise]
    story.resume(1)
    story.hear(1, "Half a", revision=1)
    story.say(1, revision=2)
    assert story.typing() == []
    story.hear(1, "Half a sentence", revision=2)
    assert story.typing() == ["Half a sentence"]
    assert story.device.hearing.late == 1


def test_a_finished_speculation_is_promoted_at_the_end_of_the_phrase() -> None:
    story = Story()
    story.press()
    story.pause(1)
    story.hear(1, "Done")
    assert story.typing() == []
    assert kinds(story.say(1)) == [fx.TypeEdits]


def test_a_running_speculation_is_promoted_and_never_restarted() -> None:
    story = Story()
    story.press()
    story.pause(1)
    assert story.release() == (fx.CloseCapture(1, 0),)
    assert story.say(1) == ()
    assert kinds(story.hear(1, "Done")) == [fx.TypeEdits]
    assert kinds(tuple(story.begun)).count(fx.Recognise) == 1


def test_a_real_phrase_does_not_wait_behind_a_speculation_that_became_useless() -> None:
    story = Story()
    story.press()
    story.pause(1)
    assert story.resume(1) == (fx.AbortRecognition(PhraseId(1, 1), 1),)
    assert story.say(1, revision=2) == ()
    assert kinds(story.tell(ev.RecognitionAborted(PhraseId(1, 1), 1))) == [fx.Recognise]


def test_phrase_2_ready_before_phrase_1_waits_and_is_joined_when_typed() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.say(2)
    story.hear(2, "and two")
    assert story.typing() == []
    story.hear(1, "One")
    assert story.typing() == ["One"]
    story.typed(1)
    assert story.typing() == ["One", " and two"]


def test_a_phrase_that_finally_fails_keeps_its_audio_and_the_next_one_goes_on() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.say(2)
    story.worker_dies_on(1)
    story.worker_dies_on(1)
    story.hear(2, "Two")
    assert story.typing() == ["Two"]
    assert [u.phrase.id for u in story.device.hearing.unheard] == [PhraseId(1, 1)]


def test_a_later_retry_of_a_failed_phrase_becomes_a_held_piece() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.worker_dies_on(1)
    story.worker_dies_on(1)
    assert kinds(story.tell(rq.RetryWanted())) == [fx.Recognise]
    story.hear(1, "One")
    assert story.typing() == []
    assert story.held() == ["One"]
    assert story.device.hearing.unheard == ()


def test_a_doubtful_phrase_is_held_and_does_not_block_the_next_ones() -> None:
    story = Story(doubtful="hold")
    story.press()
    story.say(1)
    story.say(2)
    story.hear(1, "Um?", verdict=Verdict.DOUBTFUL)
    story.hear(2, "Two")
    assert story.held() == ["Um?"]
    assert story.typing() == ["Two"]


def test_a_doubtful_phrase_is_dropped_and_counted_if_the_user_wants_that() -> None:
    story = Story(doubtful="drop")
    story.press()
    story.say(1)
    story.hear(1, "Um?", verdict=Verdict.DOUBTFUL)
    assert (story.typing(), story.held()) == ([], [])
    assert story.device.counters.doubtful_dropped == 1


def test_cancel_stops_capture_and_typing_and_ignores_late_results() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.say(2)
    assert set(kinds(story.tell(rq.Cancelled()))) == {
        fx.AbortCapture,
        fx.StopTyping,
        fx.AbortRecognition,
    }
    story.stopped(1, "O", "", "ne")
    story.hear(2, "Two")
    assert story.typing() == ["One"]
    assert story.held() == []
    assert story.device.hearing.late == 1


def test_press_while_still_typing_opens_the_capture_and_typing_goes_on() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.release()
    story.drained()
    story.hear(1, "One")
    assert kinds(story.press()) == [fx.OpenCapture]
    assert story.device.delivery.typing is not None


def test_the_link_drops_briefly_and_the_rest_of_the_dictation_is_held() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One two")
    story.link("desk", Link.DOWN)
    assert kinds(story.link("desk", Link.UP)) == [fx.ReleaseKeys]
    story.stopped(1, "One ", "t", "wo")
    story.say(2)
    story.hear(2, "Three")
    assert story.typing() == ["One two"]
    assert story.held() == ["two", "Three"]
    held = story.device.delivery.hosts[0].held
    assert [h.doubtful for h in held] == [1, 0]


def test_one_tap_types_all_held_text() -> None:
    story = Story()
    story.press()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "One")
    story.say(2)
    story.hear(2, "Two")
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    assert story.typing() == []
    story.tell(rq.HeldTextWanted())
    story.typed(story.device.delivery.typing.id)
    assert story.typing() == ["One", " Two"]
    assert story.held() == []


def test_a_host_asleep_at_press_is_woken_once_and_gets_nothing_if_it_stays_asleep() -> None:
    story = Story()
    story.link("desk", Link.ASLEEP)
    story.begun.clear()
    story.press()
    story.say(1)
    story.hear(1, "Secret")
    assert kinds(tuple(story.begun)).count(fx.WakeHost) == 1
    assert story.typing() == []
    assert story.held() == ["Secret"]


def test_a_host_that_woke_up_before_the_text_was_ready_gets_it() -> None:
    story = Story()
    story.link("desk", Link.ASLEEP)
    story.press()
    story.link("desk", Link.UP)
    story.say(1)
    story.hear(1, "Morning")
    assert story.typing() == ["Morning"]


def test_a_new_dictation_while_text_is_held_types_only_the_new_text() -> None:
    story = Story()
    story.press()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "Old")
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    story.press()
    story.say(1, dictation=2)
    story.hear(1, "New", dictation=2)
    assert story.typing() == ["New"]
    assert story.held() == ["Old"]


def test_a_tap_in_idle_types_the_held_text_and_is_no_dictation() -> None:
    story = Story()
    story.press()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "Old")
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    for kind in (GestureKind.PRESS, GestureKind.RELEASE, GestureKind.TAP):
        story.tell(ev.Gestured(Gesture(kind, 0)))
    assert story.typing() == ["Old"]
    assert fx.AbortCapture(2) in story.begun


def test_a_tap_without_held_text_is_a_very_short_dictation() -> None:
    story = Story()
    for kind in (GestureKind.PRESS, GestureKind.RELEASE, GestureKind.TAP):
        story.tell(ev.Gestured(Gesture(kind, 0)))
    story.say(1)
    story.hear(1, "Yes")
    assert story.typing() == ["Yes"]


def test_a_tap_while_the_press_was_refused_drops_nothing() -> None:
    story = Story()
    story.press()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "Old")
    story.say(2)
    story.release()
    story.drained()
    story.tell(ev.MicrophoneFailed("gone"))
    story.link("desk", Link.UP)
    for kind in (GestureKind.PRESS, GestureKind.RELEASE, GestureKind.TAP):
        story.tell(ev.Gestured(Gesture(kind, 0)))
    assert [s.phrase.id for s in story.device.hearing.row] == [PhraseId(1, 2)]


def test_the_host_is_switched_in_flight_and_the_text_goes_to_the_old_one() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.tell(rq.HostWanted("couch"))
    done = story.hear(1, "One")
    assert done == (fx.TypeEdits(1, "desk", DESK, inserting("One")),)


def test_the_host_is_switched_and_gone_so_the_text_is_held_for_it() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.tell(rq.HostWanted("couch"))
    story.link("desk", Link.DOWN)
    story.hear(1, "One")
    assert (story.held("desk"), story.held("couch")) == (["One"], [])
    story.tell(rq.HeldTextWanted())
    assert story.typing() == []


def test_a_worker_that_dies_in_a_speculation_is_not_counted_against_the_phrase() -> None:
    story = Story()
    story.press()
    story.pause(1)
    story.worker_dies_on(1)
    assert kinds(story.say(1)) == [fx.Recognise]
    story.worker_dies_on(1)
    story.hear(1, "One")
    assert story.typing() == ["One"]


def test_a_speculation_that_broke_the_worker_is_not_tried_again() -> None:
    story = Story()
    story.press()
    story.pause(1)
    assert fx.Recognise not in kinds(story.worker_dies_on(1))


def _pauses_and_goes_on(story: Story, number: int, times: int) -> None:
    for revision in range(1, times + 1):
        story.pause(number, revision)
        story.resume(number)
        story.tell(ev.RecognitionAborted(PhraseId(1, number), revision))


def test_guessing_stops_where_most_pauses_are_no_ends() -> None:
    story = Story()
    story.press()
    _pauses_and_goes_on(story, 1, times=8)
    assert story.pause(1, revision=9) == ()


def test_guessing_begins_again_when_pauses_are_ends_again() -> None:
    story = Story()
    story.press()
    _pauses_and_goes_on(story, 1, times=8)
    story.say(1, revision=9)
    story.hear(1, "One", revision=9)
    for number in range(2, 6):
        story.pause(number)
        story.say(number)
        story.hear(number, "More")
    assert kinds(story.pause(6)) == [fx.Recognise]


def test_guessing_stops_earlier_where_a_pass_takes_long() -> None:
    story = Story()
    story.press()
    for number in range(1, 4):
        story.pause(number)
        story.say(number)
        story.hear(number, "Yes", took_ms=1500)
    _pauses_and_goes_on(story, 4, times=5)
    assert story.pause(4, revision=6) == ()


def test_the_microphone_is_lost_and_what_there_is_is_recognised() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.drained()
    story.tell(ev.MicrophoneFailed("unplugged"))
    story.hear(1, "One")
    assert story.typing() == ["One"]
    assert story.device.microphone_fault == "unplugged"
    assert kinds(story.press()) == [fx.OpenCapture]  # it tries the microphone again at once
    story.drained(2)
    story.tell(ev.MicrophoneReady())
    assert kinds(story.press()) == [fx.OpenCapture]


def test_sigterm_stops_the_capture_releases_the_keys_and_holds_the_text() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One two")
    story.say(2)
    done = story.tell(rq.ShutdownWanted())
    assert kinds(done) == [fx.AbortCapture, fx.StopTyping]
    done = story.stopped(1, "One", "", " two")
    assert kinds(done) == [fx.ReleaseKeys, fx.ReleaseKeys, fx.ReleaseKeys, fx.Exit]
    assert done[-1] == fx.Exit(unrecognised=2, held=1)
    assert story.held() == [" two"]


def test_a_model_switched_in_flight_recognises_the_next_dictation() -> None:
    story = Story()
    story.press()
    story.tell(rq.ModelWanted("large"))
    assert kinds(story.say(1)) == [fx.Recognise]
    story.hear(1, "One")
    story.release()
    assert story.drained() == (fx.LoadModel("large"),)
    story.press()
    story.say(1, dictation=2)
    assert kinds(story.tell(ev.ModelReady("large"))) == [fx.Recognise]


def test_no_model_so_the_audio_is_kept_and_the_next_press_tries_the_model_again() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.tell(ev.RecognitionFailed(PhraseId(1, 1), 1, "killed"))
    story.tell(ev.ModelFailed("tiny.en-short", "out of memory"))
    assert [u.phrase for u in story.device.hearing.unheard] == [phrase(1)]
    story.release()
    story.drained()
    assert fx.LoadModel("tiny.en-short") in story.press()


def test_text_joins_what_the_same_host_got_a_short_while_ago_only() -> None:
    seconds = 1_000_000_000
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.release()
    story.drained()
    story.tell(ev.TypingFinished(1), 10 * seconds)
    for dictation, at in ((2, 20), (3, 90)):
        story.press(at * seconds)
        story.say(1, dictation=dictation)
        story.hear(1, "More", dictation=dictation)
        story.release(at * seconds)
        story.drained(dictation)
        story.tell(ev.TypingFinished(dictation), at * seconds)
    assert story.typing() == ["One", " More", "More"]


def test_two_dictations_in_quick_succession_are_joined_though_none_was_typed_yet() -> None:
    story = Story()
    for dictation in (1, 2):
        story.press()
        story.say(1, dictation=dictation)
        story.release()
        story.drained(dictation)
    story.hear(1, "Hello world", dictation=1)
    story.hear(1, "Hello world", dictation=2)
    story.typed(1)
    assert story.typing() == ["Hello world", " Hello world"]


def test_a_dictation_that_was_pressed_while_earlier_text_was_on_its_way_is_joined() -> None:
    minute = 60_000_000_000
    story = Story()
    story.press(0)
    story.say(1)
    story.release(0)
    story.drained(1)
    story.press(minute)
    story.say(1, dictation=2)
    story.release(minute)
    story.drained(2)
    story.hear(1, "One")
    story.tell(ev.TypingFinished(1), 2 * minute)
    story.hear(1, "Two", dictation=2)
    assert story.typing() == ["One", " Two"]


def test_a_dictation_begins_a_new_place_if_the_one_before_it_came_to_no_text() -> None:
    minute = 60_000_000_000
    story = Story()
    story.press(0)
    story.say(1)
    story.hear(1, "One")
    story.release(0)
    story.drained(1)
    story.tell(ev.TypingFinished(1), 0)
    for dictation in (2, 3):
        story.press(minute)
        story.say(1, dictation=dictation)
        story.release(minute)
        story.drained(dictation)
    story.hear(1, "", dictation=2, verdict=Verdict.EMPTY)
    story.hear(1, "Three", dictation=3)
    assert story.typing() == ["One", "Three"]


def test_held_text_is_joined_to_what_was_typed_before_it() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One")
    story.typed(1)
    story.say(2)
    story.link("desk", Link.DOWN)
    story.hear(2, "Two")
    story.release()
    story.drained()
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    assert story.typing() == ["One", " Two"]


def test_the_rest_of_a_piece_is_typed_as_it_is_only_if_nothing_came_between() -> None:
    for between, rest in ((), "llo"), (("Again",), " llo"):
        story = Story()
        story.press()
        story.say(1)
        story.hear(1, "Hello")
        story.link("desk", Link.DOWN)
        story.stopped(1, "He", "", "llo")
        story.release()
        story.drained()
        story.link("desk", Link.UP)
        for text in between:
            story.press()
            story.say(1, dictation=2)
            story.hear(1, text, dictation=2)
            story.release()
            story.drained(2)
            story.typed(2)
        story.tell(rq.HeldTextWanted())
        assert story.typing()[-1] == rest


def test_text_behind_a_chord_begins_a_new_place() -> None:
    story = Story()
    story.tell(rq.KeysWanted((Stroke(0x28),)))
    story.typed(1)
    story.press()
    story.say(1)
    story.hear(1, "One")
    assert story.typing() == ["One"]
    assert story.device.delivery.typing.piece.profile == DESK


def test_texts_are_held_in_the_order_of_speech_whatever_ends_them() -> None:
    story = Story()
    story.press()
    for number, text in enumerate(("One", "Two", "Three"), start=1):
        story.say(number)
        story.hear(number, text)
    story.tell(rq.ShutdownWanted())
    story.stopped(1, "", "", "One")
    assert story.held() == ["One", "Two", "Three"]


def test_in_toggle_mode_a_press_starts_and_the_next_one_ends() -> None:
    story = Story(button="toggle")
    done = [
        kinds(story.tell(ev.Gestured(Gesture(kind, 0))))
        for kind in (GestureKind.PRESS, GestureKind.RELEASE, GestureKind.PRESS)
    ]
    assert done == [[fx.OpenCapture], [], [fx.CloseCapture]]


def test_a_double_tap_cancels() -> None:
    story = Story()
    story.press()
    assert kinds(story.tell(ev.Gestured(Gesture(GestureKind.DOUBLE_TAP, 0)))) == [fx.AbortCapture]


def test_keys_are_pressed_once_nothing_is_typed_and_text_waits_for_them() -> None:
    story = Story()
    keys = rq.KeysWanted((Stroke(0x04),))
    assert story.tell(keys) == (fx.TypeEdits(1, "desk", DESK, (Press(Stroke(0x04)),)),)
    assert story.tell(keys) == ()
    story.press()
    story.say(1)
    story.hear(1, "Text")
    assert story.typing() == []
    story.typed(1)
    assert story.typing() == ["Text"]


def test_keys_are_not_pressed_on_a_host_that_is_away() -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    assert story.tell(rq.KeysWanted((Stroke(0x04),))) == ()


def test_keys_that_were_cut_short_are_not_held() -> None:
    story = Story()
    story.tell(rq.KeysWanted((Stroke(0x04),)))
    story.link("desk", Link.DOWN)
    assert story.stopped(1, "", "", "") == (fx.ReleaseKeys("desk"),)
    assert story.held() == []
