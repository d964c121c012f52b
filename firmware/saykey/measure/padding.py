"""Measures on recordings how much silence a model needs after a phrase."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE
from saykey.measure.process import Hear, Text
from saykey.recognizer.whisper.guards import doubt, is_empty, words
from saykey.recognizer.whisper.window import FULL_WINDOW, window_rows

PADDINGS = (0, 16, 32, 64, 128, 192, 256, 384, 512, 768)
"""Paddings to try, in rows of 20 ms. In whisper.cpp issue 1855, 128 suffices for stock models."""

FEWEST_WORDS = 300
"""The fewest spoken words that allow a conclusion."""

MOST_WORSE = 0.002
"""Word errors that a padding may add to those of the full window, as a share of the words."""

_DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Recording:
    """The text that was said, and its sound: 16 kHz mono pcm16 of at most 30 s."""

    text: str = field(repr=False)
    pcm16: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of hearing all recordings with one padding.

    ``padding`` None is the full window. ``errors`` are the word errors of each recording.
    ``again``: how many recordings the guards doubted, which were then heard again with the full
    window. ``rows``: mean encoder rows of a recording. ``errors`` and ``rows`` include the second
    hearing.
    """

    padding: int | None
    errors: tuple[int, ...]
    again: int
    rows: float


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """The edit distance in words: the fewest replacements, deletions and insertions."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, 1):
        diagonal, row[0] = row[0], number
        for at, other in enumerate(heard, 1):
            best = min(row[at] + 1, row[at - 1] + 1, diagonal + (word != other))
            diagonal, row[at] = row[at], best
    return row[-1]


def spoken_words(recordings: Iterable[Recording]) -> list[int]:
    """The number of words of each recording."""
    return [len(words(recording.text)) for recording in recordings]


def outcomes(
    recordings: Sequence[Recording],
    hear: Callable[[Hear], Text],
    language: str,
    paddings: Sequence[int] = PADDINGS,
    done: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Hear each recording with the full window and with each padding.

    The full window's outcome comes first. ``hear`` is client.Measured.hear. ``done`` is called
    after each recording.
    """
    heard: dict[int | None, list[tuple[int, bool, int]]] = {None: []}
    heard.update({padding: [] for padding in paddings})
    for recording in recordings:
        said = words(recording.text)
        samples = len(recording.pcm16) // SAMPLE_BYTES
        full = hear(Hear(FULL_WINDOW, language, recording.pcm16))
        known = {FULL_WINDOW: full}
        for padding, results in heard.items():
            window = window_rows(samples, padding)
            if window not in known:
                known[window] = hear(Hear(window, language, recording.pcm16))
            doubted = window < FULL_WINDOW and _is_doubted(known[window], samples)
            text = full if doubted else known[window]
            errors = word_errors(said, words(text.text))
            results.append((errors, doubted, window + FULL_WINDOW * doubted))
        done()
    return [_outcome(padding, results) for padding, results in heard.items()]


def _outcome(padding: int | None, results: list[tuple[int, bool, int]]) -> Outcome:
    errors, doubted, rows = zip(*results, strict=True)
    return Outcome(padding, errors, sum(doubted), sum(rows) / len(rows))


def _is_doubted(heard: Text, samples: int) -> bool:
    text, probability = heard.text, heard.probability
    if is_empty(text, probability=probability, no_speech=heard.no_speech):
        return False
    seconds = samples / SAMPLE_RATE
    return doubt(text, probability=probability, capped=heard.capped, seconds=seconds) is not None


def chosen(outcomes: Sequence[Outcome], spoken: int) -> Outcome:
    """The cheapest outcome that is as accurate as the full window, which comes first.

    A padding is accepted only if all greater ones are as accurate too, because less padding is
    never better.
    """
    full, *shorter = outcomes
    most = sum(full.errors) + MOST_WORSE * spoken
    fit = [full]
    for outcome in sorted(shorter, key=lambda one: one.padding or 0, reverse=True):
        if sum(outcome.errors) > most:
            break
        fit.append(outcome)
    return min(fit, key=lambda outcome: outcome.rows)


def difference(
    full: Sequence[int], other: Sequence[int], spoken: Sequence[int], *, share: float = 0.95
) -> tuple[float, float, float]:
    """The additional word errors of ``other``, per word: lower bound, measured, upper bound.

    The interval contains ``share`` of 1,000 draws of as many recordings with replacement (a paired
    bootstrap: Bisani and Ney, 2004). The draws are the same each time.
    """
    draw = random.Random(0)  # noqa: S311 - any draws, but the same each time
    triples = list(zip(full, other, spoken, strict=True))
    drawn = sorted(_rate(draw.choices(triples, k=len(triples))) for _ in range(_DRAWS))
    tail = round(_DRAWS * (1 - share) / 2)
    return drawn[tail], _rate(triples), drawn[_DRAWS - 1 - tail]


def _rate(triples: Sequence[tuple[int, int, int]]) -> float:
    return sum(b - a for a, b, _ in triples) / max(1, sum(count for _, _, count in triples))
