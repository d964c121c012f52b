"""Capture: which of the microphone's samples a dictation gets, and which events are posted.

The voice of the recording is loud noise, which the energy threshold separates from the silence
around it. Time is in milliseconds since the microphone was opened; 16 samples are a millisecond.
"""

import asyncio
from contextlib import asynccontextmanager
from itertools import pairwise

import numpy as np
import pytest

from saykey.audio.recording import RecordingMicrophone
from saykey.errors import MicrophoneLost
from saykey.events import (
    CaptureDrained,
    MicrophoneFailed,
    MicrophoneReady,
    PhraseEnded,
    PhrasePaused,
    SoundHeard,
)
from saykey.flow import LEVEL_STEP_DB, LentSound
from saykey.listening.capture import Capture
from saykey.listening.lent import CANCELLED, LOST
from saykey.settings.schema import MicrophoneSettings, SpeechSettings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.detector import EnergyDetector
from saykey.speech.cutter import Cutter

MS = 1_000_000
SPEECH = SpeechSettings(onset_ms=60, pre_roll_ms=100, pause_ms=200, hang_over_ms=400)


def recording(*stretches):
    """pcm16 of (voiced, milliseconds) stretches."""
    noise = np.random.default_rng(2)
    return b"".join(
        noise.normal(0, 3000 if voiced else 0, ms * 16).astype("<i2").tobytes()
        for voiced, ms in stretches
    )


QUIET_THEN_VOICE = recording((False, 1000), (True, 1000), (False, 3000))


class FaultyMicrophone(RecordingMicrophone):
    """A microphone that another program holds, or that opens and then gives no sound."""

    busy = dead = False

    async def open(self):
        if self.busy:
            raise MicrophoneLost("the microphone is busy: end the other program")
        await super().open()

    async def read(self):
        if self.dead:
            await self._clock.sleep_until(self._clock.now() + 2000 * MS)
            raise MicrophoneLost("the microphone gives no sound: plug it in again")
        return await super().read()


class Desk:
    """A capture that runs on a recording, and all events it posted."""

    def __init__(self, sound, pre_roll_ms=300, post_roll_ms=200, clock=None):
        self.clock = clock or VirtualClock()
        self.sound = sound
        self.microphone = FaultyMicrophone(sound, self.clock)
        self.posted = []
        self.capture = Capture(
            self.microphone,
            self.clock,
            MicrophoneSettings(pre_roll_ms=pre_roll_ms, post_roll_ms=post_roll_ms),
            lambda dictation: Cutter(dictation, SPEECH, EnergyDetector(-45)),
            self.posted.append,
            hand_over=self._lend,
        )
        self.lent = []

    def _lend(self, heard):
        self.posted.append(heard)
        self.lent.append(heard)

    async def until(self, ms):
        await self.clock.advance_to(ms * MS)

    def of(self, *kinds):
        return [event for event in self.posted if isinstance(event, kinds)]

    def phrases(self):
        return [event.phrase for event in self.of(PhraseEnded)]

    def samples(self, from_ms, to_ms):
        return self.sound[round(from_ms * 32) : round(to_ms * 32)]


@asynccontextmanager
async def running(sound=QUIET_THEN_VOICE, **settings):
    desk = Desk(sound, **settings)
    task = asyncio.create_task(desk.capture.run())
    try:
        yield desk
    finally:
        await desk.capture.shutdown()
        assert task.cancelled()


def scenario(test):
    """Run an asynchronous test."""

    def run():
        asyncio.run(test())

    run.__name__ = test.__name__
    run.__doc__ = test.__doc__
    return run


@scenario
async def test_a_dictation_begins_with_the_pre_roll_and_ends_at_the_release():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS)
        await desk.until(1700)
        desk.capture.close(1, 1700 * MS)
        await desk.until(2200)
        (phrase,) = desk.phrases()
        # Sample 0 was spoken at 1200 ms; the voice continues through all of the post-roll.
        assert phrase.pcm == desk.samples(1200, 1900)
        assert (phrase.first_sample, phrase.last_sample) == (0, 700 * 16)
        assert desk.of(CaptureDrained) == [CaptureDrained(1, 0)]
        assert desk.posted[-1] == CaptureDrained(1, 0)


