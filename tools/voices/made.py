"""Makes recordings for the measurements from the prompts: digits, levels, pauses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from nothing_invented.device import phrases
from saykey.flow import SAMPLE_RATE
from saykey.recognizer.whisper.engine import floats
from voices import material, mixing
from voices.engine import Model

STRINGS = 100
_SHORTEST, _LONGEST = 3, 12
_BETWEEN_S = 0.12
"""The longest pause between two digits."""


def rng(seed: int = 0) -> np.random.Generator:
    """Random numbers, the same in each run."""
    return np.random.default_rng(seed)


@cache
def voice(name: str) -> mixing.Samples:
    """The samples of a prompt of this name."""
    found = next(sound for sound in material.prompts() if sound.name == name)
    return mixing.samples(material.pcm16(found))


def digit_strings(*, runs: bool) -> dict[str, bytes]:
    """STRINGS recordings of 3 to 12 digits, by the digits that are spoken.

    ``runs``: in each a digit is said two to four times in a row, or all of them are the same.
    """
    drawn, noise = random.Random(7), rng(7)  # noqa: S311 - no secret
    found: dict[str, bytes] = {}
    while len(found) < STRINGS:
        digits = _digits(drawn, runs=runs)
        sound = [
            part
            for digit in digits
            for part in (
                voice(f"digits/{digit}"),
                mixing.silence(drawn.uniform(0, _BETWEEN_S)),
            )
        ]
        found[digits] = mixing.in_room(np.concatenate(sound), noise)
    return found


def _digits(drawn: random.Random, *, runs: bool) -> str:
    length = drawn.randint(_SHORTEST, _LONGEST)
    if not runs:
        return "".join(drawn.choices("0123456789", k=length))
    if drawn.random() < 1 / 2:
        return drawn.choice("0123456789") * length
    pieces = [drawn.choice("0123456789") * drawn.randint(2, 4) for _ in range(_LONGEST)]
    return "".join(pieces)[:length]


_WORD = re.compile(r"\w+(?:['’]\w+)*")
_END = re.compile(r"[.?!]")
_LONGEST_PROMPT = 24 * SAMPLE_RATE
_MOST_GAPS = 3
_PAUSE_S = (1.2, 5.0)
"""The cutter ends a phrase after less than a second, so that each pause divides."""


@dataclass(frozen=True, slots=True)
class Paused:
    """A recording with one long pause.

    ``ends``: a sentence ends there, by the transcript. ``prompts`` names the prompts in it.
    ``before`` and ``after`` are the two phrases of the recording, ``gap`` the samples between them.
    ``whole`` is the same without the pause.
    """

    ends: bool
    prompts: tuple[str, ...]
    pcm16: bytes = field(repr=False)
    before: bytes = field(repr=False)
    after: bytes = field(repr=False)
    gap: int
    whole: bytes = field(repr=False)


def paused(model: Model, *, inside: int, pairs: int) -> list[Paused]:
    """Pauses at quiet gaps of the prompts until so many are inside sentences; and between pairs.

    The place of a gap in the transcript is found by the words that the model hears around it; gaps
    whose place is not certain are left out.
    """
    noise = rng(5)
    found: list[Paused] = []
    for number in noise.permutation(len(material.prompts())).tolist():
        if sum(not one.ends for one in found) >= inside:
            break
        found += _inside(model, material.prompts()[number], noise)
    return found + list(_between(pairs, noise))


def _inside(model: Model, sound: material.Sound, noise: np.random.Generator) -> Iterator[Paused]:
    spoken = voice(sound.name)
    if len(sound.said.split()) < 5 or len(spoken) > _LONGEST_PROMPT or "..." in sound.said:
        return
    certain = 0
    for at in mixing.quiet_gaps(spoken):
        if certain == _MOST_GAPS:
            return
        heard = (_words(model, spoken[:at]), _words(model, spoken[at:]))
        between = stands_between(sound.said, *heard)
        if between is None:
            continue
        pause = with_pause(spoken, at, noise)
        one = _paused((sound.name,), pause, spoken, noise, ends=bool(_END.search(between)))
        if one is not None:
            certain += 1
            yield one


def with_pause(spoken: mixing.Samples, at: int, noise: np.random.Generator) -> mixing.Samples:
    """The sound with a pause of random length at this sample."""
    return mixing.with_pause(spoken, at, noise.uniform(*_PAUSE_S))


def _between(pairs: int, noise: np.random.Generator) -> Iterator[Paused]:
    whole = [
        sound
        for sound in material.prompts()
        if re.fullmatch(r"[A-Z].{10,110}[^.]\.", sound.said) and len(sound.said.split()) >= 4
    ]
    drawn: list[tuple[int, int]] = []
    while len(drawn) < pairs:
        order = noise.permutation(len(whole)).tolist()
        drawn += zip(order[::2], order[1::2], strict=False)
    for first, second in drawn[:pairs]:
        one, other = whole[first], whole[second]
        together = np.concatenate([voice(one.name), voice(other.name)])
        pause = with_pause(together, len(voice(one.name)), noise)
        found = _paused((one.name, other.name), pause, together, noise, ends=True)
        if found is not None:
            yield found


def _paused(
    prompts: tuple[str, ...],
    pause: mixing.Samples,
    whole: mixing.Samples,
    noise: np.random.Generator,
    *,
    ends: bool,
) -> Paused | None:
    pcm16 = mixing.in_room(pause, noise)
    cut = phrases(mixing.samples(pcm16) / 32767)
    if len(cut) != 2:
        return None
    first, second = cut
    gap = second.first_sample - first.last_sample
    alone = mixing.in_room(whole, noise)
    return Paused(ends, prompts, pcm16, first.pcm, second.pcm, gap, alone)


def _words(model: Model, sound: mixing.Samples) -> list[str]:
    return words(model.hear(floats(mixing.pcm16(sound))).text)


def words(text: str) -> list[str]:
    """The words in lower case."""
    return [match.group().lower() for match in _WORD.finditer(text)]


def stands_between(said: str, before: list[str], after: list[str]) -> str | None:
    """What stands in a text between the words before and after a gap.

    None unless exactly one place has the last two words before it and the first two after it.
    """
    places = [match.span() for match in _WORD.finditer(said)]
    spelt = words(said)
    if len(before) < 2 or len(after) < 2:
        return None
    found = [
        at
        for at in range(2, len(spelt) - 1)
        if spelt[at - 2 : at] == before[-2:] and spelt[at : at + 2] == after[:2]
    ]
    if len(found) != 1:
        return None
    return said[places[found[0] - 1][1] : places[found[0]][0]].strip()
