"""Damages many files; each must be refused with a line or run in the real library."""

from collections import Counter
from collections.abc import Iterable

from damaged_models.files import Sample, mutated, refusal, through_the_checks
from damaged_models.library import Library
from saykey.errors import ModelError


def outcomes(sample: Sample, seeds: Iterable[int]) -> Counter[str]:
    """Count the files that the checks "refused", that the library "heard", and all other results.

    Each other result names the seed of its file. An exception that is no ModelError propagates.
    """
    found: Counter[str] = Counter()
    library = Library()
    try:
        for seed in seeds:
            told = _told(library, mutated(sample, seed))
            found[told if told in {"refused", "heard"} else f"seed {seed} {told}"] += 1
    finally:
        library.close()
    return found


def _told(library: Library, image: bytes) -> str:
    try:
        packed = through_the_checks(image)
    except ModelError as error:
        refusal(error)
        return "refused"
    return library.told(packed)
