"""The microphone that plays a recording: its pace, its end and its faults."""

import asyncio
import os

import numpy as np
import pytest
import soundfile

from saykey.audio.recording import RecordingMicrophone
from saykey.errors import MicrophoneLost
from saykey.simulated.clock import VirtualClock

MS = 1_000_000
TONE = (np.arange(1_000) + 1).astype("<i2").tobytes()
"""1000 samples: a little more than three frames."""


def test_paced_each_frame_comes_when_its_last_sample_was_spoken():
    async def plays():
        clock = VirtualClock(start=5 * MS)
        microphone = RecordingMicrophone(TONE, clock)
        await microphone.open()
        arrivals = []

        async def reads():
            while True:
                await microphone.read()
                arrivals.append(clock.now() // MS)

        task = asyncio.create_task(reads())
        await clock.advance_to(90 * MS)
        task.cancel()
        assert arrivals == [25, 45, 65, 85]

    asyncio.run(plays())


def test_not_paced_the_recording_comes_at_once_and_only_the_silence_in_time():
    async def plays():
        clock = VirtualClock()
        microphone = RecordingMicrophone(TONE, clock, paced=False)
        await microphone.open()
        heard = b"".join([(await microphone.read()).pcm16 for _ in range(4)])
        assert heard == TONE.ljust(4 * 640, b"\0")
        assert (clock.now(), microphone.ended) == (0, True)
        silence = asyncio.create_task(microphone.read())
        await asyncio.sleep(0)
        assert not silence.done()
        await clock.advance_to(20 * MS)
        assert set((await silence).pcm16) == {0}

    asyncio.run(plays())


def test_it_has_ended_with_its_last_sample_and_begins_again_when_opened_again():
    async def plays():
        microphone = RecordingMicrophone(TONE[: 2 * 640], VirtualClock(), paced=False)
        assert not microphone.ended
        await microphone.open()
        first = await microphone.read()
        assert not microphone.ended
        await microphone.read()
        assert microphone.ended
        await microphone.open()
        assert not microphone.ended
        assert await microphone.read() == first

    asyncio.run(plays())


def test_a_file_of_any_kind_is_played(tmp_path):
    async def plays():
        path = tmp_path / "speech.flac"
        soundfile.write(path, np.full((48_000, 2), 0.25), 48_000)
        microphone = RecordingMicrophone(path, VirtualClock(), paced=False)
        await microphone.open()
        assert microphone.name == f"file:{path}"
        frames = [await microphone.read() for _ in range(50)]
        assert np.frombuffer(frames[25].pcm16, "<i2").mean() == pytest.approx(8_192, abs=8)
        assert microphone.ended

    asyncio.run(plays())


def test_a_file_that_turns_out_to_be_damaged_while_it_plays_is_a_lost_microphone(tmp_path):
    async def plays():
        path = tmp_path / "speech.flac"
        soundfile.write(path, np.random.default_rng(0).normal(0, 0.1, 64_000), 16_000)
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2 :] = bytes(len(damaged) - len(damaged) // 2)
        path.write_bytes(damaged)
        microphone = RecordingMicrophone(path, VirtualClock(), paced=False)
        await microphone.open()

        async def plays_to_the_end():
            while not microphone.ended:
                await microphone.read()

        with pytest.raises(MicrophoneLost, match=r"speech\.flac"):
            await plays_to_the_end()

    asyncio.run(plays())


def test_a_pipe_is_refused_because_its_writer_may_pause(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    microphone = RecordingMicrophone(tmp_path / "pipe", VirtualClock())
    with pytest.raises(MicrophoneLost, match="is a pipe or a device: name an audio file"):
        asyncio.run(microphone.open())


def test_lost_samples_take_their_time_and_their_sound_with_them():
    async def plays():
        clock = VirtualClock()
        microphone = RecordingMicrophone(TONE, clock)
        await microphone.open()
        microphone.lose(500)
        reading = asyncio.create_task(microphone.read())
        await clock.advance_to(51 * MS)
        assert not reading.done()
        await clock.advance_to(52 * MS)
        frame = await reading
        assert (frame.sample, frame.pcm16) == (500, TONE[1_000 : 1_000 + 640])

    asyncio.run(plays())


def test_unplugged_it_cannot_be_opened_until_it_is_plugged_in():
    async def plays():
        microphone = RecordingMicrophone(TONE, VirtualClock(), paced=False)
        microphone.unplug()
        with pytest.raises(MicrophoneLost, match="plug the microphone in"):
            await microphone.open()
        microphone.plug()
        await microphone.open()
        assert (await microphone.read()).sample == 0

    asyncio.run(plays())
