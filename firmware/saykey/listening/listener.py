"""Passes the microphone's frames on to one dictation."""

from typing import Protocol

from saykey.events import CaptureDrained, Event
from saykey.flow import SAMPLE_BYTES, AudioFrame
from saykey.listening.timeline import Timeline


class Ear(Protocol):
    """What gets the sound of a dictation: speech.cutter.Cutter, or listening.lent.Lent.

    Positions are samples of the dictation. Each method returns the events that follow.
    """

    @property
    def finished(self) -> bool:
        """Whether it has all sound that it wants."""
        ...

    @property
    def tells_nothing_before(self) -> int:
        """The position up to which nothing follows from the sound."""
        ...

    def feed(self, pcm16: bytes, sample: int, /) -> tuple[Event, ...]:
        """Take samples; ``sample`` is the position of the first."""
        ...

    def release(self, at_sample: int, post_roll: int, /) -> tuple[Event, ...]:
        """Note that the button went up at this position; ``post_roll`` is in samples."""
        ...

    def finish(self) -> tuple[Event, ...]:
        """End with the sound there is."""
        ...


class Listener:
    """Converts the microphone's sample positions to the dictation's and feeds the ear.

    The dictation's sample 0 is the one spoken at ``at`` minus ``pre_roll`` samples, or the oldest
    one available.
    """

    def __init__(self, dictation: int, at: int, pre_roll: int, ear: Ear) -> None:
        self._dictation = dictation
        self._at = at
        self._pre_roll = pre_roll
        self._ear = ear
        self._origin: int | None = None
        self._next = 0
        self._lost = 0
        self._released: tuple[int, int] | None = None

    @property
    def released(self) -> bool:
        """Whether the button is up, so that only the rest of the audio is wanted."""
        return self._released is not None

    @property
    def tells_nothing_before(self) -> int:
        """The microphone's sample position up to which no phrase pauses or ends."""
        return (self._origin or 0) + self._ear.tells_nothing_before

    def hear(self, timeline: Timeline) -> tuple[Event, ...]:
        """Process the newest frame; the first call processes all frames of the dictation."""
        events: list[Event] = []
        if self._origin is None:
            spoken = timeline.sample_at(self._at) - self._pre_roll
            self._origin = max(timeline.oldest.sample, spoken)
            if self._released is not None:
                events += self._release(timeline, *self._released)
            for frame in timeline.frames:
                events += self._feed(frame, self._origin)
        else:
            events += self._feed(timeline.newest, self._origin)
        return self._drained(events)

    def release(self, timeline: Timeline, at: int, post_roll: int) -> tuple[Event, ...]:
        """Note that the button went up at ``at`` (monotonic ns); ``post_roll`` is in samples."""
        self._released = (at, post_roll)
        if self._origin is None:
            return ()
        return self._drained(self._release(timeline, at, post_roll))

    def finish(self) -> tuple[Event, ...]:
        """End with the audio there is: no more will come."""
        return (*self._ear.finish(), self._end())

    @property
    def finished(self) -> bool:
        """Whether CaptureDrained was returned."""
        return self._ear.finished

    def _release(self, timeline: Timeline, at: int, post_roll: int) -> tuple[Event, ...]:
        return self._ear.release(timeline.sample_at(at) - (self._origin or 0), post_roll)

    def _feed(self, frame: AudioFrame, origin: int) -> tuple[Event, ...]:
        before = max(0, origin - frame.sample)
        pcm16 = frame.pcm16[before * SAMPLE_BYTES :]
        if not pcm16 or self._ear.finished:
            return ()
        position = frame.sample + before - origin
        self._lost += position - self._next
        self._next = frame.end - origin
        return self._ear.feed(pcm16, position)

    def _drained(self, events: tuple[Event, ...] | list[Event]) -> tuple[Event, ...]:
        return (*events, self._end()) if self._ear.finished else tuple(events)

    def _end(self) -> CaptureDrained:
        return CaptureDrained(self._dictation, self._lost)
