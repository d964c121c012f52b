"""The contract of the port Recognizer, for the worker process and for the scripted recognizer.

Both hear the same prompts: the worker with whisper.cpp, the scripted one by phrase numbers.
"""

import asyncio

import pytest

from nothing_invented.device import pcm16
from nothing_invented.voices import voices
from saykey.clock import MonotonicClock
from saykey.errors import ModelError, RecognizerError
from saykey.flow import PhraseId, Preceding, Seam, Verdict
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings
from saykey.simulated.recognizer import ScriptedRecognizer

PARAMETERS = SessionParameters("en")
PATIENCE = 60

PROMPTS = (
    "all-circuits-busy-now", "please-try-again", "feature-not-avail-line", "confbridge-unlocked",
)  # fmt: skip
HELD_OUT = {voice.name: voice for voice in voices("held-out")}
SPOKEN = {PhraseId(1, n): HELD_OUT[name] for n, name in enumerate(PROMPTS, 1)}
FIRST, SECOND = PhraseId(1, 1), PhraseId(1, 2)
SILENT = PhraseId(2, 1)


def speech(phrase):
    return pcm16(SPOKEN[phrase].sound) if phrase in SPOKEN else bytes(48_000)


def worker():
    return WorkerRecognizer(RecognizerSettings(), MonotonicClock())


def scripted():
    texts = {phrase: voice.text for phrase, voice in SPOKEN.items()}
    return ScriptedRecognizer(MonotonicClock(), texts, pace_ms=10)


@pytest.fixture(params=[worker, scripted], ids=["worker", "scripted"])
def make(request):
    return request.param


def holds(make, scene, *, load=True):
    """Play a scene with a fresh recognizer, its model loaded, and close it."""

    async def play():
        recognizer = make()
        try:
            if load:
                await recognizer.load("tiny.en-short")
            await scene(recognizer)
        finally:
            await recognizer.close()

    asyncio.run(asyncio.wait_for(play(), 2 * PATIENCE))


def finish(recognizer, phrase, revision=0, parameters=PARAMETERS):
    session = recognizer.begin(parameters)
    session.feed(speech(phrase))
    return session.finish(phrase, revision)


def test_phrases_come_back_as_text_in_whatever_order_they_are_asked_for(make):
    async def scene(recognizer):
        for phrase in (*SPOKEN, FIRST):
            transcript = await finish(recognizer, phrase)
            assert transcript.text == SPOKEN[phrase].text
            assert transcript.verdict is Verdict.GOOD

    holds(make, scene)


def test_the_loaded_model_is_reported(make):
    async def scene(recognizer):
        assert recognizer.model is None
        await recognizer.load("tiny.en-short")
        assert recognizer.model == "tiny.en-short"
        await recognizer.close()
        assert recognizer.model is None

    holds(make, scene, load=False)


def test_a_model_that_cannot_be_loaded_leaves_the_one_before_in_use(make):
    async def scene(recognizer):
        with pytest.raises(ModelError):
            await recognizer.load("there-is-none")
        assert recognizer.model == "tiny.en-short"
        transcript = await finish(recognizer, FIRST)
        assert transcript.text == SPOKEN[FIRST].text

    holds(make, scene)


def test_a_transcript_names_its_phrase_revision_attempt_language_and_model(make):
    async def scene(recognizer):
        transcript = await finish(recognizer, FIRST, 7, SessionParameters("en", attempt=2))
        assert (transcript.phrase, transcript.revision, transcript.attempt) == (FIRST, 7, 2)
        assert (transcript.language, transcript.model) == ("en", "tiny.en-short")
        assert 0 <= transcript.probability <= 1
        assert 0 <= transcript.no_speech <= 1
        assert transcript.timings.total_ms > 0

    holds(make, scene)


def test_a_phrase_is_recognised_with_the_phrase_before_and_only_its_own_words_come_back(make):
    async def scene(recognizer):
        before = Preceding(speech(FIRST), SPOKEN[FIRST].text, gap=0)
        transcript = await finish(recognizer, SECOND, 1, SessionParameters("en", before=before))
        assert transcript.text.casefold() == SPOKEN[SECOND].text.casefold()
        assert transcript.verdict is Verdict.GOOD

    holds(make, scene)


