"""Hearing has priority over recognising: the worker is nicer, and no sound is lost meanwhile."""

import asyncio
import configparser
import os
import shutil
import time
from pathlib import Path

import psutil
import pytest

from recorded import MODEL, speech
from saykey.audio.alsa import AlsaMicrophone
from saykey.audio.pcm import PERIODS
from saykey.clock import MonotonicClock
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, PhraseId
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.recognizer.supervisor import Starter
from saykey.settings.schema import RecognizerSettings

UNIT = Path(__file__).parents[2] / "systemd" / "saykey.service"
PATIENCE = 120


class PacedCard:
    """Records silence at the pace of the clock, and keeps all that is not fetched.

    ``longest_wait`` is the largest number of periods it had to keep. ``longest_work`` is the CPU
    time in seconds that the fetching thread spent at most between two visits. With a buffer of
    PERIODS periods, this work is what can cause an overrun on an otherwise idle machine.
    """

    def __init__(self):
        self._ready, self._signal = os.pipe()
        os.write(self._signal, b"!")
        self._begin = None  # the first read starts it
        self._read = 0
        self._worked = 0.0
        self.longest_wait = 0
        self.longest_work = 0.0

    def info(self):
        return {"rate": SAMPLE_RATE, "channels": 1, "format_name": "S16_LE"}

    def read(self):
        self._begin = self._begin or time.monotonic()
        worked = time.thread_time()
        self.longest_work = max(self.longest_work, worked - (self._worked or worked))
        self._worked = worked
        recorded = int((time.monotonic() - self._begin) * SAMPLE_RATE) // FRAME_SAMPLES
        self.longest_wait = max(self.longest_wait, recorded - self._read)
        if recorded == self._read:
            return 0, b""
        self._read += 1
        return FRAME_SAMPLES, bytes(FRAME_SAMPLES * SAMPLE_BYTES)

    def polldescriptors(self):
        return [(self._ready, 1)]

    def polldescriptors_revents(self, _descriptors):
        return 1

    def close(self):
        os.close(self._ready)
        os.close(self._signal)


def play(scene, model, threads):
    async def life():
        settings = RecognizerSettings(threads=threads)
        recognizer = WorkerRecognizer(settings, MonotonicClock())
        try:
            await recognizer.load(str(model))
            await scene(recognizer)
        finally:
            await recognizer.close()

    asyncio.run(asyncio.wait_for(life(), PATIENCE))


def test_the_worker_is_nicer_than_the_device():
    async def scene(recognizer):
        device = psutil.Process().nice()
        assert psutil.Process(recognizer.worker_pid).nice() == device + 5

    play(scene, MODEL, 1)


@pytest.mark.parametrize(("cores", "threads"), [(4, 3), (2, 1), (1, 1), (None, 1)])
def test_a_core_is_left_to_the_device_unless_the_settings_say_otherwise(
    monkeypatch, cores, threads
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert Starter.of(RecognizerSettings(), MonotonicClock()).threads == threads
    assert Starter.of(RecognizerSettings(threads=4), MonotonicClock()).threads == 4


def test_the_unit_puts_the_device_before_other_programs():
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.read_string(UNIT.read_text("utf-8"))
    assert int(unit["Service"]["Nice"]) < 0


@pytest.fixture
def slow_model(tmp_path):
    """The bundled model without its card: with the full window for every phrase."""
    return shutil.copy(MODEL, tmp_path / "slow.bin")


def test_nothing_keeps_the_loop_from_the_microphone_while_the_worker_computes(
    slow_model, record_property
):
    card = PacedCard()

    async def scene(recognizer):
        microphone = AlsaMicrophone("card", MonotonicClock(), opener=lambda _: card)
        await microphone.open()
        listening = asyncio.create_task(listen(microphone))
        for number in range(1, 3):
            session = recognizer.begin(SessionParameters("en"))
            session.feed(speech())
            transcript = await session.finish(PhraseId(1, number), 1)
            assert transcript.text
        listening.cancel()
        await asyncio.wait({listening})
        record_property(f"periods a card with {PERIODS} had to keep", card.longest_wait)
        assert card.longest_work < 0.1 < PERIODS * 0.02
        await microphone.close()

    play(scene, slow_model, os.cpu_count())


async def listen(microphone):
    while True:
        await microphone.read()
