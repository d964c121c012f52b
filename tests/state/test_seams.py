"""With which phrase another one is recognised, and what is done with a closing mark that waits."""

from dataclasses import replace

import pytest
from story import DESK, Story, phrase

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.flow import PhraseId, Preceding, Verdict
from saykey.outbox.kept import decode, encode, kept
from saykey.ports import Link
from saykey.settings.schema import Settings
from saykey.state.device import initial
from saykey.state.step import step


def dictating(*texts: str, doubtful: str = "type") -> Story:
    """A dictation of these phrases. They are typed, and the button is still down."""
    story = Story(doubtful=doubtful)
    story.press()
    for number, text in enumerate(texts, start=1):
        story.say(number)
        story.hear(number, text)
        story.type_all()
    return story


def end(story: Story, dictation: int = 1) -> None:
    story.release()
    story.drained(dictation)


def before_of(done: tuple[fx.Effect, ...]) -> Preceding | None:
    """The phrase that the one recognition in these effects begins with."""
    (effect,) = (each for each in done if isinstance(each, fx.Recognise))
    return effect.before


# Which phrase


def test_the_first_phrase_is_recognised_alone() -> None:
    story = Story()
    story.press()
    assert before_of(story.say(1)) is None


def test_the_next_phrase_is_recognised_together_with_the_one_before() -> None:
    story = dictating("One.")
    gap = phrase(2).first_sample - phrase(1).last_sample
    assert before_of(story.say(2)) == Preceding(b"", "One.", gap)


def test_so_is_a_speculation_at_a_pause_and_its_result_is_used_at_the_end_of_the_phrase() -> None:
    story = dictating("One.")
    before = before_of(story.pause(2))
    assert before is not None
    assert before.text == "One."
    story.hear(2, "and two.", seam=",")
    story.say(2)
    assert story.typing() == ["One", ", and two"]


def test_the_samples_of_the_phrase_before_are_those_of_its_last_revision() -> None:
    story = Story()
    story.press()
    story.tell(ev.PhraseEnded(replace(phrase(1), pcm=b"12")))
    story.hear(1, "One.")
    before = before_of(story.say(2))
    assert before is not None
    assert before.pcm == b"12"


def test_phrases_that_the_length_limit_divided_have_no_gap() -> None:
    story = dictating("One.")
    follows = replace(phrase(2), first_sample=phrase(1).last_sample)
    before = before_of(story.tell(ev.PhraseEnded(follows)))
    assert before is not None
    assert before.gap == 0


def test_a_phrase_that_waits_behind_an_earlier_dictation_can_be_the_one_before() -> None:
    story = Story(doubtful="hold")
    story.press()
    story.release()
    story.press()
    story.say(1, dictation=2)
    story.hear(1, "One.", dictation=2)
    assert story.typing() == []
    before = before_of(story.say(2, dictation=2))
    assert before is not None
    assert before.text == "One."
    story.hear(2, "Um.", dictation=2, verdict=Verdict.DOUBTFUL)
    before = before_of(story.say(3, dictation=2))
    assert before is not None
    assert before.text == "One."
    story.hear(3, "Three.", dictation=2)
    before = before_of(story.say(4, dictation=2))
    assert before is not None
    assert before.text == "Three."


def test_the_phrase_of_another_dictation_is_never_the_one_before() -> None:
    story = dictating("One.")
    end(story)
    story.press()
    assert before_of(story.say(1, dictation=2)) is None


@pytest.mark.parametrize(
    ("policy", "before"), [("type", "Um."), ("hold", "One."), ("drop", "One.")]
)
def test_only_text_that_is_typed_is_text_before(policy: str, before: str) -> None:
    story = dictating("One.", doubtful=policy)
    story.say(2)
    story.hear(2, "Um.", verdict=Verdict.DOUBTFUL)
    found = before_of(story.say(3))
    assert found is not None
    assert found.text == before


def test_a_phrase_without_speech_is_passed_over() -> None:
    story = dictating("One.")
    story.say(2)
    story.hear(2, "", verdict=Verdict.EMPTY)
    before = before_of(story.say(3))
    gap = phrase(3).first_sample - phrase(1).last_sample
    assert before == Preceding(b"", "One.", gap)


def test_a_phrase_on_which_the_worker_died_is_recognised_alone() -> None:
    story = dictating("One.")
    assert before_of(story.say(2)) is not None
    assert before_of(story.worker_dies_on(2)) is None


