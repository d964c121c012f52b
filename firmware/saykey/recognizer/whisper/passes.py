"""Recognises a finished phrase, again if needed, until it is believed, in bounded time. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from saykey.flow import SAMPLE_RATE, Seam, Timings, Verdict
from saykey.recognizer import protocol
from saykey.recognizer.languages import languages_of
from saykey.recognizer.seams import divided
from saykey.recognizer.time_limits import TimeLimits
from saykey.recognizer.whisper.decoding import Aborted, Heard, mean
from saykey.recognizer.whisper.guards import SURE_OF_SPEECH, is_gated
from saykey.recognizer.whisper.retries import Lengths, conclude, next_way, ways
from saykey.recognizer.whisper.tries import Try, Way

Hear = Callable[[Way, Callable[[], bool]], Heard]
"""Recognises the phrase once, this way. Raises decoding.Aborted soon after the callable returns
true."""

_NOTHING = Heard("", tokens=(), no_speech=1.0, capped=False, encode_ms=0.0, total_ms=0.0)
"""The result for a phrase without speech."""


@dataclass(frozen=True, slots=True)
class PhraseRequest:
    """A finished phrase, how many samples it has, and how its session began.

    For ``padding`` see window.window_rows. ``speech``: the gate's score, None without a gate.
    ``knows_silence``: the model was taught to hear silence.
    """

    begin: protocol.Begin
    lengths: Lengths
    padding: int | None
    speech: float | None
    knows_silence: bool = False


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
    """Recognise the phrase until a result is believed.

    At least one pass is made, and one alone if the words of the phrase before were not found in
    the joint text. All passes together end within the time allowed. A further pass begins only if
    it is expected to end in time, and it is given up if it does not. Raises decoding.Aborted once
    the phrase is no longer wanted.
    """
    known = ways(
        request.lengths,
        request.padding,
        attempt=request.begin.attempt,
        sure_of_speech=request.speech is None or request.speech >= SURE_OF_SPEECH,
    )
    passes: tuple[Pass, ...] = ()
    way: Way | None = known[0]
    while way is not None and (_has_no_text(passes) or bounds.fits(way)):
        if bounds.aborted():
            raise Aborted
        begin = bounds.now()
        given_up = bounds.aborted if _has_no_text(passes) else bounds.is_over
        try:
            one = _one_pass(hear, request, way, given_up)
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


def _has_no_text(passes: tuple[Pass, ...]) -> bool:
    """Whether the phrase must be recognised however late it is."""
    return all(each.heard.is_lost for each in passes)


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
        seam=end.heard.seam,
    )


def _one_pass(hear: Hear, request: PhraseRequest, way: Way, given_up: Callable[[], bool]) -> Pass:
    gated = is_gated(request.speech, knows_silence=request.knows_silence)
    heard = _NOTHING if gated else hear(way, given_up)
    text, seam, tokens = heard.text, None, heard.tokens
    if way.joint and (found := divided(request.begin.before, heard.text)) is not None:
        tokens = heard.behind(len(heard.text) - len(found.text))
        text, seam = found.text, Seam(found.mark)
    one = Try(
        way=way,
        text=text,
        probability=mean(tokens),
        seconds=request.lengths.alone / SAMPLE_RATE,
        no_speech=heard.no_speech,
        capped=heard.capped,
        speech=request.speech,
        prompt=request.begin.prompt if way.prompted else "",
        language=heard.language,
        seam=seam,
        knows_silence=request.knows_silence,
    )
    return Pass(one, Timings(heard.total_ms, heard.encode_ms))


def _tries(passes: tuple[Pass, ...]) -> tuple[Try, ...]:
    return tuple(each.heard for each in passes)
