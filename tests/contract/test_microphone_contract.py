"""The contract of the port Microphone.

Held by the recording, and by ALSA twice: on libasound's own file plugin, which takes the place of
the kernel's driver below the real library, and on a sound card that can be disturbed. In the
virtual machine of tests/kernel, where SAYKEY_KERNEL=real: by ALSA on the kernel's sound card.
"""

import asyncio
import os
from contextlib import nullcontext, suppress

import alsaaudio
import numpy as np
import pytest

from saykey.audio.alsa import AlsaMicrophone
from saykey.audio.recording import RecordingMicrophone
from saykey.errors import MicrophoneLost
from saykey.flow import FRAME_SAMPLES
from saykey.simulated.clock import VirtualClock

MS = 1_000_000
SOUND = np.arange(100 * FRAME_SAMPLES, dtype="<i2").tobytes()
"""Every sample tells its position."""


class SoundCard:
    """What alsaaudio.PCM does, with the card's side open to the test: 16 kHz mono S16_LE."""

    PERIOD, BUFFER = 320, 16_000

    def __init__(self):
        self._recorded = bytearray()
        self._overrun = self._gone = False
        self._ready, self._signal = os.pipe()
        os.set_blocking(self._ready, False)

    def record(self, samples):
        """The card has recorded more."""
        if len(self._recorded) // 2 + len(samples) // 2 > self.BUFFER:
            self._overrun = True
        self._recorded += samples
        os.write(self._signal, b"!")

    def unplug(self):
        self._gone = True
        os.write(self._signal, b"!")

    def info(self):
        return {"rate": 16_000, "channels": 1, "format_name": "S16_LE", "period_size": self.PERIOD}

    def read(self):
        if self._gone:
            raise alsaaudio.ALSAAudioError("No such device [card]")
        if self._overrun:
            self._overrun = False
            self._recorded.clear()
            self._settle()
            return -32, b""
        data = bytes(self._recorded[: self.PERIOD * 2])
        del self._recorded[: self.PERIOD * 2]
        if not self._recorded:
            self._settle()
        return len(data) // 2, data

    def _settle(self):
        """The descriptor is ready only while there is something to read."""
        with suppress(BlockingIOError):
            os.read(self._ready, 4096)

    def polldescriptors(self):
        return [(self._ready, 41)]

    def polldescriptors_revents(self, descriptors):
        assert descriptors[0][0] == self._ready
        return descriptors[0][1]

    def close(self):
        if self._ready is not None:
            os.close(self._ready)
            os.close(self._signal)
            self._ready = None


def begins_the_sound(pcm16):
    """Whether it is what is spoken, from its first sample on."""
    return pcm16 == SOUND[: len(pcm16)]


class PlayedRecording:
    is_the_sound = staticmethod(begins_the_sound)

    def __init__(self):
        self.clock = VirtualClock()
        self.microphone = RecordingMicrophone(SOUND, self.clock)

    async def pass_ms(self, ms):
        await self.clock.advance_to(self.clock.now() + ms * MS)

    def unplug(self):
        self.microphone.unplug()

    async def lose(self, samples):
        self.microphone.lose(samples)
        await self.pass_ms(samples // 16)


class AlsaFilePlugin:
    """Gives frames as fast as they are read, and cannot be disturbed."""

    is_the_sound = staticmethod(begins_the_sound)

    def __init__(self, folder, monkeypatch):
        recording, config = folder / "sound.raw", folder / "asound.conf"
        recording.write_bytes(SOUND)
        config.write_text(
            "pcm.recording { type file slave.pcm { type null } format raw "
            f'file /dev/null infile "{recording}" }}\n'
        )
        monkeypatch.setenv("ALSA_CONFIG_PATH", f"/usr/share/alsa/alsa.conf:{config}")
        self.microphone = AlsaMicrophone("recording", VirtualClock())

    async def pass_ms(self, ms):
        pass


class AlsaSoundCard:
    is_the_sound = staticmethod(begins_the_sound)

    def __init__(self):
        self.clock = VirtualClock()
        self.microphone = AlsaMicrophone("card", self.clock, opener=self._plug_in)
        self.card = None

    def _plug_in(self, _device):
        self.card, self._recorded = SoundCard(), 0
        return self.card

    async def pass_ms(self, ms):
        self.clock.advance(ms * MS)
        # In halves, as a card whose periods are not ours.
        for _ in range(2):
            samples = ms * 8
            self.card.record(SOUND[self._recorded * 2 : (self._recorded + samples) * 2])
            self._recorded += samples
            await asyncio.sleep(0)

    def unplug(self):
        self.card.unplug()

    async def lose(self, samples):
        """The loop stands still: the card's second of buffer runs over."""
        self.clock.advance(samples * MS // 16)
        self.card.record(bytes(2 * samples))
        self._recorded += samples


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


def test_closed_twice_is_closed(desk):
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


def test_unplugged_it_is_lost_in_one_line_even_while_it_is_read(disturbed):
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


def test_a_source_that_is_not_there_is_named_in_one_line(tmp_path):
    missing = [
        AlsaMicrophone("nosuch", VirtualClock()),
        RecordingMicrophone(tmp_path / "nosuch.wav", VirtualClock()),
    ]
    for microphone in missing:
        with pytest.raises(MicrophoneLost, match="nosuch") as error:
            asyncio.run(microphone.open())
        assert "\n" not in str(error.value)