def test_a_phrase_whose_speculation_broke_the_worker_is_recognised_alone() -> None:
    story = dictating("One.")
    story.pause(2)
    story.worker_dies_on(2)
    assert before_of(story.say(2)) is None


def test_a_retry_is_recognised_alone() -> None:
    story = dictating("One.")
    story.say(2)
    story.worker_dies_on(2)
    story.worker_dies_on(2)
    assert before_of(story.tell(rq.RetryWanted())) is None


# The mark at the end of a dictation


def test_the_mark_is_typed_once_nothing_of_the_dictation_is_left() -> None:
    story = dictating("One.")
    story.say(2)
    end(story)
    assert story.typing() == ["One"]
    story.hear(2, "", verdict=Verdict.EMPTY)
    assert story.typing() == ["One", "."]


def test_the_mark_is_not_typed_while_the_last_audio_is_read() -> None:
    story = dictating("One.")
    story.release()
    assert story.typing() == ["One"]
    story.drained()
    assert story.typing() == ["One", "."]


def test_the_mark_is_typed_before_the_text_of_the_next_dictation() -> None:
    story = Story()
    for dictation in (1, 2):
        story.press()
        story.say(1, dictation=dictation)
        end(story, dictation)
    story.hear(1, "One.")
    story.hear(1, "Two.", dictation=2)
    story.type_all()
    assert story.typing() == ["One", ".", " Two", "."]


def test_a_phrase_cut_at_the_length_limit_gets_no_mark() -> None:
    story = Story()
    story.press()
    story.say(1, cut=True)
    story.hear(1, "And then.")
    end(story)
    story.type_all()
    assert story.typing() == ["And then"]


def test_cancel_drops_the_mark() -> None:
    story = dictating("One.")
    story.tell(rq.Cancelled())
    assert (story.typing(), story.held()) == (["One"], [])


def test_cancel_drops_a_mark_that_is_queued() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One.")
    end(story)
    story.tell(rq.Cancelled())
    story.typed(1)
    assert (story.typing(), story.held()) == (["One"], [])


# Held text


def test_when_the_link_drops_the_mark_heads_the_text_that_follows() -> None:
    story = dictating("One.")
    story.link("desk", Link.DOWN)
    story.say(2)
    story.hear(2, "two.", seam=",")
    end(story)
    (held,) = story.device.delivery.hosts[0].held
    assert held.shown == ", two."


def test_when_the_link_drops_a_mark_alone_is_dropped() -> None:
    story = dictating("One.")
    story.link("desk", Link.DOWN)
    end(story)
    assert (story.typing(), story.held()) == (["One"], [])


def test_a_mark_that_was_being_typed_when_the_link_dropped_is_not_held() -> None:
    story = dictating("One.")
    end(story)
    story.link("desk", Link.DOWN)
    story.stopped(2, "", ".", "")
    assert story.held() == []


def test_the_mark_stays_with_words_that_are_held() -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One two.")
    story.link("desk", Link.DOWN)
    story.stopped(1, "One", " ", "two")
    end(story)
    assert story.held() == [" two."]


def test_held_words_keep_their_mark_when_the_host_is_removed_and_the_text_moved() -> None:
    story = Story()
    story.tell(rq.HostWanted("couch"))
    story.link("couch", Link.DOWN)
    story.press()
    story.say(1)
    story.hear(1, "One.")
    story.tell(rq.HostForgotten("couch"))
    story.say(2)
    story.hear(2, "two.", seam=",")
    end(story)
    story.tell(rq.HeldTextMoved("desk"))
    assert story.held() == ["One,", "two."]


def test_text_of_which_nothing_was_typed_is_held_without_the_space_before_it() -> None:
    story = dictating("One.")
    story.say(2)
    story.hear(2, "Two.")
    story.link("desk", Link.DOWN)
    story.stopped(2, "", "", ". Two")
    end(story)
    (held,) = story.device.delivery.hosts[0].held
    assert (held.text, held.shown) == ("Two.", ". Two.")


def test_the_rest_of_a_piece_does_not_repeat_the_mark_before_it() -> None:
    story = dictating("One.")
    story.say(2)
    story.hear(2, "Two.")
    story.link("desk", Link.DOWN)
    story.stopped(2, ". T", "", "wo")
    end(story)
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    assert story.typing() == ["One", ". Two", "wo."]


