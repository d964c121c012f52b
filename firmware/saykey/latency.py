"""The three latencies of a dictation, folded from the hub's steps. Pure."""

from dataclasses import dataclass, replace

from saykey import events as ev
from saykey.effects import CloseCapture, Effect, OpenCapture, TypeText

NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Latency:
    """When the last of each kind happened in the latest dictation; all in monotonic ns.

    A latency is 0 when its moment lay before the release: the user did not wait for it.
    """

    dictation: int = 0
    released: int | None = None
    transcript: int | None = None
    first_report: int | None = None
    last_report: int | None = None
    pieces: frozenset[int] = frozenset()

    @property
    def release_to_transcript_ms(self) -> float | None:
        """From the release to the last transcript."""
        return self._since_release(self.transcript)

    @property
    def release_to_first_report_ms(self) -> float | None:
        """From the release to the first report of the last piece typed."""
        return self._since_release(self.first_report)

    @property
    def release_to_last_report_ms(self) -> float | None:
        """From the release to the last report of the dictation."""
        return self._since_release(self.last_report)

    def _since_release(self, at: int | None) -> float | None:
        if at is None or self.released is None:
            return None
        return max(0, at - self.released) / NS_PER_MS


def note(latency: Latency, event: ev.Event, effects: tuple[Effect, ...], now: int) -> Latency:
    """The latencies after one more step of the hub at ``now`` (ns)."""
    match event:
        case ev.Recognised(transcript) if transcript.phrase.dictation == latency.dictation:
            latency = replace(latency, transcript=now)
        case ev.TypingBegan(piece) if piece in latency.pieces:
            latency = replace(latency, first_report=now)
        case ev.TypingFinished(piece) | ev.TypingStopped(piece) if piece in latency.pieces:
            latency = replace(latency, last_report=now)
    for effect in effects:
        match effect:
            case OpenCapture(dictation):
                latency = Latency(dictation=dictation)
            case CloseCapture(dictation, at) if dictation == latency.dictation:
                latency = replace(latency, released=at)
            case TypeText(piece):
                latency = replace(latency, pieces=latency.pieces | {piece})
    return latency