@scenario
async def test_a_press_that_is_reported_late_misses_nothing_that_was_said_since():
    async with running() as desk:
        await desk.until(1900)
        desk.capture.open(1, 1400 * MS)
        desk.capture.close(1, 1850 * MS)
        await desk.until(2400)
        (phrase,) = desk.phrases()
        assert phrase.pcm == desk.samples(1100, 2050)


@scenario
async def test_the_release_is_exact_to_the_sample_with_frames_read_and_unread():
    for told_at in (1713, 1705, 1760):
        async with running(post_roll_ms=0) as desk:
            await desk.until(1500)
            desk.capture.open(1, 1500 * MS)
            await desk.until(told_at)
            desk.capture.close(1, 1705 * MS)
            await desk.until(2000)
            (phrase,) = desk.phrases()
            assert phrase.pcm == desk.samples(1200, 1705)


@scenario
async def test_a_release_in_silence_ends_at_once():
    async with running() as desk:
        await desk.until(900)
        desk.capture.open(1, 900 * MS)
        await desk.until(2260)
        assert len(desk.of(PhrasePaused)) == 1
        desk.capture.close(1, 2260 * MS)
        await desk.until(2260)
        assert desk.phrases() == [event.phrase for event in desk.of(PhrasePaused)]
        assert desk.posted[-1] == CaptureDrained(1, 0)


@scenario
async def test_a_press_without_speech_gives_no_phrase():
    async with running() as desk:
        await desk.until(500)
        desk.capture.open(1, 500 * MS)
        await desk.until(700)
        desk.capture.close(1, 700 * MS)
        await desk.until(700)
        assert desk.phrases() == []
        assert desk.posted[-1] == CaptureDrained(1, 0)


@scenario
async def test_frames_that_come_late_do_not_shift_the_press():
    """The loop stands still from 1.3 s to 1.6 s; the press at 1.4 s keeps its position."""
    async with running(post_roll_ms=0) as desk:
        await desk.until(1300)
        desk.clock.advance(300 * MS)
        await desk.until(1640)
        desk.capture.open(1, 1400 * MS)
        desk.capture.close(1, 1640 * MS)
        await desk.until(1700)
        (phrase,) = desk.phrases()
        assert phrase.pcm == desk.samples(1100, 1640)


@scenario
async def test_lost_samples_are_counted_and_heard_as_silence():
    async with running(post_roll_ms=0) as desk:
        await desk.until(1400)
        desk.capture.open(1, 1400 * MS)
        await desk.until(1400)
        desk.microphone.lose(100 * 16)
        await desk.until(1800)
        desk.capture.close(1, 1800 * MS)
        await desk.until(2000)
        (phrase,) = desk.phrases()
        assert phrase.pcm == desk.samples(1100, 1400) + bytes(3200) + desk.samples(1500, 1800)
        assert desk.posted[-1] == CaptureDrained(1, 1600)


@scenario
async def test_a_second_dictation_may_begin_while_the_first_one_drains():
    async with running() as desk:
        await desk.until(1400)
        desk.capture.open(1, 1400 * MS)
        await desk.until(1500)
        desk.capture.close(1, 1500 * MS)
        await desk.until(1520)
        desk.capture.open(2, 1520 * MS)
        await desk.until(1800)
        desk.capture.close(2, 1800 * MS)
        await desk.until(2300)
        first, second = desk.phrases()
        assert (first.id.dictation, first.pcm) == (1, desk.samples(1100, 1700))
        assert (second.id.dictation, second.pcm) == (2, desk.samples(1220, 2000))
        assert desk.of(CaptureDrained) == [CaptureDrained(1, 0), CaptureDrained(2, 0)]


@scenario
async def test_an_aborted_dictation_is_not_reported_again():
    async with running() as desk:
        await desk.until(1000)
        desk.capture.open(1, 1000 * MS)
        await desk.until(1500)
        told = list(desk.posted)
        desk.capture.abort(1)
        desk.capture.close(1, 1600 * MS)
        await desk.until(4000)
        assert desk.posted == told


