"""Digits that were spoken several times in a row, and other digit strings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from nothing_invented.device import phrases
from saykey.measure.scoring.scores import Total
from saykey.offline.dictated import Dictated
from saykey.recognizer.whisper.engine import floats
from saykey.recognizer.whisper.loudness import normalised
from voices import made
from voices.curves import Share, share
from voices.device import dictated
from voices.engine import Model, loaded
from voices.mixing import samples
from voices.report import Section, table
from voices.same import score

TITLE = "Repeats"


def measured(models: Sequence[str], _cache: Path) -> Section:
    """Digit strings: random ones, and ones with runs of the same digit."""
    rows = []
    for name, runs in (("random", False), ("with runs of a digit", True)):
        strings = made.digit_strings(runs=runs)
        typed = dictated(models[0], strings)
        wrong = digit_errors(typed)
        rows.append(
            (
                name,
                share(typed, lambda digits, typed=typed: digits_in(typed[digits].text) == digits),
                f"{100 * wrong.word_error_rate:.1f} %",
                lost(models[0], strings, typed),
            )
        )
    head = (
        "digit strings",
        "typed as spoken",
        "digits wrong",
        "heard by the model, lost by the device",
    )
    text = (
        "One hundred strings of 3 to 12 digits each, put together from `digits/` with pauses of up "
        "to 0.12 s. The last column is what the guards cost: a first pass over each phrase gives "
        "all digits, but the device types others. In long runs of one digit the model itself "
        "miscounts. `tests/unit/test_whisper_retries.py` checks that real loops are still cut."
        "\n\n" + table(head, rows)
    )
    return Section(TITLE, text)


def digits_in(text: str) -> str:
    """The digits of a text; words for digits count as well."""
    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    for digit, name in enumerate(names):
        text = re.sub(rf"\b{name}\b", str(digit), text, flags=re.IGNORECASE)
    return re.sub(r"\D", "", text)


def digit_errors(typed: dict[str, Dictated]) -> Total:
    """The wrong digits, each counted as a word."""
    return score(
        {digits: (_spelt(digits), _spelt(digits_in(heard.text))) for digits, heard in typed.items()}
    )


def _spelt(digits: str) -> str:
    """A letter for each digit, because the normaliser joins digits into numbers."""
    return " ".join("kbcdfghjlm"[int(digit)] + "x" for digit in digits)


def lost(model: str, strings: dict[str, bytes], typed: dict[str, Dictated]) -> Share:
    """The strings that the model hears whole in one pass, but that are not typed so."""
    with loaded(model) as engine:
        heard = {digits for digits, pcm in strings.items() if _alone(engine, pcm) == digits}
    return share(
        strings, lambda digits: digits in heard and digits_in(typed[digits].text) != digits
    )


def _alone(engine: Model, pcm16: bytes) -> str:
    """What the first pass over each phrase gives, without the guards."""
    heard = []
    for phrase in phrases(samples(pcm16) / 32767):
        _, spoken = engine.gated(normalised(floats(phrase.pcm)))
        heard.append(engine.hear(spoken).text)
    return digits_in(" ".join(heard))
