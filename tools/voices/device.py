"""Dictates recordings through the device's own parts, one dictation each."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from saykey.clock import MonotonicClock
from saykey.offline.device import offline_device
from saykey.offline.dictated import Dictated
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings, Settings


def dictated(model: str, recordings: Mapping[str, bytes]) -> dict[str, Dictated]:
    """What is typed for each recording of 16 kHz mono pcm16, by name. One thread."""

    async def all_of_them() -> dict[str, Dictated]:
        recognizer = RecognizerSettings(model=model, threads=1, speculate=False)
        settings = Settings(recognizer=recognizer)
        clock = MonotonicClock()
        worker = WorkerRecognizer(recognizer, clock)
        try:
            async with offline_device(settings, worker, clock) as device:
                return {name: await device.dictate([pcm]) for name, pcm in recordings.items()}
        finally:
            await worker.close()

    return asyncio.run(all_of_them())