def test_samples_may_come_in_any_pieces(make):
    async def scene(recognizer):
        session = recognizer.begin(PARAMETERS)
        pcm = speech(FIRST)
        for begin in range(0, len(pcm), 640):
            session.feed(pcm[begin : begin + 640])
        assert (await session.finish(FIRST, 0)).text == SPOKEN[FIRST].text

    holds(make, scene)


def test_silence_is_empty(make):
    async def scene(recognizer):
        transcript = await finish(recognizer, SILENT)
        assert (transcript.text, transcript.verdict) == ("", Verdict.EMPTY)

    holds(make, scene)


def test_a_phrase_without_samples_is_empty(make):
    async def scene(recognizer):
        transcript = await recognizer.begin(PARAMETERS).finish(SILENT, 0)
        assert transcript.verdict is Verdict.EMPTY

    holds(make, scene)


def test_a_session_that_was_begun_and_abandoned_disturbs_no_other(make):
    async def scene(recognizer):
        recognizer.begin(PARAMETERS).feed(speech(SECOND))
        assert (await finish(recognizer, FIRST)).text == SPOKEN[FIRST].text

    holds(make, scene)


def test_nothing_can_be_begun_before_a_model_is_loaded(make):
    async def scene(recognizer):
        with pytest.raises(RecognizerError, match="no model is loaded"):
            recognizer.begin(PARAMETERS)

    holds(make, scene, load=False)


def test_a_model_that_does_not_exist_is_refused_with_those_that_do(make):
    async def scene(recognizer):
        with pytest.raises(ModelError, match=r"tiny\.en-short"):
            await recognizer.load("large-v9")

    holds(make, scene, load=False)


def test_a_model_may_be_loaded_again(make):
    async def scene(recognizer):
        await recognizer.load("tiny.en-short")
        assert (await finish(recognizer, FIRST)).text == SPOKEN[FIRST].text

    holds(make, scene)


def test_one_phrase_at_a_time(make):
    async def scene(recognizer):
        running = asyncio.create_task(finish(recognizer, FIRST))
        await asyncio.sleep(0)
        with pytest.raises(RecognizerError, match="still being recognised"):
            recognizer.begin(PARAMETERS)
        assert (await running).text == SPOKEN[FIRST].text

    holds(make, scene)


def test_a_cancelled_phrase_leaves_the_recognizer_free_for_the_next(make):
    async def scene(recognizer):
        running = asyncio.create_task(finish(recognizer, FIRST))
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert (await finish(recognizer, SECOND)).text == SPOKEN[SECOND].text

    holds(make, scene)


def test_closing_fails_the_phrase_that_is_running_and_takes_no_other(make):
    async def scene(recognizer):
        running = asyncio.create_task(finish(recognizer, FIRST))
        await asyncio.sleep(0)
        await recognizer.close()
        with pytest.raises(RecognizerError, match="changed or closed"):
            await running
        with pytest.raises(RecognizerError, match="no model is loaded"):
            recognizer.begin(PARAMETERS)

    holds(make, scene)


def test_closing_twice_is_closing_once(make):
    async def scene(recognizer):
        await recognizer.close()

    holds(make, scene)


def test_the_script_can_understand_a_phrase_together_with_the_phrase_before():
    def joint():
        recognizer = scripted()
        recognizer.joint[SECOND] = ",", "and coffee."
        return recognizer

    async def scene(recognizer):
        before = Preceding(speech(FIRST), SPOKEN[FIRST].text, gap=0)
        together = await finish(recognizer, SECOND, 1, SessionParameters("en", before=before))
        assert (together.text, together.seam) == ("and coffee.", Seam(","))
        alone = await finish(recognizer, SECOND)
        assert (alone.text, alone.seam) == (SPOKEN[SECOND].text, None)

    holds(joint, scene)


def test_the_script_can_fail_a_phrase():
    async def scene(recognizer):
        recognizer.fail(FIRST)
        with pytest.raises(RecognizerError, match="died"):
            await finish(recognizer, FIRST)
        assert (await finish(recognizer, FIRST)).text == SPOKEN[FIRST].text

    holds(scripted, scene)
