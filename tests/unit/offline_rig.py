"""Recordings and recognizers for tests of the offline device."""

import asyncio
from dataclasses import replace

import numpy as np

from saykey.errors import ModelError
from saykey.flow import SAMPLE_RATE, PhraseId, Verdict
from saykey.offline.device import offline_device
from saykey.settings.schema import RecognizerSettings, Settings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.recognizer import ScriptedRecognizer

TURN_NS = 5_000_000


def quiet(seconds):
    """Digital silence as pcm16."""
    return bytes(2 * round(seconds * SAMPLE_RATE))


def voice(seconds):
    """A buzz with the overtones of a voice: WebRTC's detector takes every frame for a voice."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    overtones = (np.sin(2 * np.pi * 120 * order * time) / order for order in range(1, 20))
    sound = sum(overtones) * (0.6 + 0.4 * np.sin(8 * np.pi * time))
    return (sound / np.abs(sound).max() * 12_000).astype("<i2").tobytes()


def amplified(pcm16, gain):
    """The sound made louder or quieter, and clipped at full scale."""
    samples = np.rint(np.frombuffer(pcm16, "<i2") * gain)
    return samples.clip(-32_768, 32_767).astype("<i2").tobytes()


def script(*dictations):
    """The texts of the phrases of each dictation, as ScriptedRecognizer takes them."""
    return {
        PhraseId(dictation, number): text
        for dictation, texts in enumerate(dictations, 1)
        for number, text in enumerate(texts, 1)
    }


class Doubting(ScriptedRecognizer):
    """Doubts every text."""

    async def recognise(self, parameters, samples, phrase, revision):
        transcript = await super().recognise(parameters, samples, phrase, revision)
        return replace(transcript, verdict=Verdict.DOUBTFUL)


class LoadsOnce(ScriptedRecognizer):
    """Its model cannot be loaded a second time, as if its file had gone."""

    loaded = False

    async def load(self, model):
        if self.loaded:
            await self.close()
            raise ModelError(f"the file of {model} is gone: import it again")
        await super().load(model)
        self.loaded = True


def dictate(
    *recordings, texts, pace_ms=0.0, kind=ScriptedRecognizer, failures=(), progress=None, **settings
):
    """What the offline device made of these recordings, one dictation each.

    ``settings`` are those of the recognizer. ``failures``: phrases, and how often each fails.
    """

    async def scene():
        clock = VirtualClock()
        recognizer = kind(clock, texts, models=frozenset({"scripted"}), pace_ms=pace_ms)
        for phrase, times in failures:
            recognizer.fail(phrase, times)
        wanted = Settings(recognizer=RecognizerSettings(**{"model": "scripted", **settings}))
        passing = asyncio.create_task(pass_time(clock))
        try:
            async with offline_device(wanted, recognizer, clock) as device:
                told = [] if progress is None else [progress]
                return [await device.dictate([each], *told) for each in recordings]
        finally:
            passing.cancel()

    return asyncio.run(scene())


async def pass_time(clock):
    while True:
        await clock.advance_to(clock.now() + TURN_NS)
