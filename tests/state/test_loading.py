"""Which model is used if the chosen one cannot be. The user can always choose again."""

import pytest
from story import Story, phrase

from saykey import effects as fx
from saykey import events as ev
from saykey import looks
from saykey import requests as rq
from saykey.flow import PhraseId, Timings, Transcript, Verdict
from saykey.state.loading import Loading

MODELS = ("small", "medium", "large")
"""The models on the device, by the memory they need."""


@pytest.fixture
def story():
    story = Story()
    story.tell(ev.ModelsKnown(MODELS))
    use(story, "large")
    return story


def use(story, name):
    story.tell(rq.ModelWanted(name))
    story.tell(ev.ModelReady(name))


def model(story):
    return story.device.model


def kinds_of(done):
    return [type(effect) for effect in done]


def dies(story):
    """The worker dies while it is idle. Returns the effects."""
    return story.tell(ev.ModelLost("killed"))


def said(story, took_ms, dictation):
    """A dictation of one phrase of one second, whose recognition takes ``took_ms``."""
    story.press()
    story.say(1, dictation=dictation)
    transcript = Transcript(
        *(PhraseId(dictation, 1), 1, "Yes.", "en", model(story).name, 1, Verdict.GOOD),
        timings=Timings(took_ms),
    )
    story.tell(ev.Recognised(transcript))
    story.release()
    return story.drained(dictation)


def test_a_model_that_fails_leaves_the_one_that_was_kept(story):
    assert story.tell(rq.ModelWanted("huge")) == (fx.LoadModel("huge"),)
    assert story.tell(ev.ModelFailed("huge", "too big", "large")) == ()
    assert model(story).loaded == "large"
    assert model(story).notice == "huge cannot be used, large stays: too big"


def test_what_was_said_meanwhile_is_recognised_by_the_one_that_was_kept(story):
    story.tell(rq.ModelWanted("huge"))
    story.press()
    story.say(1)
    done = story.tell(ev.ModelFailed("huge", "too big", "large"))
    assert kinds_of(done) == [fx.Recognise]


def test_a_failed_model_is_not_tried_again_by_itself(story):
    story.tell(rq.ModelWanted("huge"))
    story.tell(ev.ModelFailed("huge", "too big", "large"))
    assert fx.LoadModel not in kinds_of((*story.press(), *story.release(), *story.drained()))


def test_why_a_model_failed_is_forgotten_once_another_is_loaded():
    story = Story()
    story.tell(rq.ModelWanted("huge"))
    story.tell(ev.ModelFailed("huge", "is a web page"))
    assert looks.status(story.device).model.reason == "is a web page"
    story.tell(rq.ModelWanted("small"))
    told = looks.status(story.device).model
    assert (told.name, told.state, told.reason) == ("small", "loading", "")


def test_while_a_dictation_needs_the_model_before_the_next_one_is_told(story):
    story.press()
    story.say(1)
    story.tell(rq.ModelWanted("small"))
    told = looks.status(story.device).model
    assert (told.name, told.state, told.next) == ("large", "ready", "small")
    story.hear(1, "Yes.")
    story.release()
    story.drained()
    told = looks.status(story.device).model
    assert (told.name, told.state, told.next) == ("small", "loading", "")


def test_what_the_user_wanted_while_another_failed_is_tried_next(story):
    story.tell(rq.ModelWanted("huge"))
    story.tell(rq.ModelWanted("small"))
    done = story.tell(ev.ModelFailed("huge", "too big", "large"))
    assert done == (fx.LoadModel("small"),)


def test_a_model_that_breaks_three_times_gives_way_to_the_next_smaller(story):
    for _ in range(2):
        assert dies(story) == (fx.LoadModel("large"),)
        story.tell(ev.ModelReady("large"))
    assert dies(story) == (fx.LoadModel("medium"),)
    story.tell(ev.ModelReady("medium"))
    assert model(story).loaded == model(story).wanted == "medium"
    assert model(story).notice.startswith("large broke 3 times, medium is used; ")


