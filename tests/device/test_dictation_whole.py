"""The whole device in one process: real audio, real whisper.cpp, a host that decodes reports."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable

import pytest
from daemon import begun, dictated

from recorded import DICTATION
from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.adapters import Adapters, MakeRecognizer, worker_recognizer
from saykey.app import App
from saykey.audio.files import read_pcm16
from saykey.audio.recording import RecordingMicrophone
from saykey.clock import MonotonicClock
from saykey.flow import PhraseId
from saykey.ports import Clock, Recognizer
from saykey.settings.schema import HostSettings, MicrophoneSettings, Settings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.desk import DeskButton, DeskLamp
from saykey.simulated.host import SimulatedHost
from saykey.simulated.recognizer import ScriptedRecognizer

PATIENCE_S = 60

Post = Callable[[ev.Event], None]


class Desk:
    """A device on a desk: its app, its host, and what has happened so far."""

    def __init__(self, recording: bytes, recognizer: MakeRecognizer) -> None:
        clock = MonotonicClock()
        self.host = SimulatedHost(clock)
        self.button = DeskButton(clock)
        self.lamp = DeskLamp()
        self.microphone = RecordingMicrophone(recording, clock, paced=False)
        settings = Settings(
            microphone=MicrophoneSettings(pre_roll_ms=0), host=(HostSettings(name="desk"),)
        )
        self.app = App(
            settings,
            Adapters(
                clock=clock,
                microphone=self.microphone,
                transport_of=lambda _host: self.host,
                recognizer=recognizer,
                button=self.button,
                lamp=self.lamp,
            ),
        )
        self.events: list[ev.Event] = []
        self.effects: list[fx.Effect] = []
        self.moved = asyncio.Event()
        self.app.hub.observe(self._note)

    def _note(self, event: ev.Event, _device: object, effects: tuple, _now: int) -> None:
        self.events.append(event)
        self.effects += effects
        self.moved.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not reached():
                self.moved.clear()
                await self.moved.wait()

    async def happens(self, kind: type, count: int = 1) -> None:
        await self.until(lambda: sum(isinstance(e, kind) for e in self.events) >= count)

    async def begins(self, kind: type) -> None:
        await self.until(lambda: any(isinstance(e, kind) for e in self.effects))

    async def speak_to_the_end(self) -> None:
        """Press, let the whole recording be heard, release."""
        self.button.press()
        await self.until(lambda: self.microphone.ended)
        self.button.release()
        await self.happens(ev.CaptureDrained)

    async def rest(self) -> None:
        hearing, delivery = (lambda d: (d.hearing, d.delivery)), self.app.hub
        await self.until(
            lambda: (
                not hearing(delivery.device)[0].dictations
                and delivery.device.delivery.typing is None
                and not delivery.device.delivery.queue
            )
        )


def live(
    story: Callable[[Desk], Awaitable[None]],
    recording: bytes,
    recognizer: MakeRecognizer = worker_recognizer,
) -> Desk:
    """Run a device, play a story on it, and shut it down."""

    async def life() -> Desk:
        desk = Desk(recording, recognizer)
        running = asyncio.create_task(desk.app.run())
        try:
            await desk.happens(ev.ModelReady)
            await story(desk)
        finally:
            desk.app.hub.post(rq.ShutdownWanted())
            await asyncio.wait_for(running, PATIENCE_S)
        return desk

    return asyncio.run(life())


def test_what_was_said_appears_on_the_host() -> None:
    async def story(desk: Desk) -> None:
        await desk.speak_to_the_end()
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION))
    assert dictated(desk.host.text)
    assert desk.host.keys_down == frozenset()


def test_a_pause_in_mid_sentence_does_not_end_it() -> None:
    said = ("Please enter your password.", "", "", "")
    behind = (("", "followed by the pound key."), (".", "Hold the line."), (",", "please."))

    def scripted(_settings: Settings, clock: Clock, _post: Post) -> Recognizer:
        texts = {PhraseId(1, number): text for number, text in enumerate(said, start=1)}
        joint = {PhraseId(1, number): seam for number, seam in enumerate(behind, start=2)}
        return ScriptedRecognizer(clock, texts, joint=joint)

    async def story(desk: Desk) -> None:
        await desk.speak_to_the_end()
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION), scripted)
    phrases = sum(isinstance(event, ev.PhraseEnded) for event in desk.events)
    assert phrases >= len(said)
    text = "Please enter your password followed by the pound key. Hold the line, please."
    assert desk.host.text == text


def test_a_worker_killed_in_mid_phrase_loses_no_word() -> None:
    async def story(desk: Desk) -> None:
        speaking = asyncio.create_task(desk.speak_to_the_end())
        await desk.begins(fx.Recognise)
        os.kill(desk.app.recognizer.worker_pid, signal.SIGKILL)
        await speaking
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION))
    assert any(isinstance(event, ev.RecognitionFailed) for event in desk.events)
    assert dictated(desk.host.text)


def test_shutting_down_does_not_wait_for_a_worker_that_hangs_in_mid_phrase() -> None:
    standing = VirtualClock()
    worker = 0

    def on_a_clock_that_stands(settings: Settings, _clock: Clock, post: Post) -> Recognizer:
        """No time-out of the recognizer ends: its clock stands still."""
        return worker_recognizer(settings, standing, post)

    async def story(desk: Desk) -> None:
        nonlocal worker
        worker = desk.app.recognizer.worker_pid
        desk.button.press()
        await desk.begins(fx.Recognise)
        os.kill(worker, signal.SIGSTOP)
        desk.button.release()
        await desk.happens(ev.CaptureDrained)

    desk = live(story, read_pcm16(DICTATION), on_a_clock_that_stands)
    assert isinstance(desk.effects[-1], fx.Exit)
    assert desk.effects[-1].unrecognised > 0
    assert desk.host.keys_down == frozenset()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_unplugged_in_mid_dictation_the_rest_is_held_and_a_tap_types_it() -> None:
    async def story(desk: Desk) -> None:
        speaking = asyncio.create_task(desk.speak_to_the_end())
        await desk.happens(ev.TypingFinished)
        desk.host.unplug()
        desk.host.plug()
        await speaking
        await desk.rest()
        assert begun(desk.host.text)
        await desk.app.hub.ask(rq.HeldTextWanted())
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION))
    assert dictated(desk.host.text)


def test_the_microphone_is_unplugged_and_what_was_said_before_is_typed() -> None:
    async def story(desk: Desk) -> None:
        desk.button.press()
        await desk.happens(ev.PhraseEnded)
        desk.microphone.unplug()
        await desk.happens(ev.MicrophoneFailed)
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION))
    assert begun(desk.host.text)


def test_cancel_keeps_what_is_typed_and_types_nothing_more() -> None:
    async def story(desk: Desk) -> None:
        speaking = asyncio.create_task(desk.speak_to_the_end())
        await desk.happens(ev.TypingFinished)
        speaking.cancel()
        await desk.app.hub.ask(rq.Cancelled())
        await desk.rest()

    desk = live(story, read_pcm16(DICTATION))
    assert begun(desk.host.text)


def test_a_minute_of_silence_types_nothing() -> None:
    async def story(desk: Desk) -> None:
        await desk.speak_to_the_end()
        await desk.rest()

    desk = live(story, bytes(60 * 32_000))
    assert desk.host.text == ""
    assert not any(isinstance(effect, fx.Recognise) for effect in desk.effects)
