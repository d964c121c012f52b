"""Cuts the audio of one dictation into phrases. Pure: audio in, events out.

    silence -- onset_ms of voice --> speech -- pause_ms without --> paused
       ^                                ^---- onset_ms of voice ------|
       '-------------------- hang_over_ms without --------------------'

A phrase begins ``pre_roll_ms`` before its onset and ends TAIL after its last voiced frame. The end
of the hang-over makes final what the pause announced: same revision, same samples. Frames are
counted from sample 0 of the dictation, so the cuts do not depend on how the audio is split.
"""

from collections import deque
from collections.abc import Iterator

from saykey.events import PhraseEnded, PhrasePaused, PhraseResumed
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, SAMPLE_RATE, Phrase, PhraseId
from saykey.ports import VoiceDetector
from saykey.settings.schema import SpeechSettings
from saykey.speech.loudness import loudness
from saykey.speech.onset import Onset
from saykey.speech.quiet import quietest_place
from saykey.speech.tape import Tape

SpeechEvent = PhrasePaused | PhraseResumed | PhraseEnded

SAMPLES_PER_MS = SAMPLE_RATE // 1000
TAIL = 200 * SAMPLES_PER_MS
"""Samples kept after the last voiced frame: the detector takes unvoiced endings ("s", "t") for no
voice."""

CUT_SEARCH = 5 * SAMPLE_RATE
"""How many samples back from the length limit a quiet place is looked for."""

NEAR = 100 * SAMPLES_PER_MS
"""A voice heard within the last 100 ms is still speaking, because gaps within words are shorter."""


