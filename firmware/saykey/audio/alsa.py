"""A microphone of ALSA, read with pyalsaaudio in non-blocking mode."""

from __future__ import annotations

import asyncio
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from saykey.audio.convert import Converter
from saykey.audio.pcm import DECODERS, Pcm, open_pcm, reason
from saykey.clock import NS_PER_S
from saykey.errors import MicrophoneLost
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, AudioFrame
from saykey.ports import Clock

PATIENCE_S = 2.0
"""A sound card that gave no sound for this long has failed without reporting it."""

FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES

FRAMES_PER_TURN = 10
"""A card that is behind gives many frames in a row; after this many, other tasks run."""

RECHECK_NS = 5_000_000
"""Wait after a descriptor was ready without data: a plugin's timer must not make the loop spin."""


class AlsaMicrophone:
    """The capture device ``device`` (an ALSA PCM name) as 16 kHz mono frames.

    Asks for 16 kHz mono and converts whatever the hardware gives instead. After an overrun the
    positions jump by the time since the card's buffer was last empty.
    """

    def __init__(
        self,
        device: str,
        clock: Clock,
        *,
        opener: Callable[[str], Pcm] = open_pcm,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._device = device
        self._clock = clock
        self._opener = opener
        self._patience_s = patience_s
        self._pcm: Pcm | None = None
        self._lost = 0
        self._position = 0
        self._pending = bytearray()
        self._taken = 0  # at the card's own rate, including lost ones
        self._drained_at = 0
        self._taken_since = 0  # since the card's buffer was last empty
        self._in_a_row = 0  # frames read without a wait

    @property
    def name(self) -> str:
        """As in the settings: alsa:DEVICE."""
        return f"alsa:{self._device}"

    @property
    def lost_samples(self) -> int:
        """Samples at 16 kHz lost to overruns since it was opened."""
        return self._lost

    async def open(self) -> None:
        """Start recording at sample 0. Raises MicrophoneLost with what the user should do."""
        pcm = await asyncio.to_thread(self._set_up)
        granted = pcm.info()
        self._rate, self._channels = int(granted["rate"]), int(granted["channels"])
        self._format = str(granted["format_name"])
        if self._format not in DECODERS:
            pcm.close()
            plug = "plug" if self._device.startswith("hw:") else "plug:"
            raise MicrophoneLost(
                f"{self.name} records as {self._format} only: "
                f'set source = "alsa:{plug}{self._device}" under [microphone]'
            )
        self._pcm = pcm
        self._restart(position=0)
        self._taken = self._lost = self._taken_since = 0
        self._drained_at = self._clock.now()
        self._take(pcm)  # the first read starts the card (start_threshold 1)

    async def read(self) -> AudioFrame:
        """The next FRAME_SAMPLES samples, as soon as they are complete. May be cancelled."""
        pcm = self._opened()
        if not self.has_frame():
            self._in_a_row = 0
            await self._next_frame(pcm)
        self._in_a_row += 1
        if self._in_a_row % FRAMES_PER_TURN == 0:
            await asyncio.sleep(0)
        pcm16 = bytes(self._pending[:FRAME_BYTES])
        del self._pending[:FRAME_BYTES]
        frame = AudioFrame(pcm16, self._position)
        self._position = frame.end
        return frame

    def has_frame(self) -> bool:
        """Whether a frame is complete already. Raises MicrophoneLost when the device is gone."""
        pcm = self._opened()
        while len(self._pending) < FRAME_BYTES and self._take(pcm):
            pass
        return len(self._pending) >= FRAME_BYTES

    async def close(self) -> None:
        """Stop recording; it can be opened again and then starts at sample 0."""
        self._close()

    def _set_up(self) -> Pcm:
        """Open the device, in a thread: a USB card and loading soxr take too long for the loop."""
        pcm = self._opener(self._device)
        Converter(int(pcm.info()["rate"]))
        return pcm

    def _close(self) -> None:
        if self._pcm is not None:
            self._pcm.close()
            self._pcm = None

    def _restart(self, position: int) -> None:
        """Begin a stretch of unbroken samples at this position."""
        self._position = position
        self._pending = bytearray()
        # MQ holds back less sound than HQ; held-back sound arrives late after the release.
        self._converter = Converter(self._rate, "MQ")

    def _opened(self) -> Pcm:
        if self._pcm is None:
            raise MicrophoneLost(f"{self.name} is not open")
        return self._pcm

    def _take(self, pcm: Pcm) -> bool:
        """Move what the card has, a period at most, to ``_pending``; False if it has nothing."""
        with self._loss_told():
            length, data = pcm.read()
        if length > 0:
            self._taken += length
            self._taken_since += length
            self._pending += self._converted(data)
        elif length == 0:
            self._drained_at, self._taken_since = self._clock.now(), 0
        else:
            self._skip_lost()
        return length != 0

    def _converted(self, data: bytes) -> bytes:
        if self._rate == SAMPLE_RATE and self._channels == 1 and self._format == "S16_LE":
            return data
        samples = DECODERS[self._format](data)
        return self._converter.feed(samples.reshape(-1, self._channels))

    def _skip_lost(self) -> None:
        """Skip an overrun: the card's whole buffer is lost, and all sound since it was full."""
        now = self._clock.now()
        passed = (now - self._drained_at) * self._rate // NS_PER_S
        self._taken += max(0, passed - self._taken_since)
        self._drained_at, self._taken_since = now, 0
        position = max(self._position, self._taken * SAMPLE_RATE // self._rate)
        self._lost += position - self._position
        self._restart(position)

    async def _next_frame(self, pcm: Pcm) -> None:
        """Wait for a frame, but not forever: a card can stay readable and still give nothing."""
        try:
            async with asyncio.timeout(self._patience_s):
                while not self.has_frame():
                    await self._ready(pcm)
                    if not self._take(pcm):
                        await self._clock.sleep_until(self._clock.now() + RECHECK_NS)
        except TimeoutError:
            self._close()
            raise MicrophoneLost(
                f"{self.name} gives no sound: unplug the microphone and plug it in again"
            ) from None

    async def _ready(self, pcm: Pcm) -> None:
        """Wait until the card has more."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        with self._loss_told():
            descriptors = [descriptor for descriptor, _ in pcm.polldescriptors()]
        for descriptor in descriptors:
            loop.add_reader(descriptor, _wake, ready)
        try:
            await ready
        finally:
            for descriptor in descriptors:
                loop.remove_reader(descriptor)
        # dsnoop's timer stays readable until this call (alsa-lib pcm_direct.c).
        with self._loss_told():
            pcm.polldescriptors_revents([(descriptor, select.POLLIN) for descriptor in descriptors])

    @contextmanager
    def _loss_told(self) -> Iterator[None]:
        """Turn ALSA's error for a device that is gone into MicrophoneLost."""
        import alsaaudio

        try:
            yield
        except alsaaudio.ALSAAudioError as error:
            self._close()
            raise MicrophoneLost(
                f"{self.name} went away ({reason(error)}): plug the microphone in again"
            ) from error


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
