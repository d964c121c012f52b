"""Chooses how a doubtful phrase is recognised again, and what follows from all tries. Pure.

    short window -> full window -> full window at a temperature
         '-- an echo of the prompt: the same way again, without the prompt

The first try the guards believe is the transcript. The full window ends a loop or a wrong word that
too short a window caused (whisper.cpp issue 1117). A temperature ends a loop that the model itself
caused, as in OpenAI's transcribe.py.
"""

import difflib
from dataclasses import dataclass, field, replace

from saykey.flow import Verdict
from saykey.recognizer.whisper.guards import (
    SPEECH,
    SURE_OF_SPEECH,
    echoes,
    invented,
    loops,
    speech_needed,
    unlooped,
    verdict,
    words,
)
from saykey.recognizer.whisper.window import FULL_WINDOW, window_rows

WARM = 0.4
"""The temperature of the last try: OpenAI's third step, beyond which texts fall apart."""

_SILENCE = 0.3
"""From this no-speech probability on a text may be an invention; half of what drops any text."""

_SAME = 0.6
"""The least similarity of two results that hold the same words, spelt differently."""


@dataclass(frozen=True, slots=True)
class Way:
    """How to recognise: encoder rows, temperature (0: the most probable token), prompt or none."""

    rows: int
    temperature: float = 0.0
    prompted: bool = True


@dataclass(frozen=True, slots=True)
class Try:
    """The result of recognising in one way; see whisper.decoding.Heard.

    ``prompt`` is "" if none was given. ``speech``: the gate's score of 0..1, None without a gate.
    """

    way: Way
    text: str = field(repr=False)
    probability: float
    no_speech: float = 0.0
    capped: bool = False
    speech: float | None = None
    prompt: str = field(default="", repr=False)
    language: str = ""

    @property
    def verdict(self) -> Verdict:
        """The guards' verdict on this try alone."""
        return verdict(
            self.text,
            probability=self.probability,
            no_speech=self.no_speech,
            capped=self.capped,
        )

    @property
    def is_gated(self) -> bool:
        """Whether the gate heard no speech. Then nothing was recognised."""
        return self.speech is not None and self.speech < SPEECH

    @property
    def is_deaf(self) -> bool:
        """Whether the engine heard nothing although the gate is sure of speech."""
        spoken = self.speech is not None and self.speech >= SURE_OF_SPEECH
        return spoken and self.verdict is Verdict.EMPTY

    @property
    def is_echo(self) -> bool:
        """Whether this may be the prompt instead of the phrase."""
        return self.verdict is not Verdict.EMPTY and echoes(self.text, self.prompt)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The text to pass on and its verdict; ``heard`` is the try it is from."""

    text: str = field(repr=False)
    verdict: Verdict
    heard: Try


def ways(samples: int, padding: int | None, *, attempt: int) -> tuple[Way, ...]:
    """The ways for a phrase, in the order they are tried.

    For ``padding`` see window.window_rows. From the second ``attempt`` on it is ignored, because
    the worker broke on the first; the full window is used.
    """
    first = Way(window_rows(samples, padding if attempt == 1 else None))
    full = Way(FULL_WINDOW)
    return tuple(dict.fromkeys((first, full, replace(full, temperature=WARM))))


def next_way(tries: tuple[Try, ...], known: tuple[Way, ...]) -> Way | None:
    """How to recognise once more; None when the last try is believed or no way is left."""
    last = tries[-1]
    if last.is_echo:
        return replace(last.way, prompted=False)
    if last.verdict is not Verdict.DOUBTFUL and not last.is_deaf:
        return None
    behind = known.index(replace(last.way, prompted=True)) + 1
    return replace(known[behind], prompted=last.way.prompted) if behind < len(known) else None


def conclude(tries: tuple[Try, ...]) -> Conclusion:
    """The transcript that follows from all tries. It never loops and is never only an echo.

    A text that both the guards and the gate doubt is dropped. A known invention is dropped only
    if the guards doubt it and silence is probable as well, because somebody may have said it.
    """
    last = tries[-1]
    said = _said_after_all(tries)
    if said is None and last.verdict is Verdict.GOOD and not last.is_echo:
        said = last
    if said is not None:
        return Conclusion(said.text, Verdict.GOOD, said)
    if last.verdict is Verdict.EMPTY and not (last.is_deaf or last.way.temperature):
        return Conclusion("", Verdict.EMPTY, last)
    best = max(tries, key=_worth)
    text = unlooped(best.text)
    if best.verdict is Verdict.EMPTY or not words(text) or best.is_echo or _is_unlikely(best):
        return Conclusion("", Verdict.EMPTY, best)
    return Conclusion(text, Verdict.DOUBTFUL, best)


def _is_unlikely(doubtful: Try) -> bool:
    """Whether there is evidence against the text besides the guards."""
    if doubtful.speech is not None and doubtful.speech < speech_needed(doubtful.probability):
        return True
    return doubtful.no_speech > _SILENCE and invented(doubtful.text)


def _worth(one: Try) -> tuple[bool, bool, bool, float]:
    heard = one.verdict is not Verdict.EMPTY
    return heard, not one.is_echo, not (one.capped or loops(one.text)), one.probability


def _said_after_all(tries: tuple[Try, ...]) -> Try | None:
    """A try that seemed an echo, but was also recognised without the prompt, only spelt worse."""
    echoed = (t for t in tries if t.is_echo and t.verdict is Verdict.GOOD)
    unprompted = [t for t in tries if not t.way.prompted]
    return next((t for t in echoed if any(_alike(t, other) for other in unprompted)), None)


def _alike(one: Try, other: Try) -> bool:
    spelt, other_spelt = "".join(words(one.text)), "".join(words(other.text))
    return difflib.SequenceMatcher(None, spelt, other_spelt, autojunk=False).ratio() >= _SAME
