"""Microphones and the sound they record: a recording, and ALSA above and below libasound."""

import asyncio
import os
from contextlib import suppress

import alsaaudio
import numpy as np

from saykey.audio.alsa import AlsaMicrophone
from saykey.audio.recording import RecordingMicrophone
from saykey.flow import FRAME_SAMPLES
from saykey.simulated.clock import VirtualClock

MS = 1_000_000
SOUND = np.arange(100 * FRAME_SAMPLES, dtype="<i2").tobytes()
"""The value of each sample is its position."""


class SoundCard:
    """Behaves as alsaaudio.PCM at 16 kHz mono S16_LE; the test controls the card's side."""

    PERIOD, BUFFER = 320, 16_000

    def __init__(self):
        self._recorded = bytearray()
        self._overrun = self._gone = False
        self._ready, self._signal = os.pipe()
        os.set_blocking(self._ready, False)

    def record(self, samples):
        """Have the card record more."""
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
        """Make the descriptor ready only while there is something to read."""
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
    """Whether this is the spoken sound from its first sample on."""
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
        # In halves, like a card whose periods differ from our frames.
        for _ in range(2):
            samples = ms * 8
            self.card.record(SOUND[self._recorded * 2 : (self._recorded + samples) * 2])
            self._recorded += samples
            await asyncio.sleep(0)

    def unplug(self):
        self.card.unplug()

    async def lose(self, samples):
        """Let the card's buffer of one second overrun, as if the loop had stood still."""
        self.clock.advance(samples * MS // 16)
        self.card.record(bytes(2 * samples))
        self._recorded += samples
