"""Chooses how a phrase is recognised, once or again, and what follows from all tries. Pure.

    together with the phrase before -> alone -> in two halves -> wider window -> at a temperature
                                         '-- an echo of the prompt: the same way, without it

The first try the guards believe is the transcript. Halves end a loop, and bring back the words
after which a decoder stopped. A wider window ends a wrong word that too short a window caused
(whisper.cpp issue 1117). A temperature ends a loop that the model itself caused, as in OpenAI's
transcribe.py.
"""

import difflib
from dataclasses import dataclass, field, replace

from saykey.flow import SAMPLE_RATE, Verdict
from saykey.recognizer.whisper.guards import Doubt, invented, speech_needed, unlooped, words
from saykey.recognizer.whisper.tries import Try, Way
from saykey.recognizer.whisper.window import FULL_WINDOW, window_rows

WARM = 0.4
"""The temperature of the last try: OpenAI's third step, beyond which texts fall apart."""

_HALVED = 4 * SAMPLE_RATE
"""A phrase of fewer samples is not divided."""

_WIDER = 128
"""Rows by which the window grows for a model that hears short windows: 2.6 s of silence."""

_SILENCE = 0.3
"""From this no-speech probability on a text may be an invention; half of what drops any text."""

_SAME = 0.6
"""The least similarity of two results that hold the same words, spelt differently."""


@dataclass(frozen=True, slots=True)
class Conclusion:
    """The text to pass on and its verdict; ``heard`` is the try it is from."""

    text: str = field(repr=False)
    verdict: Verdict
    heard: Try


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many samples a phrase has, and how many together with the phrase before, if any."""

    alone: int
    together: int | None = None


def ways(
    lengths: Lengths, padding: int | None, *, attempt: int, sure_of_speech: bool
) -> tuple[Way, ...]:
    """The ways for a phrase, in the order they are tried.

    For ``padding`` see window.window_rows. From the second ``attempt`` on, the worker broke on the
    first: the phrase is then recognised alone and with the full window. Two phrases together hold
    speech, whatever the second one is. So a phrase of which the gate is not ``sure_of_speech`` is
    recognised alone first.
    """
    short = padding if attempt == 1 else None
    first = Way(window_rows(lengths.alone, short))
    wide = Way(min(first.rows + _WIDER, FULL_WINDOW))
    further = [wide, replace(wide, temperature=WARM)]
    if lengths.alone >= _HALVED:
        further.insert(0, Way(2 * window_rows(lengths.alone // 2, short), parts=2))
    begin = [first]
    if lengths.together is not None and attempt == 1:
        joint = Way(window_rows(lengths.together, padding), joint=True)
        begin.insert(0 if sure_of_speech else 1, joint)
    return tuple(dict.fromkeys((*begin, *further)))


def next_way(tries: tuple[Try, ...], known: tuple[Way, ...]) -> Way | None:
    """How to recognise once more; None when a try is believed or no way is left."""
    last = tries[-1]
    if last.is_gated or last.is_silent:
        return None
    if last.is_echo:
        return replace(last.way, prompted=False)
    behind = known.index(replace(last.way, prompted=True)) + 1
    if behind == len(known):
        return None
    following = replace(known[behind], prompted=last.way.prompted)
    if last.is_empty and not (last.is_deaf or last.is_lost):
        return None
    settled = _confirmed(tries) is not None or any(each.is_believed for each in tries)
    return following if not settled or following.joint else None


def conclude(tries: tuple[Try, ...]) -> Conclusion:
    """The transcript that follows from all tries. It can have been said, and is no mere echo.

    A text that both the guards and the gate doubt is dropped. A known invention is dropped only
    if the guards doubt it and silence is probable as well, because somebody may have said it.
    """
    last = tries[-1]
    if last.is_gated or last.is_silent:
        return Conclusion("", Verdict.EMPTY, last)
    said = _believed(tries)
    if said is not None:
        return Conclusion(said.text, Verdict.GOOD, said)
    if last.is_empty and not (last.is_deaf or last.is_lost or last.way.temperature):
        return Conclusion("", Verdict.EMPTY, last)
    best = max(tries, key=_worth)
    text = unlooped(best.text) if best.doubt in _NEVER_SAID else best.text
    if best.is_lost or best.is_empty or not words(text) or best.is_echo or _is_unlikely(best):
        return Conclusion("", Verdict.EMPTY, best)
    return Conclusion(text, Verdict.DOUBTFUL, best)


_NEVER_SAID = {Doubt.CUT_OFF, Doubt.IMPOSSIBLE}


def _believed(tries: tuple[Try, ...]) -> Try | None:
    """The try to take as it is, best one that was heard together with the phrase before."""
    believed = [each for each in tries if each.is_believed]
    joint = [each for each in believed if each.seam is not None]
    return _said_after_all(tries) or next(iter(joint + believed), None) or _confirmed(tries)


def _confirmed(tries: tuple[Try, ...]) -> Try | None:
    """The last try, if what speaks against it is gone because another way gave the same words.

    People do say the same word many times, and a long phrase may hold one word only.
    """
    last = tries[-1]
    if last.is_empty or last.is_lost or last.doubt not in {Doubt.REPEATED, Doubt.SHORT}:
        return None
    others = (each for each in tries if each.way != last.way and not each.is_lost)
    return last if any(words(each.text) == words(last.text) for each in others) else None


def _is_unlikely(doubtful: Try) -> bool:
    """Whether there is evidence against the text besides the guards."""
    if doubtful.knows_silence:
        return False
    if doubtful.speech is not None and doubtful.speech < speech_needed(doubtful.probability):
        return True
    return doubtful.no_speech > _SILENCE and invented(doubtful.text)


def _worth(one: Try) -> tuple[bool, bool, bool, float]:
    heard = not one.is_empty and not one.is_lost
    return heard, not one.is_echo, one.doubt not in _NEVER_SAID, one.probability


def _said_after_all(tries: tuple[Try, ...]) -> Try | None:
    """A try that seemed an echo, but was also recognised without the prompt, only spelt worse."""
    echoed = (t for t in tries if t.is_echo and t.verdict is Verdict.GOOD)
    unprompted = [t for t in tries if not t.way.prompted]
    return next((t for t in echoed if any(_alike(t, other) for other in unprompted)), None)


def _alike(one: Try, other: Try) -> bool:
    spelt, other_spelt = "".join(words(one.text)), "".join(words(other.text))
    return difflib.SequenceMatcher(None, spelt, other_spelt, autojunk=False).ratio() >= _SAME