@scenario
async def test_drained_is_reported_exactly_once():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS)
        desk.capture.close(1, 1600 * MS)
        desk.capture.close(1, 1700 * MS)
        await desk.until(3000)
        desk.capture.close(1, 1800 * MS)
        assert len(desk.of(CaptureDrained)) == 1
        assert desk.phrases()[0].pcm == desk.samples(1200, 1800)


@scenario
async def test_the_level_is_reported_when_it_has_changed_while_the_button_is_down():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS)
        await desk.until(2560)
        levels = [event.level_db for event in desk.of(SoundHeard)]
        assert levels[0] == pytest.approx(20 * np.log10(3000 / 32_768), abs=LEVEL_STEP_DB / 2)
        assert levels[-1] == -96
        assert all(before != after for before, after in pairwise(levels))
        desk.capture.close(1, 2560 * MS)
        await desk.until(4000)
        assert len(desk.of(SoundHeard)) == len(levels)


class CountingClock(VirtualClock):
    """Counts how often a sleeper had to be woken."""

    wakes = 0

    async def sleep_until(self, at):
        self.wakes += at > self.now()
        await super().sleep_until(at)


class TestFramesGather:
    """Frames are read together, because a wake-up costs more than the work on a frame."""

    @staticmethod
    def test_silence_with_the_button_up_and_voice_wake_the_process_some_six_times_a_second():
        async def listens():
            sound = recording((False, 2000), (True, 2000))
            async with running(sound, clock=CountingClock()) as desk:
                await desk.until(2000)
                assert desk.clock.wakes <= 14
                desk.capture.open(1, 2000 * MS)
                await desk.until(4000)
                assert desk.clock.wakes <= 28

        asyncio.run(listens())

    @staticmethod
    def test_a_pause_and_an_end_are_still_reported_in_their_own_frame():
        async def listens():
            for started in (900, 980, 1020):
                async with running() as desk:
                    await desk.until(started)
                    desk.capture.open(1, started * MS)
                    for kind, at in ((PhrasePaused, 2200), (PhraseEnded, 2400)):
                        await desk.until(at - 1)
                        assert desk.of(kind) == []
                        await desk.until(at)
                        assert len(desk.of(kind)) == 1

        asyncio.run(listens())

    @staticmethod
    def test_a_press_at_the_moment_of_the_shutdown_ends_like_any_other():
        async def listens():
            async with running() as desk:
                await desk.until(1500)
                desk.capture.open(1, 1500 * MS)
                async with asyncio.timeout(10):
                    await desk.capture.shutdown()

        asyncio.run(listens())


class TestWithoutPreRoll:
    @staticmethod
    def test_the_microphone_is_open_only_while_a_dictation_is():
        async def dictates():
            async with running(recording((True, 5000)), pre_roll_ms=0, post_roll_ms=0) as desk:
                await desk.until(1000)
                assert desk.posted == [MicrophoneReady()]
                with pytest.raises(MicrophoneLost, match="not open"):
                    await desk.microphone.read()
                desk.capture.open(1, 1000 * MS)
                await desk.until(1500)
                desk.capture.close(1, 1500 * MS)
                await desk.until(1600)
                (phrase,) = desk.phrases()
                assert phrase.pcm == desk.samples(0, 500)
                with pytest.raises(MicrophoneLost, match="not open"):
                    await desk.microphone.read()

        asyncio.run(dictates())

    @staticmethod
    def test_each_dictation_begins_at_its_own_first_sample():
        async def dictates():
            async with running(recording((True, 5000)), pre_roll_ms=0, post_roll_ms=0) as desk:
                for number, start in ((1, 1000), (2, 2000)):
                    await desk.until(start)
                    desk.capture.open(number, start * MS)
                    await desk.until(start + 300)
                    desk.capture.close(number, (start + 300) * MS)
                    await desk.until(start + 400)
                assert [phrase.pcm for phrase in desk.phrases()] == [desk.samples(0, 300)] * 2

        asyncio.run(dictates())

    @staticmethod
    def test_a_button_released_before_the_first_frame_gives_no_phrase():
        async def dictates():
            async with running(recording((True, 5000)), pre_roll_ms=0, post_roll_ms=0) as desk:
                await desk.until(1000)
                desk.capture.open(1, 1000 * MS)
                desk.capture.close(1, 1000 * MS)
                await desk.until(1100)
                assert desk.posted == [MicrophoneReady(), CaptureDrained(1, 0)]

        asyncio.run(dictates())


