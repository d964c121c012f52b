"""The contract of the port Microphone.

It runs for the recording, and twice for ALSA: on libasound's own file plugin, which takes the place
of the kernel's driver below the real library, and on a sound card that can be disturbed. In the
virtual machine of tests/kernel, where SAYKEY_KERNEL=real, ALSA has the kernel's sound card.
"""

import asyncio
import os
from contextlib import nullcontext

import pytest
from microphone_rigs import AlsaFilePlugin, AlsaSoundCard, PlayedRecording

from saykey.audio.alsa import AlsaMicrophone
from saykey.audio.recording import RecordingMicrophone
from saykey.errors import MicrophoneLost
from saykey.simulated.clock import VirtualClock

if os.environ.get("SAYKEY_KERNEL") == "real":
    from sound_card import loopback_desk

    DESKS = {"kernel": lambda *_: loopback_desk()}
else:
    DESKS = {
        "recording": lambda *_: nullcontext(PlayedRecording()),
        "alsa file plugin": lambda *places: nullcontext(AlsaFilePlugin(*places)),
        "alsa sound card": lambda *_: nullcontext(AlsaSoundCard()),
    }


@pytest.fixture(params=DESKS)
def desk(request, tmp_path, monkeypatch):
    with DESKS[request.param](tmp_path, monkeypatch) as made:
        yield made


@pytest.fixture(params=["recording", "alsa sound card"])
def disturbed(request):
    return PlayedRecording() if request.param == "recording" else AlsaSoundCard()


async def _read(desk, count):
    frames = []
    for _ in range(count):
        reading = asyncio.create_task(desk.microphone.read())
        for _ in range(3):
            await asyncio.sleep(0)
        await desk.pass_ms(20)
        frames.append(await asyncio.wait_for(reading, 5))
    return frames


def test_frames_have_320_samples_and_contiguous_positions_from_zero(desk):
    async def records():
        await desk.microphone.open()
        frames = await _read(desk, 6)
        await desk.microphone.close()
        assert [len(frame.pcm16) for frame in frames] == [640] * 6
        assert [frame.sample for frame in frames] == [320 * n for n in range(6)]
        assert desk.is_the_sound(b"".join(frame.pcm16 for frame in frames))
        assert desk.microphone.lost_samples == 0

    asyncio.run(records())


def test_opened_again_it_starts_at_sample_zero(desk):
    async def records():
        await desk.microphone.open()
        await _read(desk, 3)
        await desk.microphone.close()
        await desk.microphone.open()
        (frame,) = await _read(desk, 1)
        assert desk.is_the_sound(frame.pcm16)
        assert frame.sample == 0
        await desk.microphone.close()

    asyncio.run(records())


def test_a_cancelled_read_loses_nothing(desk):
    async def records():
        await desk.microphone.open()
        before = await _read(desk, 1)
        for turns in range(4):
            reading = asyncio.create_task(desk.microphone.read())
            for _ in range(turns):
                await asyncio.sleep(0)
            reading.cancel()
            await asyncio.wait({reading})
            if not reading.cancelled():
                before.append(reading.result())
        after = await _read(desk, 2)
        positions = [frame.sample for frame in before + after]
        assert positions == [320 * n for n in range(len(positions))]
        await desk.microphone.close()

    asyncio.run(records())


def test_a_frame_that_is_there_is_read_without_waiting(desk):
    async def records():
        await desk.microphone.open()
        (first,) = await _read(desk, 1)
        await desk.pass_ms(60)
        gathered = [first]
        while desk.microphone.has_frame() and len(gathered) < 4:
            reading = desk.microphone.read()
            with pytest.raises(StopIteration) as done:
                reading.send(None)
            gathered.append(done.value.value)
        assert len(gathered) == 4
        assert desk.is_the_sound(b"".join(frame.pcm16 for frame in gathered))
        await desk.microphone.close()
        with pytest.raises(MicrophoneLost, match="not open"):
            desk.microphone.has_frame()

    asyncio.run(records())


def test_no_frame_is_there_before_its_last_sample_was_spoken(disturbed):
    async def records():
        await disturbed.microphone.open()
        await _read(disturbed, 2)
        assert not disturbed.microphone.has_frame()
        await disturbed.pass_ms(18)
        assert not disturbed.microphone.has_frame()
        await disturbed.pass_ms(2)
        assert disturbed.microphone.has_frame()
        await disturbed.microphone.read()
        disturbed.unplug()
        with pytest.raises(MicrophoneLost, match="plug the microphone in again"):
            disturbed.microphone.has_frame()

    asyncio.run(records())


def test_closing_twice_does_no_harm(desk):
    async def closes():
        await desk.microphone.open()
        await desk.microphone.close()
        await desk.microphone.close()
        with pytest.raises(MicrophoneLost, match="not open"):
            await desk.microphone.read()

    asyncio.run(closes())


def test_its_name_is_what_the_settings_call_it(desk):
    names = {"a recording", "alsa:recording", "alsa:card", "alsa:hw:Loopback,1,0"}
    assert desk.microphone.name in names


def test_lost_samples_are_counted_and_positions_jump_by_them(disturbed):
    async def records():
        await disturbed.microphone.open()
        (before,) = await _read(disturbed, 1)
        await disturbed.lose(24_000)
        (after,) = await _read(disturbed, 1)
        assert disturbed.microphone.lost_samples == 24_000
        assert after.sample == before.end + 24_000
        await disturbed.microphone.close()
        await disturbed.microphone.open()
        assert disturbed.microphone.lost_samples == 0
        await disturbed.microphone.close()

    asyncio.run(records())


def test_unplugging_ends_even_a_running_read_with_microphone_lost_and_one_line(disturbed):
    async def records():
        await disturbed.microphone.open()
        await _read(disturbed, 1)
        reading = asyncio.create_task(disturbed.microphone.read())
        for _ in range(3):
            await asyncio.sleep(0)
        disturbed.unplug()
        with pytest.raises(MicrophoneLost, match="plug the microphone in again") as error:
            await asyncio.wait_for(reading, 5)
        assert disturbed.microphone.name in str(error.value)
        assert "\n" not in str(error.value)

    asyncio.run(records())


def test_a_missing_source_is_named_in_one_line(tmp_path):
    missing = [
        AlsaMicrophone("nosuch", VirtualClock()),
        RecordingMicrophone(tmp_path / "nosuch.wav", VirtualClock()),
    ]
    for microphone in missing:
        with pytest.raises(MicrophoneLost, match="nosuch") as error:
            asyncio.run(microphone.open())
        assert "\n" not in str(error.value)
