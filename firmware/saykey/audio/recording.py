"""A microphone that plays a recording: for `source = "file:..."`, the demonstration and tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from saykey.audio.files import read_blocks
from saykey.audio.pipes import is_stream
from saykey.clock import NS_PER_S
from saykey.errors import AudioError, MicrophoneLost
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, AudioFrame
from saykey.ports import Clock

NS_PER_SAMPLE = NS_PER_S // SAMPLE_RATE


class RecordingMicrophone:
    """Plays a recording once per opening, then the silence of a quiet room.

    ``recording`` is an audio file, or 16 kHz mono pcm16. ``paced``: each frame comes when its last
    sample would have been spoken. Otherwise the recording comes at once, and only the silence after
    it is paced. Faults of sound cards can be simulated: `lose`, `unplug`, `plug`.
    """

    def __init__(self, recording: Path | bytes, clock: Clock, *, paced: bool = True) -> None:
        self._recording = recording
        self._clock = clock
        self._paced = paced
        self._plugged = True
        self._unplugged: asyncio.Future[None] | None = None
        self._lost = 0
        self._over = False

    @property
    def name(self) -> str:
        """As in the settings: file:PATH."""
        return f"file:{self._recording}" if isinstance(self._recording, Path) else "a recording"

    @property
    def lost_samples(self) -> int:
        """Samples lost by `lose` since it was opened."""
        return self._lost

    @property
    def ended(self) -> bool:
        """Whether the recording is over and only silence follows."""
        return self._over

    async def open(self) -> None:
        """Start playing at sample 0. Raises MicrophoneLost if unplugged, or for a bad file."""
        if not self._plugged:
            raise MicrophoneLost(f"{self.name} is unplugged: plug the microphone in")
        if isinstance(self._recording, Path) and is_stream(self._recording):
            # Its writer may pause for any time, and the whole process would wait with it.
            raise MicrophoneLost(f"{self.name} is a pipe or a device: name an audio file")
        self._blocks = self._source()
        self._pending = bytearray(await self._first_block())
        self._over = not self._pending
        self._sample = 0
        self._lost = 0
        self._began_at = self._clock.now()
        self._unplugged = asyncio.get_running_loop().create_future()

    async def read(self) -> AudioFrame:
        """The next frame. Raises MicrophoneLost once unplugged. May be cancelled."""
        unplugged = self._opened()
        if not self._paced:
            await asyncio.sleep(0)  # not paced: let other tasks run
            if not self._over:
                self._began_at -= max(0, self._due() - self._clock.now())
        while self._clock.now() < self._due() and not unplugged.done():
            await self._wait(self._due(), unplugged)
        self._opened()
        frame = AudioFrame(self._play(FRAME_SAMPLES), self._sample)
        self._sample = frame.end
        return frame

    def has_frame(self) -> bool:
        """Whether the next frame was spoken already. Raises MicrophoneLost once unplugged."""
        self._opened()
        return not (self._paced or self._over) or self._clock.now() >= self._due()

    async def close(self) -> None:
        """Stop; it can be opened again and then starts at sample 0."""
        self._unplugged = None
        self._blocks = iter(())  # ends a decoder that may be at work

    def lose(self, samples: int) -> None:
        """Simulate an overrun: the next samples are recorded but never read."""
        self._play(samples)
        self._sample += samples
        self._lost += samples

    def unplug(self) -> None:
        """Unplug the microphone, also during a read."""
        self._plugged = False
        if self._unplugged is not None and not self._unplugged.done():
            self._unplugged.set_result(None)

    def plug(self) -> None:
        """Plug the microphone in again, so that it can be opened."""
        self._plugged = True

    def _opened(self) -> asyncio.Future[None]:
        """The future that is done once it is unplugged. Raises MicrophoneLost if it is not open."""
        if self._unplugged is None:
            raise MicrophoneLost(f"{self.name} is not open")
        if self._unplugged.done():
            self._unplugged = None
            raise MicrophoneLost(f"{self.name} went away: plug the microphone in again")
        return self._unplugged

    def _due(self) -> int:
        """When the last sample of the next frame is spoken; `lose` makes it later."""
        return self._began_at + (self._sample + FRAME_SAMPLES) * NS_PER_SAMPLE

    async def _wait(self, due: int, unplugged: asyncio.Future[None]) -> None:
        sleeping = asyncio.ensure_future(self._clock.sleep_until(due))
        try:
            await asyncio.wait({sleeping, unplugged}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()

    def _source(self) -> Iterator[bytes]:
        if isinstance(self._recording, Path):
            return read_blocks(self._recording)
        return iter((self._recording,))

    async def _first_block(self) -> bytes:
        if isinstance(self._recording, Path):  # loads libsndfile, which takes too long for the loop
            return await asyncio.to_thread(self._next_block)
        return self._next_block()

    def _next_block(self) -> bytes:
        try:
            return next(self._blocks, b"")
        except AudioError as error:
            self._unplugged = None
            raise MicrophoneLost(str(error)) from error

    def _play(self, samples: int) -> bytes:
        """The recording's next samples, padded with silence."""
        size = samples * SAMPLE_BYTES
        while len(self._pending) <= size and (block := self._next_block()):
            self._pending += block
        played = bytes(self._pending[:size])
        del self._pending[:size]
        self._over = not self._pending
        return played.ljust(size, b"\0")