class TestALostMicrophone:
    @staticmethod
    def test_gives_what_was_said_then_says_so_and_is_found_again_within_a_second():
        async def loses():
            async with running() as desk:
                await desk.until(1500)
                desk.capture.open(1, 1500 * MS)
                await desk.until(1800)
                desk.microphone.unplug()
                await desk.until(1820)
                ended, drained, failed = desk.posted[-3:]
                # What the sound card gathered since 1660 ms is lost with it.
                assert ended.phrase.pcm == desk.samples(1200, 1660)
                assert drained == CaptureDrained(1, 0)
                assert "plug the microphone in" in failed.reason
                desk.microphone.plug()
                await desk.until(2900)
                assert desk.posted[-1] == MicrophoneReady()

        asyncio.run(loses())

    @staticmethod
    def test_does_not_go_on_with_the_dictation_when_it_is_back():
        async def loses():
            async with running(recording((True, 9000))) as desk:
                await desk.until(500)
                desk.capture.open(1, 500 * MS)
                await desk.until(800)
                desk.microphone.unplug()
                await desk.until(900)
                desk.microphone.plug()
                await desk.until(5000)
                desk.capture.close(1, 5000 * MS)
                assert len(desk.phrases()) == len(desk.of(CaptureDrained)) == 1

        asyncio.run(loses())

    @staticmethod
    def test_is_reported_once_however_long_it_is_away_and_a_press_meanwhile_soon_drains():
        async def loses():
            desk = Desk(QUIET_THEN_VOICE)
            desk.microphone.unplug()
            task = asyncio.create_task(desk.capture.run())
            await desk.until(60_000)
            (failed,) = desk.posted
            assert isinstance(failed, MicrophoneFailed)
            desk.capture.open(1, 60_000 * MS)
            assert await desk.capture.tried() == failed.reason
            assert desk.posted[1:] == [CaptureDrained(1, 0)]
            desk.capture.close(1, 60_100 * MS)
            desk.microphone.plug()
            await desk.until(62_000)
            assert desk.posted[2:] == [MicrophoneReady()]
            await desk.capture.shutdown()
            assert task.cancelled()

        asyncio.run(loses())

    @staticmethod
    def test_that_is_back_is_heard_by_a_press_at_once():
        async def loses():
            async with running(recording((True, 9000))) as desk:
                await desk.until(500)
                desk.microphone.unplug()
                await desk.until(700)
                desk.microphone.plug()  # the next look would be at 1660
                desk.capture.open(1, 700 * MS)
                await desk.until(1000)
                assert await desk.capture.tried() == ""
                assert [type(event) for event in desk.posted[:3]] == [
                    MicrophoneReady, MicrophoneFailed, MicrophoneReady,
                ]  # fmt: skip
                desk.capture.close(1, 1000 * MS)
                await desk.until(1300)
                (phrase,) = desk.phrases()
                assert phrase.pcm == desk.samples(0, 500)

        asyncio.run(loses())

    @staticmethod
    def test_that_is_away_for_another_reason_now_reports_the_new_one():
        async def loses():
            async with running() as desk:
                await desk.until(500)
                desk.microphone.unplug()
                await desk.until(700)
                desk.microphone.busy = True
                await desk.until(2000)
                reasons = [event.reason for event in desk.of(MicrophoneFailed)]
                assert len(reasons) == 2
                assert "busy" in reasons[1]

        asyncio.run(loses())

    @staticmethod
    @pytest.mark.parametrize("pre_roll_ms", [0, 300])
    def test_that_opens_but_gives_no_sound_stays_lost(pre_roll_ms):
        async def loses():
            desk = Desk(QUIET_THEN_VOICE, pre_roll_ms=pre_roll_ms)
            desk.microphone.dead = True
            task = asyncio.create_task(desk.capture.run())
            await desk.until(9000)
            (failed,) = desk.posted
            assert isinstance(failed, MicrophoneFailed)
            desk.microphone.dead = False
            await desk.until(13_000)
            assert desk.posted[1:] == [MicrophoneReady()]
            await desk.capture.shutdown()
            assert task.cancelled()

        asyncio.run(loses())

    @staticmethod
    def test_a_press_that_is_cancelled_before_the_first_frame_is_answered_all_the_same():
        async def loses():
            async with running(pre_roll_ms=0) as desk:
                await desk.until(500)
                desk.capture.open(1, 500 * MS)
                desk.capture.abort(1)
                answer = asyncio.create_task(desk.capture.tried())
                await desk.until(600)
                assert answer.done()
                assert answer.result() == ""

        asyncio.run(loses())

    @staticmethod
    def test_hears_the_next_dictation_as_the_first_one():
        async def loses():
            async with running(recording((True, 9000))) as desk:
                await desk.until(500)
                desk.microphone.unplug()
                await desk.until(600)
                desk.microphone.plug()
                await desk.until(
                    2000
                )  # lost at 660, found at 1660: the recording begins again there
                desk.capture.open(1, 2000 * MS)
                await desk.until(2500)
                desk.capture.close(1, 2500 * MS)
                await desk.until(3000)
                (phrase,) = desk.phrases()
                assert phrase.pcm == desk.samples(40, 1040)

        asyncio.run(loses())


