"""Recognises a finished phrase, again if needed, until it is believed, in bounded time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from saykey.flow import Timings, Verdict
from saykey.recognizer import protocol
from saykey.recognizer.languages import languages_of
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.decoding import Aborted, Heard
from saykey.recognizer.whisper.guards import SPEECH
from saykey.recognizer.whisper.retries import Try, Way, conclude, next_way, ways

Hear = Callable[[Way, Callable[[], bool]], Heard]
"""Recognises the phrase once, this way. Raises decoding.Aborted soon after the callable returns
true."""

_NOTHING = Heard("", probability=1.0, no_speech=1.0, capped=False, encode_ms=0.0, total_ms=0.0)
"""The result for a phrase without speech."""


@dataclass(frozen=True, slots=True)
class PhraseRequest:
    """A finished phrase of ``samples`` samples, and how its session began.

    For ``padding`` see window.window_rows. ``speech``: the gate's score, None without a gate.
    """

    begin: protocol.Begin
    samples: int
    padding: int | None
    speech: float | None


@dataclass(frozen=True, slots=True)
class Bounds:
    """What ends the passes: ``deadline`` is a time of the clock ``now``, in nanoseconds.

    ``aborted`` returns true once the phrase is no longer wanted. ``limits`` learns the time of an
    encoder row.
    """

    now: Callable[[], int]
    deadline: int
    aborted: Callable[[], bool]
    limits: TimeLimits

    def fits(self, way: Way) -> bool:
        """Whether a pass that begins now is expected to end in time."""
        return self.now() + self.limits.expected(way.rows) <= self.deadline

    def is_over(self) -> bool:
        """Whether a pass after the first should end."""
        return self.aborted() or self.now() > self.deadline


@dataclass(frozen=True, slots=True)
class Pass:
    """One try and what it cost."""

    heard: Try
    timings: Timings


def passes_over(hear: Hear, request: PhraseRequest, bounds: Bounds) -> tuple[Pass, ...]:
    """Recognise the phrase until a result is believed, with at least one pass.

    All passes together end within the time allowed. A further pass begins only if it is expected to
    end in time, and it is given up if it does not. Raises decoding.Aborted once the phrase is no
    longer wanted.
    """
    known = ways(request.samples, request.padding, attempt=request.begin.attempt)
    passes: tuple[Pass, ...] = ()
    way: Way | None = known[0]
    while way is not None and (not passes or bounds.fits(way)):
        if bounds.aborted():
            raise Aborted
        begin = bounds.now()
        try:
            one = _one_pass(hear, request, way, bounds.aborted if not passes else bounds.is_over)
        except Aborted:
            if bounds.aborted():
                raise
            bounds.limits.measured(way.rows, bounds.now() - begin)  # it takes at least so long
            break
        if not one.heard.is_gated:
            bounds.limits.measured(way.rows, bounds.now() - begin)
        passes += (one,)
        way = next_way(_tries(passes), known)
    return passes


def final(request: PhraseRequest, passes: tuple[Pass, ...]) -> protocol.Final:
    """The result of all passes. ``attempt`` is that of the text; the times are those of all."""
    tries = _tries(passes)
    end = conclude(tries)
    total_ms = sum(each.timings.total_ms for each in passes)
    encode_ms = sum(each.timings.encode_ms for each in passes)
    gated = tries[0].is_gated
    return protocol.Final(
        session=request.begin.session,
        text=end.text,
        verdict=end.verdict,
        language=end.heard.language or languages_of(request.begin.language)[0],
        attempt=request.begin.attempt + tries.index(end.heard),
        probability=end.heard.probability,
        no_speech=end.heard.no_speech,
        timings=Timings(
            total_ms,
            encode_ms,
            max(0.0, total_ms - encode_ms),
            passes=0 if gated else len(passes),
        ),
        work=0 if gated else sum(each.way.rows for each in tries),
        cut=end.verdict is Verdict.DOUBTFUL and end.text != end.heard.text,
    )


def _one_pass(hear: Hear, request: PhraseRequest, way: Way, given_up: Callable[[], bool]) -> Pass:
    is_silent = request.speech is not None and request.speech < SPEECH
    heard = _NOTHING if is_silent else hear(way, given_up)
    one = Try(
        way=way,
        text=heard.text,
        probability=heard.probability,
        no_speech=heard.no_speech,
        capped=heard.capped,
        speech=request.speech,
        prompt=request.begin.prompt if way.prompted else "",
        language=heard.language,
    )
    return Pass(one, Timings(heard.total_ms, heard.encode_ms))


def _tries(passes: tuple[Pass, ...]) -> tuple[Try, ...]:
    return tuple(each.heard for each in passes)
