"""Performs the capture effects: passes the microphone's frames to each dictation's ear."""

import asyncio
from collections.abc import Callable, Iterable

from saykey.audio.level import level_db
from saykey.clock import NS_PER_S
from saykey.errors import MicrophoneLost
from saykey.events import CaptureDrained, Event, MicrophoneFailed, MicrophoneReady, SoundHeard
from saykey.flow import FRAME_SAMPLES, LEVEL_STEP_DB, SAMPLE_BYTES, SAMPLE_RATE, LentSound
from saykey.listening.lent import Lent
from saykey.listening.listener import Listener
from saykey.listening.timeline import NS_PER_FRAME, Timeline
from saykey.ports import Clock, Microphone
from saykey.settings.schema import MicrophoneSettings
from saykey.speech.cutter import Cutter

NS_PER_MS = NS_PER_S // 1000
SAMPLES_PER_MS = SAMPLE_RATE // 1000

LATE_NS = 2 * NS_PER_S
"""How late a press may be reported: frames read this long ago are still kept for it."""

SEARCH_NS = NS_PER_S
"""Pause between two searches for a missing microphone. A press searches at once."""

GATHERED = 8
"""Frames that may accumulate, 160 ms, before they are read together. Waking the processor costs far
more than processing a frame (docs/bench.md). No phrase is reported later because of it."""

LEVEL_BYTES = GATHERED * FRAME_SAMPLES * SAMPLE_BYTES
"""The level is measured every eight frames, 6.25 times a second, and reported when it changes."""


