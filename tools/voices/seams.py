"""Pauses inside sentences and at their ends: what is typed at the seam."""

from __future__ import annotations

import re
import time
from array import array
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from saykey.flow import SAMPLE_RATE
from saykey.measure.report.svg import Curve, curves
from saykey.offline.dictated import Dictated
from saykey.recognizer.seams import Joint, divided
from saykey.recognizer.whisper import joint
from saykey.recognizer.whisper.engine import floats
from saykey.recognizer.whisper.loudness import normalised
from voices import made
from voices.curves import Share, share
from voices.device import dictated
from voices.engine import Model, loaded
from voices.made import Paused
from voices.report import Section, picture, table

TITLE = "Pauses and seams"

INSIDE = 90
"""Pauses inside sentences."""

PAIRS = 80
"""Ends between two prompts, besides those within prompts."""

_TRIED = 40
"""So many pauses of each kind are heard for the curves."""

_SILENCES_MS = (0, 120, 240, 360, 500)
_HEARD_S = (2, 3, 4, 6, 9, 12)

_END = re.compile(r"[.?!]")


@dataclass(frozen=True, slots=True)
class Seam:
    """A pause and the result. ``styled``: without the pause the model punctuates as the transcript.

    ``ended``: the typed text ends a sentence at the pause; None if the words before it were not
    found again in the text.
    """

    ends: bool
    styled: bool
    ended: bool | None

    @property
    def wrong(self) -> bool:
        """Whether the sentence is broken, or its end lost."""
        return self.ended is not self.ends


def measured(models: Sequence[str], _cache: Path) -> Section:
    """Seams on the device's path, and both curves in process."""
    model = models[0]
    with loaded(model) as engine:
        pauses = made.paused(engine, inside=INSIDE, pairs=PAIRS)
        found = seams(model, pauses)
        chosen = _drawn([one for one, seam in zip(pauses, found, strict=True) if seam.styled])
        before = _heard(engine, [normalised(floats(one.before)) for one in chosen])
        silences = {ms: _with_silence(engine, chosen, before, ms) for ms in _SILENCES_MS}
        before = _heard(engine, [_long(chosen, number) for number in range(len(chosen))])
        ends = {seconds: _with_end(engine, chosen, before, seconds) for seconds in _HEARD_S}
    return Section(TITLE, _text(found, silences, ends), _pictures(silences, ends))


def seams(model: str, pauses: Sequence[Paused]) -> list[Seam]:
    """What the device types at each pause."""
    typed = dictated(model, {str(number): one.pcm16 for number, one in enumerate(pauses)})
    whole = dictated(model, {str(number): one.whole for number, one in enumerate(pauses)})
    return [
        _seam(one, typed[str(number)], whole[str(number)].text) for number, one in enumerate(pauses)
    ]


def _seam(pause: Paused, typed: Dictated, whole: str) -> Seam:
    first = typed.phrases[0].text if typed.phrases else ""
    like = divided(first, whole)
    styled = like is not None and _ended(like) is pause.ends
    here = divided(first, typed.text) if len(typed.phrases) == 2 else None
    return Seam(pause.ends, styled, None if here is None else _ended(here))


def _ended(found: Joint) -> bool:
    return bool(_END.search(found.mark)) and "..." not in found.mark


def errors(found: Iterable[Seam], *, ends: bool, styled: bool) -> Share:
    """The wrong seams at ends or inside sentences; ``styled``: only of those, else of all."""
    some = [seam for seam in found if seam.ends is ends and (seam.styled or not styled)]
    return share(some, lambda seam: seam.wrong)


def _drawn(pauses: Sequence[Paused]) -> list[Paused]:
    order = made.rng(3).permutation(len(pauses)).tolist()
    inside = [pauses[at] for at in order if not pauses[at].ends]
    ends = [pauses[at] for at in order if pauses[at].ends]
    return inside[:_TRIED] + ends[:_TRIED]


@dataclass(frozen=True, slots=True)
class Tried:
    """The result with one value of a constant, and the mean CPU time of a joint pass."""

    inside: Share
    ends: Share
    cpu_ms: float


Before = Sequence[tuple["array[float]", str]]
"""The phrases before the pauses, and their texts."""


def _heard(engine: Model, before: Sequence[array[float]]) -> Before:
    return [(samples, engine.hear(samples).text) for samples in before]