@scenario
async def test_shutdown_closes_the_microphone_and_posts_nothing_more():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS)
        await desk.until(1600)
        told = list(desk.posted)
        await desk.capture.shutdown()
        with pytest.raises(MicrophoneLost, match="not open"):
            await desk.microphone.read()
        assert desk.posted == told


@scenario
async def test_a_borrower_gets_the_sound_from_the_press_to_the_release_in_pieces_of_160_ms():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS, 7)
        await desk.until(2010)
        desk.capture.close(1, 2010 * MS)
        await desk.until(2500)
        assert b"".join(heard.pcm16 for heard in desk.lent) == desk.samples(1500, 2010)
        assert [len(heard.pcm16) // 32 for heard in desk.lent] == [160, 160, 160, 30]
        assert [heard.over for heard in desk.lent] == [False, False, False, True]
        assert {(heard.borrower, heard.why) for heard in desk.lent} == {(7, "")}
        assert desk.posted[-1] == CaptureDrained(1, 0)
        assert not desk.of(PhrasePaused, PhraseEnded)
        assert desk.of(SoundHeard)


@scenario
async def test_a_borrower_is_told_that_its_dictation_was_cancelled_and_gets_nothing_more():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS, 7)
        await desk.until(1700)
        desk.capture.abort(1)
        await desk.until(2500)
        assert (desk.lent[-1].over, desk.lent[-1].why) == (True, CANCELLED)
        heard = b"".join(heard.pcm16 for heard in desk.lent)
        assert desk.samples(1500, 1600) == heard[: 100 * 32]
        assert len(heard) <= 200 * 32
        assert not desk.of(CaptureDrained)


@scenario
async def test_a_borrower_is_told_that_the_microphone_went_away():
    async with running() as desk:
        await desk.until(1500)
        desk.capture.open(1, 1500 * MS, 7)
        await desk.until(1700)
        desk.microphone.unplug()
        await desk.until(2500)
        assert (desk.lent[-1].over, desk.lent[-1].why) == (True, LOST)
        assert desk.of(LentSound, CaptureDrained, MicrophoneFailed)[-2:] == [
            CaptureDrained(1, 0),
            MicrophoneFailed(desk.of(MicrophoneFailed)[0].reason),
        ]


@scenario
async def test_after_a_borrower_the_next_dictation_has_phrases_again():
    async with running() as desk:
        await desk.until(200)
        desk.capture.open(1, 200 * MS, 7)
        await desk.until(400)
        desk.capture.close(1, 400 * MS)
        await desk.until(1500)
        desk.capture.open(2, 1500 * MS)
        await desk.until(1700)
        desk.capture.close(2, 1700 * MS)
        await desk.until(2200)
        (phrase,) = desk.phrases()
        assert phrase.id.dictation == 2