class Capture:
    """Listens for dictations. `run` is its task; the other methods return at once.

    With a pre-roll the microphone stays open, and its last frames are kept in memory only. Without
    one the microphone is open only during a dictation.
    """

    def __init__(  # noqa: PLR0913  one argument per neighbour
        self,
        microphone: Microphone,
        clock: Clock,
        settings: MicrophoneSettings,
        make_cutter: Callable[[int], Cutter],
        post: Callable[[Event], None],
        *,
        hand_over: Callable[[LentSound], None],
    ) -> None:
        """``make_cutter`` makes the cutter of a dictation. ``hand_over`` gets lent sound."""
        self._microphone = microphone
        self._clock = clock
        self._stays_open = settings.pre_roll_ms > 0
        self._pre_roll = settings.pre_roll_ms * SAMPLES_PER_MS
        self._post_roll = settings.post_roll_ms * SAMPLES_PER_MS
        self._make_cutter = make_cutter
        self._post = post
        self._hand_over = hand_over
        self._timeline = Timeline(settings.pre_roll_ms * NS_PER_MS + LATE_NS)
        self._listeners: dict[int, Listener] = {}
        self._lent: dict[int, Lent] = {}
        self._wanted = asyncio.Event()
        self._fault: str | None = None  # last reported; empty: it gives sound; None: not tried yet
        self._answered = asyncio.Event()
        self._loudness = bytearray()
        self._level: float | None = None  # last reported
        self._task: asyncio.Task[None] | None = None
        self._resting = False

    def open(self, dictation: int, at: int, borrower: int | None = None) -> None:
        """Listen from ``at`` (monotonic ns) minus the pre-roll; no sound since then is missed.

        The sound for a borrower has no pre-roll.
        """
        if borrower is None:
            listener = Listener(dictation, at, self._pre_roll, self._make_cutter(dictation))
        else:
            lent = self._lent[dictation] = Lent(borrower, self._hand_over)
            listener = Listener(dictation, at, 0, lent)
        self._listeners[dictation] = listener
        self._wanted.set()
        self._end_rest()
        if self._timeline:
            self._tell(dictation, listener.hear(self._timeline))
        else:
            self._answered.clear()

    async def tried(self) -> str:
        """Wait until the microphone has given sound for the opened dictation, or has failed.

        Returns an empty string, or what the user should do.
        """
        await self._answered.wait()
        return self._fault or ""

    def close(self, dictation: int, at: int) -> None:
        """Listen up to ``at`` plus the post-roll, then post CaptureDrained exactly once."""
        listener = self._listeners.get(dictation)
        if listener is not None and not listener.released:
            self._tell(dictation, listener.release(self._timeline, at, self._post_roll))
            self._end_rest()

    def abort(self, dictation: int) -> None:
        """Stop listening; nothing more of this dictation is posted."""
        self._listeners.pop(dictation, None)
        if (lent := self._lent.pop(dictation, None)) is not None:
            lent.cancel()
        self._answered.set()
        self._end_rest()

    async def run(self) -> None:
        """Until cancelled: keep the microphone open, or look for it, and process its frames."""
        self._task = asyncio.current_task()
        try:
            while True:
                if await self._open_microphone():
                    await self._hear_while_wanted()
                if self._fault:
                    await self._rest(SEARCH_NS)
                else:
                    await self._until_wanted()
        finally:
            self._answered.set()
            await self._microphone.close()

    async def shutdown(self) -> None:
        """End `run`, post nothing more, and release the microphone."""
        self._listeners.clear()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _open_microphone(self) -> bool:
        try:
            await self._microphone.open()
        except MicrophoneLost as lost:
            self._lose(str(lost))
            return False
        return True

    async def _hear_while_wanted(self) -> None:
        """Process frames while they are wanted.

        Reads at least one frame after a fault: a microphone that opens may still give no sound.
        """
        while self._stays_open or self._listeners or self._fault != "":
            try:
                if not self._microphone.has_frame():
                    await self._rest(self._not_awaited() * NS_PER_FRAME)
                frame = await self._microphone.read()
            except MicrophoneLost as lost:
                self._lose(str(lost))
                return
            self._give_sound()
            self._timeline.add(frame, self._clock.now())
            for dictation, listener in tuple(self._listeners.items()):
                self._tell(dictation, listener.hear(self._timeline))
            self._tell_level(frame.pcm16)
        self._timeline.clear()
        self._answered.set()
        await self._microphone.close()

    def _give_sound(self) -> None:
        if self._fault != "":
            self._fault = ""
            self._post(MicrophoneReady())
        self._answered.set()

    async def _rest(self, ns: int) -> None:
        """Sleep for ``ns``, or less if a dictation is opened, closed or aborted."""
        if not ns or self._task is None:
            return
        self._resting = True
        try:
            await self._clock.sleep_until(self._clock.now() + ns)
        except asyncio.CancelledError:
            # by _end_rest or from outside: only the cancel count shows which (see asyncio.timeout)
            if self._resting or self._task.uncancel() > 0:
                raise
        finally:
            self._resting = False

    def _not_awaited(self) -> int:
        """How many coming frames may accumulate unread: none of them can pause or end a phrase.

        0 after the release.
        """
        if not self._timeline:
            return 0  # the first frame shows when sample 0 was spoken
        frames = GATHERED
        for listener in self._listeners.values():
            if listener.released:
                return 0
            ahead = listener.tells_nothing_before - self._timeline.newest.end
            frames = min(frames, max(1, -(-ahead // FRAME_SAMPLES)))
        return frames

    def _end_rest(self) -> None:
        if self._resting and self._task is not None:
            self._resting = False
            self._task.cancel()

    async def _until_wanted(self) -> None:
        while not self._listeners:
            self._wanted.clear()
            await self._wanted.wait()

    def _lose(self, reason: str) -> None:
        """End every dictation with the audio there is; then report each new reason once."""
        self._timeline.clear()
        for dictation, listener in tuple(self._listeners.items()):
            self._tell(dictation, listener.finish())
        if self._fault != reason:
            self._fault = reason
            self._post(MicrophoneFailed(reason))
        self._answered.set()

    def _tell(self, dictation: int, events: Iterable[Event]) -> None:
        for event in events:
            if isinstance(event, CaptureDrained):
                self._listeners.pop(dictation, None)
                self._lent.pop(dictation, None)
            self._post(event)

    def _tell_level(self, pcm16: bytes) -> None:
        if all(listener.released for listener in self._listeners.values()):
            self._loudness.clear()
            self._level = None
            return
        self._loudness += pcm16
        if len(self._loudness) >= LEVEL_BYTES:
            level = LEVEL_STEP_DB * round(level_db(bytes(self._loudness)) / LEVEL_STEP_DB)
            self._loudness.clear()
            if level != self._level:
                self._level = level
                self._post(SoundHeard(level))