def test_a_mark_is_typed_only_directly_behind_its_words() -> None:
    """Held text was asked for during the dictation, so it stands between."""
    story = Story(doubtful="hold")
    story.press()
    story.say(1)
    story.hear(1, "Um.", verdict=Verdict.DOUBTFUL)
    story.say(2)
    story.hear(2, "One.")
    story.type_all()
    story.tell(rq.HeldTextWanted())
    story.type_all()
    end(story)
    assert story.typing() == ["One", " Um."]


def test_words_that_were_asked_for_get_the_mark_with_the_text_that_follows() -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    story.press()
    story.say(1)
    story.hear(1, "One.")
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    story.type_all()
    story.say(2)
    story.hear(2, "two.", seam=",")
    end(story)
    story.tell(rq.HeldTextWanted())
    story.type_all()
    assert story.typing() == ["One", ", two."]


def test_dropping_held_words_drops_their_mark() -> None:
    story = Story()
    story.link("desk", Link.DOWN)
    story.press()
    story.say(1)
    story.hear(1, "One.")
    story.tell(rq.HeldTextDropped())
    assert before_of(story.say(2)) is None
    story.hear(2, "Two.")
    end(story)
    (held,) = story.device.delivery.hosts[0].held
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    assert (held.text, story.typing()) == ("Two.", ["Two."])


# Shutdown and crash


@pytest.mark.parametrize("rest", ["One", "e"])
def test_at_a_shutdown_the_mark_is_held_with_its_words(rest: str) -> None:
    story = Story()
    story.press()
    story.say(1)
    story.hear(1, "One.")
    story.tell(rq.ShutdownWanted())
    story.stopped(1, "One".removesuffix(rest), "", rest)
    assert story.held() == [f"{rest}."]


def test_at_a_shutdown_a_mark_alone_is_dropped() -> None:
    story = dictating("One.")
    *_, left = story.tell(rq.ShutdownWanted())
    assert (story.held(), left) == ([], fx.Exit(unrecognised=1, held=0))


def test_at_a_shutdown_text_behind_a_phrase_without_text_keeps_its_marks() -> None:
    story = dictating("One.")
    story.say(2)
    story.say(3)
    story.hear(3, "Three.")
    story.tell(rq.ShutdownWanted())
    (held,) = story.device.delivery.hosts[0].held
    assert held.shown == ". Three."


@pytest.mark.parametrize("link", [Link.UP, Link.DOWN])
def test_a_crash_keeps_what_a_shutdown_holds(link: Link) -> None:
    story = dictating("One.")
    story.link("desk", link)
    story.say(2)
    story.hear(2, "two.", seam=",")
    story.say(3)
    story.hear(3, "Three.")
    crashed = [held.shown for _, held in kept(story.device)]
    story.tell(rq.ShutdownWanted())
    story.stopped(2, "", ", two", "")
    shut = [held.shown for held in story.device.delivery.hosts[0].held]
    assert crashed == shut == [", two.", "Three."]


def test_after_a_restart_the_mark_is_typed_if_nothing_was_typed_since() -> None:
    story = dictating("One.")
    story.link("desk", Link.DOWN)
    story.say(2)
    story.hear(2, "two.", seam=",")
    end(story)
    device = initial(Settings(host=(DESK,)), decode(encode(kept(story.device)))).device
    for event in (ev.LinkChanged("desk", Link.UP), rq.HeldTextWanted()):
        device, done, _ = step(device, event, 0)
    assert [each.edits[0].text for each in done if isinstance(each, fx.TypeEdits)] == [", two."]


def test_after_a_restart_and_other_text_the_mark_is_not_typed() -> None:
    story = dictating("One.")
    story.link("desk", Link.DOWN)
    story.say(2)
    story.hear(2, "Two.")
    end(story)
    device = initial(Settings(host=(DESK,)), decode(encode(kept(story.device)))).device
    other = Story()
    other.device = replace(device, model=other.device.model)
    other.link("desk", Link.UP)
    other.press()
    other.say(1)
    other.hear(1, "New.")
    end(other)
    other.type_all()
    other.tell(rq.HeldTextWanted())
    assert other.typing() == ["New", ".", " Two."]


def test_the_phrase_before_does_not_show_its_text_or_its_samples() -> None:
    shown = repr(Preceding(b"\x01\x02", "a secret", 3))
    assert shown == "Preceding(gap=3)"
    assert "One" not in repr(dictating("One.").device.hearing)
    assert PhraseId(1, 1) == dictating("One.").device.hearing.dictations[0].said.phrase.id