def test_a_phrase_in_between_makes_it_begin_again(story):
    for dictation in range(1, 6):
        assert dies(story) == (fx.LoadModel("large"),)
        story.tell(ev.ModelReady("large"))
        said(story, 100.0, dictation)
    assert model(story).loaded == "large"


def test_the_phrase_that_broke_the_large_model_is_tried_with_the_smaller(story):
    dies(story)
    story.tell(ev.ModelReady("large"))
    dies(story)
    story.tell(ev.ModelReady("large"))
    story.press()
    story.say(1)
    done = story.tell(ev.RecognitionFailed(PhraseId(1, 1), 1, "killed"))
    assert done == (fx.LoadModel("medium"),)
    (work,) = story.tell(ev.ModelReady("medium"))
    assert isinstance(work, fx.Recognise)
    assert work.phrase == phrase(1)


def test_a_model_that_cannot_be_loaded_with_nothing_kept_gives_way_down_to_the_smallest(story):
    dies(story)
    assert story.tell(ev.ModelFailed("large", "too big")) == (fx.LoadModel("medium"),)
    assert story.tell(ev.ModelFailed("medium", "too big")) == (fx.LoadModel("small"),)
    assert story.tell(ev.ModelFailed("small", "too big")) == ()
    assert model(story).loading is Loading.FAILED
    assert model(story).reason == "too big"


def test_three_slow_phrases_in_a_row_bring_the_smaller_model_after_the_dictation(story):
    assert fx.LoadModel not in kinds_of(said(story, 6_000.0, 1))
    assert fx.LoadModel not in kinds_of(said(story, 6_000.0, 2))
    assert fx.LoadModel("medium") in said(story, 6_000.0, 3)
    assert model(story).notice.startswith("large is too slow here, medium is used; ")


def test_a_quick_phrase_in_between_is_forgiving(story):
    for dictation, took in enumerate((6_000.0, 6_000.0, 500.0, 6_000.0, 6_000.0), start=1):
        assert fx.LoadModel not in kinds_of(said(story, took, dictation))


def test_a_long_phrase_may_take_longer(story):
    for number in range(1, 4):
        story.press()
        story.tell(ev.PhraseEnded(phrase(1, 20, number)))
        heard = Transcript(
            *(PhraseId(number, 1), 20, "Yes.", "en", "large", 1, Verdict.GOOD),
            timings=Timings(20_000.0),
        )
        story.tell(ev.Recognised(heard))
        story.release()
        assert fx.LoadModel not in kinds_of(story.drained(number))


def test_the_user_has_the_last_word(story):
    for dictation in (1, 2, 3):
        said(story, 6_000.0, dictation)
    story.tell(ev.ModelReady("medium"))
    assert story.tell(rq.ModelWanted("large")) == (fx.LoadModel("large"),)
    story.tell(ev.ModelReady("large"))
    assert model(story).notice == ""
    assert fx.LoadModel not in kinds_of(said(story, 6_000.0, 4))


def test_without_a_smaller_one_the_same_is_loaded_again_and_again():
    story = Story()
    for _ in range(10):
        assert dies(story) == (fx.LoadModel("tiny.en-short"),)
        story.tell(ev.ModelReady("tiny.en-short"))


def test_the_display_says_so_until_a_dictation_begins_and_the_status_until_another_is_wanted(story):
    story.tell(rq.ModelWanted("huge"))
    story.tell(ev.ModelFailed("huge", "too big", "large"))
    (fault,) = looks.view(story.device).faults
    assert (fault.title, fault.advice) == ("Other model", model(story).notice)
    assert looks.light(story.device).value == "off"
    story.press()
    assert looks.view(story.device).faults == ()
    assert looks.status(story.device).model.reason == model(story).notice
    story.tell(rq.ModelWanted("small"))
    assert looks.status(story.device).model.reason == ""