def _with_silence(engine: Model, pauses: Sequence[Paused], before: Before, ms: int) -> Tried:
    """So many ms are left at the seam, half of it on each side."""
    with patch.object(joint, "_SILENCE", ms * SAMPLE_RATE // 2000):
        return _tried(engine, pauses, before)


def _with_end(engine: Model, pauses: Sequence[Paused], before: Before, seconds: int) -> Tried:
    """So many seconds are heard of the phrases before, which are longer."""
    with ExitStack() as patches:
        patches.enter_context(patch.object(joint, "_END", seconds * SAMPLE_RATE))
        patches.enter_context(patch.object(joint, "JOINT_SAMPLES", 0))
        return _tried(engine, pauses, before)


def _long(pauses: Sequence[Paused], number: int) -> array[float]:
    """The phrase before the pause, after those of the next pauses, so that it has 12 s."""
    samples = normalised(floats(pauses[number].before))
    further = number
    while len(samples) < max(_HEARD_S) * SAMPLE_RATE:
        further += 1
        samples = normalised(floats(pauses[further % len(pauses)].before)) + samples
    return samples[-max(_HEARD_S) * SAMPLE_RATE :]


def _tried(engine: Model, pauses: Sequence[Paused], before: Before) -> Tried:
    found, spent = [], 0.0
    for one, (earlier, typed) in zip(pauses, before, strict=True):
        _, phrase = engine.gated(normalised(floats(one.after)))
        both = joint.together(earlier, phrase, one.gap) or phrase
        began = time.process_time()
        text = engine.hear(both[: 30 * SAMPLE_RATE]).text
        spent += time.process_time() - began
        here = divided(typed, text)
        found.append(Seam(one.ends, styled=True, ended=None if here is None else _ended(here)))
    return Tried(
        errors(found, ends=False, styled=True),
        errors(found, ends=True, styled=True),
        1000 * spent / max(1, len(pauses)),
    )


def _text(found: Sequence[Seam], silences: dict[int, Tried], ends: dict[int, Tried]) -> str:
    head = ("pauses of 1.2 to 5 s", "all, by the transcript", "where the model punctuates like it")
    rows = [
        (name, *(errors(found, ends=at_end, styled=styled) for styled in (False, True)))
        for name, at_end in (("inside a sentence: broken", False), ("at an end: lost", True))
    ]
    lost = share(found, lambda seam: seam.ended is None)
    half = _constant("_SILENCE") * 1000 // SAMPLE_RATE
    seconds = _constant("_END") // SAMPLE_RATE
    return "\n\n".join(
        [
            "A pause of room noise is put into prompts at a quiet gap, and between two prompts. "
            "The whole device types the recording. The model has a style of its own (“Press 1 "
            "for x. Press 2 …”), so the last column counts only the pauses where it punctuates "
            "like the transcript when it hears the prompt without the pause.",
            table(head, rows),
            f"The words before the pause were not found again at {lost} pauses; these count as "
            "wrong.",
            f"Silence left at the seam, {half} ms on either side being chosen, against both "
            f"errors, in process, on {_TRIED} pauses of each kind:",
            _tries("silence left on both sides, ms", silences),
            picture("seam-silence", "Errors by the silence left at the seam"),
            "How much is heard of the phrase before, if that has 12 s and more (the ends of other "
            f"phrases come before it here). Chosen: {seconds} s. CPU time is that of the joint "
            "pass, one thread:",
            _tries("seconds heard", ends),
            picture("seam-end", "Errors by the seconds heard of the phrase before"),
        ]
    )


def _constant(name: str) -> int:
    """A constant of saykey.recognizer.whisper.joint, in samples."""
    return int(getattr(joint, name))


def _tries(name: str, tried: dict[int, Tried]) -> str:
    head = (name, "broken inside", "ends lost", "CPU of the joint pass, ms")
    rows = [(value, one.inside, one.ends, f"{one.cpu_ms:.0f}") for value, one in tried.items()]
    return table(head, rows)


def _pictures(silences: dict[int, Tried], ends: dict[int, Tried]) -> dict[str, str]:
    return {
        "seam-silence": _curve("Wrong seams", "ms of silence left at the seam", silences),
        "seam-end": _curve("Wrong seams", "seconds heard of the phrase before", ends),
    }


def _curve(title: str, axis: str, tried: dict[int, Tried]) -> str:
    inside = tuple((value, one.inside.percent) for value, one in tried.items())
    ends = tuple((value, one.ends.percent) for value, one in tried.items())
    lines = [Curve("broken inside a sentence, %", inside), Curve("ends lost, %", ends)]
    if axis.startswith("seconds"):
        cpu = tuple((value, one.cpu_ms / 10) for value, one in tried.items())
        lines.append(Curve("CPU of the joint pass, 10 ms", cpu))
    return curves(title, axis, lines)
