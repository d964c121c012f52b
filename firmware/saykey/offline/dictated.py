"""The result of an offline dictation, collected from the steps of the state machine. Pure."""

from dataclasses import dataclass, field, replace

from saykey import events as ev
from saykey.effects import Effect, Recognise
from saykey.flow import SAMPLE_RATE, Loudness, Phrase, PhraseId, Transcript, Verdict
from saykey.latency import NS_PER_MS, Latency, note


@dataclass(frozen=True, slots=True)
class OfflinePhrase:
    """A phrase, and when it was spoken, in seconds of the recording.

    ``verdict`` is a value of flow.Verdict, or "failed" if the recognizer failed twice. ``loudness``
    is a value of flow.Loudness.
    """

    text: str = field(repr=False)
    begin_s: float
    end_s: float
    verdict: str
    loudness: str


@dataclass(frozen=True, slots=True)
class Dictated:
    """One dictation from a recording.

    ``text`` is what was typed. ``seconds`` is the length of the recording. ``recognising_ms`` is
    how long the recognizer worked, speculations included. ``latency`` is measured as on the
    device. ``held`` counts doubtful texts that were held, ``dropped`` those that were dropped (see
    the setting `doubtful`). ``failed`` counts phrases that could not be recognised.
    """

    text: str = field(repr=False)
    phrases: tuple[OfflinePhrase, ...]
    seconds: float
    recognising_ms: float
    latency: Latency
    held: int = 0
    dropped: int = 0

    @property
    def failed(self) -> int:
        """How many phrases could not be recognised."""
        return sum(phrase.verdict == FAILED for phrase in self.phrases)

    @property
    def untyped(self) -> str:
        """One line on the doubtful texts that were not typed, or ""."""
        counts = ((self.held, "held"), (self.dropped, "dropped"))
        parts = [f"{count} doubtful {_texts(count)} {what}" for count, what in counts if count]
        return f"{' and '.join(parts)}, see `doubtful` in the settings" if parts else ""

    @property
    def too_quiet(self) -> str:
        """One line on the phrases in which words may be missing, or ""."""
        return self._of_loudness(Loudness.TOO_QUIET, "words may be missing: record it louder")

    @property
    def clipped(self) -> str:
        """One line on the phrases in which words may be distorted, or ""."""
        return self._of_loudness(Loudness.CLIPPED, "words may be wrong: record it at a lower level")

    @property
    def wordless(self) -> str:
        """One line if no words were recognised, or ""."""
        if self.failed or any(phrase.text for phrase in self.phrases):
            return ""
        return "no words were heard: if there is speech in it, record it louder"

    def _of_loudness(self, loudness: Loudness, advice: str) -> str:
        worded = [phrase for phrase in self.phrases if phrase.text]
        count = sum(phrase.loudness == loudness.value for phrase in worded)
        if not count:
            return ""
        return f"phrases {loudness.value}: {count} of {len(worded)}; {advice}"

    @property
    def release_to_transcript_ms(self) -> float | None:
        """From the release to the last transcript; None if no phrase was recognised."""
        return self.latency.release_to_transcript_ms


FAILED = "failed"


def _texts(count: int) -> str:
    return "text was" if count == 1 else "texts were"


_Revision = tuple[PhraseId, int]


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known of a dictation so far.

    ``ended`` are the complete phrases without their audio, and ``transcripts`` the last one of each
    revision. ``ordered`` is when a recognition began (ns), None while there is none.
    """

    latency: Latency = field(default_factory=Latency)
    ended: dict[_Revision, Phrase] = field(default_factory=dict)
    transcripts: dict[_Revision, Transcript] = field(default_factory=dict)
    ordered: int | None = None
    recognising_ns: int = 0

    def after(self, event: ev.Event, effects: tuple[Effect, ...], now: int) -> "Notes":
        """The notes after one more step at ``now`` (ns)."""
        notes = replace(self, latency=note(self.latency, event, effects, now))
        match event:
            case ev.PhraseEnded(phrase):
                silent = replace(phrase, pcm=b"")
                ended = {**notes.ended, (phrase.id, phrase.revision): silent}
                notes = replace(notes, ended=ended)
            case ev.Recognised(heard):
                found = {**notes.transcripts, (heard.phrase, heard.revision): heard}
                notes = replace(notes, transcripts=found)
            case _:
                pass
        if isinstance(event, ev.Recognised | ev.RecognitionFailed | ev.RecognitionAborted):
            took = 0 if notes.ordered is None else now - notes.ordered
            notes = replace(notes, ordered=None, recognising_ns=notes.recognising_ns + took)
        if any(isinstance(effect, Recognise) for effect in effects):
            notes = replace(notes, ordered=now)
        return notes

    def dictated(self, text: str, seconds: float, *, held: int, dropped: int) -> Dictated:
        """The dictation, which is over."""
        return Dictated(
            text=text,
            phrases=tuple(self._phrase(which, seconds) for which in sorted(self.ended)),
            seconds=seconds,
            recognising_ms=self.recognising_ns / NS_PER_MS,
            latency=self.latency,
            held=held,
            dropped=dropped,
        )

    def _phrase(self, which: _Revision, seconds: float) -> OfflinePhrase:
        phrase = self.ended[which]
        heard = self.transcripts.get(which)
        text = "" if heard is None or heard.verdict is Verdict.EMPTY else heard.text
        verdict = FAILED if heard is None else heard.verdict.value
        begin_s = phrase.first_sample / SAMPLE_RATE
        end_s = min(phrase.last_sample / SAMPLE_RATE, seconds)
        return OfflinePhrase(text, begin_s, end_s, verdict, phrase.loudness.value)
