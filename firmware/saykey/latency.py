"""Computes a dictation's three latencies from the hub's steps, and keeps a record of many. Pure."""

from dataclasses import dataclass, replace
from math import ceil

from saykey import events as ev
from saykey.effects import CloseCapture, Effect, OpenCapture, TypeEdits
from saykey.flow import inserted

NS_PER_MS = 1_000_000

REMEMBERED = 200
"""How many dictations' waits are kept; ten of them are above the 95th percentile."""


@dataclass(frozen=True, slots=True)
class Latency:
    """When each of these last happened in the latest dictation, in monotonic ns.

    A latency is 0 when its end was before the release: the user did not wait for it. ``pieces`` are
    the pieces typed since the dictation began. ``words`` are those of them with a letter or digit:
    the others are only a closing mark.
    """

    dictation: int = 0
    released: int | None = None
    transcript: int | None = None
    first_report: int | None = None
    last_report: int | None = None
    pieces: frozenset[int] = frozenset()
    words: frozenset[int] = frozenset()

    @property
    def release_to_transcript_ms(self) -> float | None:
        """From the release to the last transcript."""
        return self._since_release(self.transcript)

    @property
    def release_to_first_report_ms(self) -> float | None:
        """From the release to the first report of the last piece typed that has words."""
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
        case ev.TypingBegan(piece) if piece in latency.words:
            latency = replace(latency, first_report=now)
        case ev.TypingFinished(piece) | ev.TypingStopped(piece) if piece in latency.pieces:
            latency = replace(latency, last_report=now)
        case _:
            pass
    for effect in effects:
        match effect:
            case OpenCapture(dictation, borrower=None):
                latency = Latency(dictation=dictation)
            case CloseCapture(dictation, at) if dictation == latency.dictation:
                latency = replace(latency, released=at)
            case TypeEdits(piece, edits=edits):
                latency = replace(latency, pieces=latency.pieces | {piece})
                if any(character.isalnum() for character in inserted(edits)):
                    latency = replace(latency, words=latency.words | {piece})
            case _:
                pass
    return latency


@dataclass(frozen=True, slots=True)
class Record:
    """What was measured since the start.

    ``waits_ms``: release_to_transcript of the last REMEMBERED dictations in which something was
    heard. ``recognised`` counts recognitions, including those begun early at a pause. ``again``
    counts the recognitions for which the engine made more than one pass over the phrase.
    """

    waits_ms: tuple[float, ...] = ()
    recognised: int = 0
    again: int = 0

    @property
    def p95_ms(self) -> float | None:
        """The wait that 95 of 100 dictations did not exceed; None before the first."""
        if not self.waits_ms:
            return None
        return sorted(self.waits_ms)[ceil(0.95 * len(self.waits_ms)) - 1]


def remember(record: Record, event: ev.Event, before: Latency, latency: Latency) -> Record:
    """The record after one more step; ``before`` and ``latency`` are the latencies around it."""
    if isinstance(event, ev.Recognised):
        passes = event.transcript.timings.passes
        record = replace(
            record,
            recognised=record.recognised + (passes > 0),
            again=record.again + (passes > 1),
        )
    wait, earlier = latency.release_to_transcript_ms, before.release_to_transcript_ms
    same = latency.dictation == before.dictation
    if wait is None or (same and wait == earlier):
        return record
    kept = record.waits_ms[:-1] if same and earlier is not None else record.waits_ms
    return replace(record, waits_ms=(*kept, wait)[-REMEMBERED:])
