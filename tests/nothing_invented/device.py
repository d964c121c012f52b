"""The device's chain from sound to text, without a microphone: detector, cutter, recognizer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from saykey.clock import MonotonicClock
from saykey.events import PhraseEnded
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, Phrase, Transcript
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings, SpeechSettings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector

if TYPE_CHECKING:
    from numpy.typing import NDArray

FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES


def pcm16(sound: NDArray[np.floating]) -> bytes:
    """Samples of -1..1 as the microphone would give them."""
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def phrases(sound: NDArray[np.floating], dictation: int = 1) -> list[Phrase]:
    """What the speech room cuts out of a dictation of this sound, by the default settings."""
    settings = SpeechSettings()
    cutter = Cutter(dictation, settings, WebRtcDetector(settings.aggressiveness))
    pcm, events = pcm16(sound), []
    for begin in range(0, len(pcm), FRAME_BYTES):
        events += cutter.feed(pcm[begin : begin + FRAME_BYTES], begin // SAMPLE_BYTES)
    events += cutter.finish()
    return [event.phrase for event in events if isinstance(event, PhraseEnded)]


def recognise(
    found: Iterable[Phrase], settings: RecognizerSettings | None = None, prompt: str = ""
) -> list[Transcript]:
    """The transcripts of these phrases, by a worker of its own with the bundled model."""
    wanted = settings or RecognizerSettings(threads=1)

    async def all_of_them() -> list[Transcript]:
        recognizer = WorkerRecognizer(wanted, MonotonicClock())
        try:
            await recognizer.load(wanted.model)
            heard = []
            for phrase in found:
                session = recognizer.begin(SessionParameters(wanted.language, prompt))
                session.feed(phrase.pcm)
                heard.append(await session.finish(phrase.id, phrase.revision))
            return heard
        finally:
            await recognizer.close()

    return asyncio.run(all_of_them())


def dictations(
    sounds: Sequence[NDArray[np.floating]], settings: RecognizerSettings | None = None
) -> list[list[Transcript]]:
    """The transcripts of each of these sounds, one dictation each."""
    cut = [phrases(sound, number) for number, sound in enumerate(sounds, 1)]
    heard = iter(recognise([phrase for found in cut for phrase in found], settings))
    return [[next(heard) for _ in found] for found in cut]
