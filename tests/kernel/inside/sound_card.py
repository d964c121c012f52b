"""The kernel's own sound card, snd-aloop: what is played on one side is recorded on the other."""

import asyncio
import itertools
import queue
import subprocess
import threading
from contextlib import contextmanager
from pathlib import Path

import alsaaudio

from saykey.audio.alsa import AlsaMicrophone
from saykey.clock import MonotonicClock
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE

DRIVER = Path("/sys/bus/platform/drivers/snd_aloop")
DEVICE = "snd_aloop.0"
PLAYED, RECORDED = "hw:Loopback,0,0", "hw:Loopback,1,0"
FRAME = FRAME_SAMPLES * SAMPLE_BYTES
SOUND = b"".join((position + 1).to_bytes(2, "little") for position in range(SAMPLE_RATE))
"""The value of each sample is its position plus 1, so that none is silence."""
FAR_AHEAD = 50
"""In frames: a second."""
PATIENCE_S = 60


@contextmanager
def sound_card():
    subprocess.run(("modprobe", "snd-aloop", "index=0", "pcm_substreams=1"), check=True)
    try:
        yield
    finally:
        subprocess.run(("modprobe", "-r", "snd-aloop"), check=True)


class Player:
    """``with Player() as player`` plays a background in a loop, and in between what is asked for.

    All sound is pcm16 at 16 kHz, in whole frames. ``ahead`` is how many frames are handed over
    before they sound. A player that must not stop needs many: time passes also while the machine
    waits for its disk. ``late`` counts the frames that were handed over too late.
    """

    def __init__(self, background=bytes(FRAME), ahead=4):
        self._background = background
        self._ahead = ahead
        self.late = 0
        self._wanted = queue.SimpleQueue()
        self._began = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._play)

    def __enter__(self):
        self._thread.start()
        assert self._began.wait(PATIENCE_S)
        return self

    def __exit__(self, *_):
        self._ended.set()
        self._thread.join()

    def play(self, pcm16):
        """Play this next; the returned event is set when it is handed over."""
        played = threading.Event()
        self._wanted.put((pcm16, played))
        return played

    def _play(self):
        pcm = alsaaudio.PCM(
            alsaaudio.PCM_PLAYBACK,
            device=PLAYED,
            rate=SAMPLE_RATE,
            channels=1,
            format=alsaaudio.PCM_FORMAT_S16_LE,
            periodsize=FRAME_SAMPLES,
            periods=self._ahead,
        )
        try:
            for frame in self._frames():
                while pcm.write(frame) < 0:  # it came too late (-EPIPE): the frame was not taken
                    self.late += 1
                self._began.set()
        except alsaaudio.ALSAAudioError:  # unplugged
            return
        finally:
            pcm.close()

    def _frames(self):
        background = itertools.cycle(frames_of(self._background))
        while not self._ended.is_set():
            if self._wanted.empty():
                yield next(background)
                continue
            pcm16, played = self._wanted.get()
            yield from frames_of(pcm16)
            played.set()


def frames_of(pcm16):
    return (pcm16[at : at + FRAME] for at in range(0, len(pcm16), FRAME))


def continues_the_sound(pcm16):
    """Whether this is SOUND in a loop from some sample on. There may be silence before."""
    return any(pcm16) and not breaks_in(pcm16)


def breaks_in(pcm16):
    """(position, sample before, sample) at each place that does not continue SOUND."""
    samples = [int.from_bytes(pcm16[at : at + 2], "little") for at in range(0, len(pcm16), 2)]
    silent = sum(1 for _ in itertools.takewhile(lambda sample: sample == 0, samples))
    steps = enumerate(itertools.pairwise(samples[silent:]), silent + 1)
    return [
        (position, before, sample)
        for position, (before, sample) in steps
        if sample != before % SAMPLE_RATE + 1
    ]


class LoopbackDesk:
    """A microphone on the card that plays SOUND, for the contract of the port Microphone."""

    is_the_sound = staticmethod(continues_the_sound)

    def __init__(self):
        self.microphone = AlsaMicrophone(RECORDED, MonotonicClock())

    async def pass_ms(self, ms):
        """Let this time pass and a little more: the card has periods of its own."""
        await asyncio.sleep(2 * ms / 1000)


@contextmanager
def loopback_desk():
    with sound_card(), Player(SOUND, FAR_AHEAD):
        yield LoopbackDesk()
