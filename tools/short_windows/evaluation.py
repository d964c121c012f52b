"""Measures what a model hears: word errors by window, and whether it knows silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from saykey.measure.padding import word_errors
from saykey.recognizer.whisper.guards import words
from short_windows.hearing import Heard, Listener, Pcm
from short_windows.recordings import Recording
from short_windows.tokens import text_of


def word_errors_of(
    tests: Sequence[Recording], heard: Sequence[Heard], vocabulary: Sequence[bytes]
) -> tuple[int, int]:
    """Word errors, and words that were said."""
    errors = said = 0
    for test, result in zip(tests, heard, strict=True):
        spoken = words(test.text)
        errors += word_errors(spoken, words(text_of(result.tokens, vocabulary)))
        said += len(spoken)
    return errors, said


def area_under_curve(silent: Sequence[float], spoken: Sequence[float]) -> float:
    """How often a sound without speech is the likelier to hold none than one with speech, 0 to 1.

    0.5 is chance. A tie counts half.
    """
    higher = sum((a > b) + 0.5 * (a == b) for a in silent for b in spoken)
    return higher / (len(silent) * len(spoken))


def measured(
    listener: Listener,
    vocabulary: Sequence[bytes],
    tests: Sequence[Recording],
    noises: Sequence[Pcm],
    paddings: Sequence[int | None],
) -> Iterator[str]:
    """A line for each padding (None is the full window), then one about silence.

    The line about silence is for the first padding.
    """
    sounds = [test.pcm for test in tests]
    no_speech: list[float] = []
    for padding in paddings:
        heard = listener.hear(sounds, padding)
        errors, said = word_errors_of(tests, heard, vocabulary)
        window = "full window" if padding is None else f"window with padding {padding}"
        rate = 100 * errors / max(said, 1)
        yield f"{window}: {rate:.2f} % word errors ({errors} of {said} words)"
        no_speech = no_speech or [result.no_speech for result in heard]
    silent = listener.no_speech(noises, paddings[0])
    yield (
        f"probability of no speech, median: {median(silent):.3f} for {len(silent)} sounds without "
        f"speech, {median(no_speech):.3f} for {len(tests)} recordings; "
        f"area under the curve {area_under_curve(silent, no_speech):.4f}"
    )
