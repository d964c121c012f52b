"""The whole path of the device: prompts, levels and noise."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from nothing_invented.device import pcm16 as pcm16_of
from nothing_invented.sounds import RATE, non_speech
from saykey.errors import AudioError
from saykey.flow import Verdict
from saykey.offline.dictated import Dictated
from voices import made, material, mixing
from voices.curves import Share, share
from voices.device import dictated
from voices.report import Section, table
from voices.same import same, score

PROMPTS, LEVELS, NOISE = "Prompts", "Quiet speech", "Noise"

LEVELS_DBFS = (-20, -36, -42, -46, -50, -54)
_AT_LEVEL = 60
_LONGEST = 6
"""Words of a prompt that is heard at several levels."""

_HOUR_S = 3600
_MADE_S = 12.0
_FIRST_SEED = 100


def prompts(models: Sequence[str], _cache: Path) -> Section:
    """The held-out prompts and the short ones."""
    held = recorded(material.held_out())
    short = recorded(material.short())
    others = [sound for sound in material.prompts() if len(sound.said.split()) > 2]
    longer = recorded(sound for sound in others if not sound.held_out)
    rows = []
    for name, recordings in (
        ("60 held-out prompts", held),
        ("other prompts of three words and more", longer),
        ("prompts of one or two words", short),
    ):
        said = texts(recordings)
        everything = dictated(models[0], recordings)
        for half, halves in (
            ("both", {True, False}),
            ("looked at", {True}),
            ("other half", {False}),
        ):
            typed = {n: one for n, one in everything.items() if material.looked_at(n) in halves}
            total = score({n: (said[n], typed[n].text) for n in typed})
            rows.append(
                (
                    name,
                    half,
                    f"{100 * total.word_error_rate:.2f} % of {total.words}",
                    nothing_typed(typed),
                    doubtful_right(said, typed),
                )
            )
    head = ("prompts", "half", "word error rate", "type nothing", "right texts called doubtful")
    text = (
        "The held-out prompts were not heard in training; no limit was set on them alone. The "
        "release is at the end of the recording.\n\n" + table(head, rows)
    )
    return Section(PROMPTS, text)


def recorded(sounds: Iterable[material.Sound]) -> dict[str, bytes]:
    """The recordings by name."""
    return {sound.name: material.pcm16(sound) for sound in sounds}


def texts(names: Iterable[str]) -> dict[str, str]:
    """What is said in the prompts of these names."""
    wanted = set(names)
    found = (*material.prompts(), *material.held_out())
    return {sound.name: sound.said for sound in found if sound.name in wanted}


def nothing_typed(typed: dict[str, Dictated]) -> Share:
    """The recordings for which nothing is typed."""
    return share(typed.values(), lambda heard: not heard.text.strip())


def doubtful_right(said: dict[str, str], typed: dict[str, Dictated]) -> Share:
    """The right texts of which a phrase is doubtful."""
    right = [heard for name, heard in typed.items() if same(said[name], heard.text)]
    return share(right, lambda heard: any(_is_doubtful(phrase.verdict) for phrase in heard.phrases))


def _is_doubtful(verdict: str) -> bool:
    return verdict == Verdict.DOUBTFUL.value


def levels(models: Sequence[str], _cache: Path) -> Section:
    """Prompts of up to six words, made quieter."""
    some = [sound for sound in material.prompts() if len(sound.said.split()) <= _LONGEST]
    random.Random(3).shuffle(some)  # noqa: S311 - no secret
    said = {sound.name: sound.said for sound in some[:_AT_LEVEL]}
    rows = []
    for dbfs in LEVELS_DBFS:
        noise = made.rng(1)
        quiet = {
            name: mixing.in_room(mixing.at_peak(made.voice(name), dbfs), noise, level=1.0)
            for name in said
        }
        typed = dictated(models[0], quiet)
        right = share(said, lambda name, typed=typed: same(said[name], typed[name].text))
        unheard = share(typed.values(), lambda heard: not heard.phrases)
        rows.append((f"{dbfs} dBFS", right, nothing_typed(typed), unheard))
    text = (
        f"{_AT_LEVEL} prompts of one to six words at several peaks, in noise of -90 dBFS. In the "
        "last column the voice detector, which hears the sound as it is, finds no phrase.\n\n"
        + table(("peak", "right", "type nothing", "no phrase"), rows)
    )
    return Section(LEVELS, text)


def noise(models: Sequence[str], _cache: Path) -> Section:
    """Characters typed for sounds without speech."""
    found: dict[str, dict[str, bytes]] = {}
    unreadable = 0
    for sound in material.noise():
        try:
            found.setdefault(sound.kind, {})[sound.name] = _in_room(sound)
        except AudioError as error:
            unreadable += 1
            print(f"left out: {error}", flush=True)
    found[material.MADE] = hour_of_noise()
    rows = []
    for kind, recordings in found.items():
        typed = dictated(models[0], recordings)
        minutes = sum(map(len, recordings.values())) / 2 / RATE / 60
        phrases = sum(len(heard.phrases) for heard in typed.values())
        texts_typed = share(typed.values(), lambda heard: bool(heard.text.strip()))
        rows.append((kind, f"{minutes:.1f}", phrases, texts_typed, characters(typed)))
    head = ("sounds", "minutes", "phrases", "sounds that type", "characters typed")
    text = (
        "Whole path, the settings of all other sections. Effects are those of wesnoth, lmms and "
        "the animals and things of tuxpaint, in the noise of a room. Cries are by human voices. "
        f"Left out because they cannot be read: {unreadable}.\n\n" + table(head, rows)
    )
    return Section(NOISE, text)


def _in_room(sound: material.Sound) -> bytes:
    found = material.pcm16(sound)
    if sound.kind == material.HELD_MUSIC:
        return found
    return mixing.in_room(mixing.samples(found), np.random.default_rng(len(found)))


def hour_of_noise() -> dict[str, bytes]:
    """An hour of generated noise: hum, clicks, breath, music and others."""
    found: dict[str, bytes] = {}
    seed = _FIRST_SEED
    while sum(map(len, found.values())) < 2 * RATE * _HOUR_S:
        for name, sound in non_speech(_MADE_S, seed):
            found[f"{name}, seed {seed}"] = pcm16_of(sound)
        seed += 1
    return found


def characters(typed: dict[str, Dictated]) -> int:
    """How many characters were typed."""
    return sum(len(heard.text) for heard in typed.values())
