"""The offline device: the device's state machine, cutter and recognizer on recordings.

It is a discrete-event simulation. Each frame of a recording arrives when its last sample was
spoken, counted from the press. The recognizer really works, and time passes while it does, so that
speculation, aborts and latencies are those of the device. There is no hub, transport or panel.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager

from saykey import looks
from saykey import requests as rq
from saykey.clock import NS_PER_S
from saykey.errors import ModelError, SaykeyError
from saykey.events import CaptureDrained, Event, MicrophoneReady
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE
from saykey.offline.dictated import Dictated, Notes
from saykey.offline.parts import OfflineCapture, OfflineHosts
from saykey.offline.recorded_time import RecordedTime
from saykey.performer import Performer
from saykey.ports import Clock, Recognizer
from saykey.recognizer.process import settled
from saykey.settings.schema import Settings
from saykey.speech.cutter import Cutter
from saykey.state import delivery
from saykey.state.device import initial
from saykey.state.loading import Loading
from saykey.state.step import step

NS_PER_SAMPLE = NS_PER_S // SAMPLE_RATE
FRAME_BYTES = FRAME_SAMPLES * SAMPLE_BYTES

Progress = Callable[[float], None]
"""Called with the seconds of the recording that were heard so far."""


@asynccontextmanager
async def offline_device(
    settings: Settings, recognizer: Recognizer, clock: Clock
) -> AsyncIterator["OfflineDevice"]:
    """A device with its model loaded. The caller closes the recognizer.

    Raises ModelError when the model cannot be used.
    """
    failure: SaykeyError | None = None
    async with asyncio.TaskGroup() as group:  # an unexpected error of a task ends the block
        device = OfflineDevice(settings, recognizer, clock)
        try:
            await device.start(group)
            yield device
        except SaykeyError as error:  # raised below: a task group would wrap it
            failure = error
        finally:
            await device.stop()
    if failure is not None:
        raise failure


class OfflineDevice:
    """Takes one dictation after another; made by `offline_device`.

    More than `join_s` passes between two dictations, so the second does not continue the first.
    """

    def __init__(self, settings: Settings, recognizer: Recognizer, clock: Clock) -> None:
        self._clock = clock
        self._time = RecordedTime(clock)
        self._first = initial(settings)
        self._device = self._first.device
        self._inbox: deque[Event] = deque()
        self._posted = asyncio.Event()
        self._notes = Notes()
        self._hosts = OfflineHosts(self._post)
        self._capture = OfflineCapture(settings)
        self._post_roll = settings.microphone.post_roll_ms * SAMPLE_RATE // 1000
        self._performer = Performer(self._capture, recognizer, self._hosts, self._post)

    async def start(self, group: asyncio.TaskGroup) -> None:
        """Load the model. Raises ModelError when it cannot be used."""
        self._performer.start(group)
        for effect in self._first.effects:
            self._performer.perform(effect)
        self._handle(MicrophoneReady())
        await self._when(lambda: self._device.model.loading is not Loading.LOADING)
        self._check_model()

    async def stop(self) -> None:
        """End the recognition that may be in progress."""
        await self._performer.stop()

    async def dictate(
        self, blocks: Iterable[bytes], progress: Progress = lambda _seconds: None
    ) -> Dictated:
        """Press before the first sample of these blocks of pcm16, and release after the last.

        After the last sample there is silence. Raises ModelError when the model is lost for good,
        and whatever reading a block raises. The device can take no dictation after an error.
        """
        self._forget_the_last()
        typed = len(self._hosts.text)
        pressed = self._time.now()
        self._handle(rq.DictationStarted(pressed))
        cutter = self._opened()
        end = 0
        for frame in _frames(blocks):
            begin, end = end, end + len(frame) // SAMPLE_BYTES
            await self._pass_until(pressed + end * NS_PER_SAMPLE)
            self._handle(*cutter.feed(frame, begin))
            if end // SAMPLE_RATE > begin // SAMPLE_RATE:
                progress(end / SAMPLE_RATE)
        await self._release(cutter, pressed, end)
        await self._when(self._at_rest)
        self._time.stop()
        self._check_model()
        target = delivery.target_of(self._device.delivery)
        return self._notes.dictated(
            self._hosts.text[typed:],
            end / SAMPLE_RATE,
            held=len(target.held),
            dropped=self._device.counters.doubtful_dropped,
        )

    async def _release(self, cutter: Cutter, pressed: int, at: int) -> None:
        """Release at sample ``at``, and feed silence until the dictation has its last sample."""
        self._handle(rq.DictationEnded(pressed + at * NS_PER_SAMPLE))
        self._handle(*cutter.release(at, self._post_roll))
        while not cutter.finished:
            begin, at = at, at + FRAME_SAMPLES
            await self._pass_until(pressed + at * NS_PER_SAMPLE)
            self._handle(*cutter.feed(bytes(FRAME_BYTES), begin))
        self._handle(CaptureDrained(self._device.hearing.started))

    def _forget_the_last(self) -> None:
        """Forget what the last dictation left, and let more than `join_s` pass."""
        self._handle(rq.HeldTextDropped())
        self._time.jump_to(self._time.now() + self._device.rules.join_ns + NS_PER_S)
        self._notes = Notes()

    def _opened(self) -> Cutter:
        if self._capture.cutter is None:
            raise RuntimeError("the press opened no capture")
        return self._capture.cutter

    async def _pass_until(self, at: int) -> None:
        """Let the time pass up to ``at``, and handle what the recognizer reports meanwhile."""
        await asyncio.sleep(0)  # also on a long silence, so that Ctrl-C is heard
        while self._working() and (left := at - self._time.now()) > 0:
            await self._reported(left)
        self._time.jump_to(at)

    async def _when(self, reached: Callable[[], bool]) -> None:
        while not reached():
            await self._reported()

    async def _reported(self, within: int | None = None) -> None:
        """Wait for the next event, ``within`` ns at most, and handle all that have arrived."""
        waiting = asyncio.ensure_future(self._posted.wait())
        try:
            if within is None:
                await waiting
            else:
                await settled(self._clock, within, waiting)
        finally:
            waiting.cancel()
        self._posted.clear()
        self._handle()

    def _post(self, event: Event) -> None:
        self._inbox.append(event)
        self._posted.set()

    def _handle(self, *events: Event) -> None:
        """Step the state with these events and all that follow from them at once."""
        self._inbox.extend(events)
        while self._inbox:
            event, now = self._inbox.popleft(), self._time.now()
            self._device, effects, refusal = step(self._device, event, now)
            if refusal:
                raise RuntimeError(f"the state refused {type(event).__name__}: {refusal}")
            self._notes = self._notes.after(event, effects, now)
            for effect in effects:
                self._performer.perform(effect)
        if self._working():
            self._time.run()
        else:
            self._time.stop()

    def _working(self) -> bool:
        loading = self._device.model.loading is Loading.LOADING
        return loading or self._device.hearing.job is not None

    def _at_rest(self) -> bool:
        return looks.idle(self._device) and not self._working()

    def _check_model(self) -> None:
        model = self._device.model
        if model.loading is Loading.FAILED:
            raise ModelError(model.reason)


def _frames(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The same samples in frames of FRAME_SAMPLES; the last one may be shorter."""
    pending = bytearray()
    for block in blocks:
        pending += block
        whole = len(pending) - len(pending) % FRAME_BYTES
        for begin in range(0, whole, FRAME_BYTES):
            yield bytes(pending[begin : begin + FRAME_BYTES])
        del pending[:whole]
    if pending:
        yield bytes(pending)