class Cutter:
    """Cuts one dictation into phrases. `finished` is true once no event can follow."""

    def __init__(self, dictation: int, settings: SpeechSettings, detector: VoiceDetector) -> None:
        self._dictation = dictation
        self._detector = detector
        detector.reset()
        pause_ms = min(settings.pause_ms, settings.hang_over_ms)
        self._pre_roll = settings.pre_roll_ms * SAMPLES_PER_MS
        self._pause = pause_ms * SAMPLES_PER_MS
        self._tail = min(TAIL, self._pause)
        self._hang_over = settings.hang_over_ms * SAMPLES_PER_MS
        self._longest = round(settings.longest_s * SAMPLE_RATE)
        self._onset = Onset(-(-settings.onset_ms * SAMPLES_PER_MS // FRAME_SAMPLES))
        self._tape = Tape()
        self._heard = 0  # end of the last frame the detector saw
        self._voiced_ends: deque[int] = deque(maxlen=128)
        self._number = 0
        self._revision = 1
        self._start: int | None = None  # of the phrase that is being spoken
        self._paused: Phrase | None = None  # the phrase as it would end now, while paused
        self._last_voiced = 0
        self._free_from = 0  # no phrase may begin earlier: the previous one ends here
        self._released_at: int | None = None
        self._post_roll = 0
        self.finished = False

    @property
    def tells_nothing_before(self) -> int:
        """No phrase pauses or ends before this position, whatever sound follows.

        The length limit and the release are exceptions: they can end a phrase earlier.
        """
        next_pause = self._heard + self._pause
        if self._start is None:
            return next_pause
        if self._paused is None:
            return self._last_voiced + self._pause
        return min(self._last_voiced + self._hang_over, next_pause)

    def feed(self, pcm16: bytes, sample: int) -> tuple[SpeechEvent, ...]:
        """Process the samples from position ``sample`` on. A gap is lost audio: taken as silence.

        Raises ValueError for positions fed before. Samples after the end are ignored.
        """
        gap = sample - self._tape.end
        if gap < 0 and not self.finished:
            raise ValueError(f"sample {sample} was heard before: {self._tape.end} is next")
        events: list[SpeechEvent] = []
        while gap > 0 and not self.finished:
            silence = min(gap, SAMPLE_RATE)
            gap -= silence
            events += self._take(bytes(silence * SAMPLE_BYTES))
        events += self._take(pcm16)
        return tuple(events)

    def release(self, at_sample: int, post_roll: int) -> tuple[SpeechEvent, ...]:
        """End the dictation at this sample, or ``post_roll`` samples later while a voice speaks."""
        self._released_at, self._post_roll = max(0, at_sample), post_roll
        return tuple(self._advance())

    def finish(self) -> tuple[SpeechEvent, ...]:
        """End with the audio there is: no more will come."""
        if self.finished:
            return ()
        return tuple(self._finish_at(self._tape.end))

    def _take(self, pcm16: bytes) -> tuple[SpeechEvent, ...]:
        if self.finished:
            return ()
        self._tape.append(pcm16)
        return tuple(self._advance())

    def _advance(self) -> Iterator[SpeechEvent]:
        """Process all whole frames up to the end of the tape or of the dictation."""
        while not self.finished:
            end = self._end()
            next_end = self._heard + FRAME_SAMPLES
            if end is not None and next_end > end:
                if self._tape.end >= end:
                    yield from self._finish_at(end)
                return
            if next_end > self._tape.end:
                return
            yield from self._hear(self._tape.cut(self._heard, next_end))

    def _end(self) -> int | None:
        """Where the dictation ends: after the release, as soon as no voice is near.

        None while that is not known. Uses only frames before each candidate, so the result is the
        same whether the release is reported early or late.
        """
        if self._released_at is None:
            return None
        last = self._released_at + self._post_roll
        candidate = self._released_at
        while candidate < last:
            if self._heard + FRAME_SAMPLES <= candidate:
                return None
            if not any(candidate - NEAR < end <= candidate for end in self._voiced_ends):
                return candidate
            candidate += FRAME_SAMPLES - candidate % FRAME_SAMPLES
        return last

    def _hear(self, frame: bytes) -> Iterator[SpeechEvent]:
        """Process one frame, depending on the state of the phrase."""
        voiced = self._detector.voiced(frame)
        self._heard += FRAME_SAMPLES
        self._onset.add(voiced=voiced)
        if voiced:
            self._voiced_ends.append(self._heard)
        if self._start is None:
            if self._onset.age is not None:
                self._begin(self._onset_start() - self._pre_roll)
        elif self._paused is not None:
            yield from self._hear_paused(self._start, self._paused)
        else:
            yield from self._hear_speech(self._start, voiced=voiced)
        self._forget()

    def _hear_speech(self, start: int, *, voiced: bool) -> Iterator[SpeechEvent]:
        if voiced:
            self._last_voiced = self._heard
        if self._heard - self._last_voiced >= self._pause:
            self._paused = self._phrase(start, self._last_voiced + self._tail)
            self._onset.clear()
            yield PhrasePaused(self._paused)
        elif self._is_full(start):
            search = min(CUT_SEARCH, self._longest // 2)
            recent = self._heard - search
            place = recent + quietest_place(self._tape.cut(recent, self._heard))
            speaks = self._last_voiced > place
            yield PhraseEnded(self._phrase(start, place, cut=speaks))
            self._end_phrase(place)
            if speaks:
                self._begin(place)

    def _hear_paused(self, start: int, paused: Phrase) -> Iterator[SpeechEvent]:
        resumed = self._onset.age is not None
        if self._heard - self._last_voiced >= self._hang_over or (resumed and self._is_full(start)):
            yield PhraseEnded(paused)
            self._end_phrase(paused.last_sample, keep_onset=True)
            if resumed:
                self._begin(self._onset_start() - self._pre_roll)
        elif resumed:
            self._paused = None
            self._revision += 1
            self._last_voiced = self._heard
            yield PhraseResumed(paused.id)

    def _is_full(self, start: int) -> bool:
        """Whether one more frame would make the phrase longer than allowed."""
        return self._heard + FRAME_SAMPLES - start > self._longest

    def _onset_start(self) -> int:
        return self._heard - (self._onset.age or 0) * FRAME_SAMPLES

    def _begin(self, wanted_start: int) -> None:
        self._start = max(wanted_start, self._free_from)
        self._number += 1
        self._revision = 1
        self._last_voiced = self._voiced_ends[-1]

    def _end_phrase(self, at: int, *, keep_onset: bool = False) -> None:
        self._start = self._paused = None
        self._free_from = at
        if not keep_onset:
            self._onset.clear()

    def _phrase(self, start: int, last: int, *, cut: bool = False) -> Phrase:
        phrase_id, pcm = PhraseId(self._dictation, self._number), self._tape.cut(start, last)
        return Phrase(phrase_id, self._revision, start, last, pcm, cut, loudness(pcm))

    def _finish_at(self, end: int) -> Iterator[SpeechEvent]:
        """End the last phrase at ``end`` at the latest, unless all of it was announced before."""
        self.finished = True
        start, paused = self._start, self._paused
        if start is None:
            return
        if paused is not None:
            if not start < end < self._last_voiced:
                yield PhraseEnded(paused)
                return
            self._revision += 1
        elif start >= end:
            if self._revision == 1:
                return
            end = self._heard
        yield PhraseEnded(self._phrase(start, min(self._last_voiced + self._tail, end)))

    def _forget(self) -> None:
        """Keep only what a phrase that begins now could need."""
        if self._start is not None:
            self._tape.forget(self._start)
        else:
            self._tape.forget(self._heard - self._onset.longest * FRAME_SAMPLES - self._pre_roll)
