"""Whether a text holds what was said, however it is spelt."""

import re
from functools import cache

from saykey.measure.scoring.normal import Normaliser, normaliser
from saykey.measure.scoring.scores import Score, Scorer, Total, total

_SIGN = re.compile(r"[^a-z0-9]")


@cache
def _normalise() -> Normaliser:
    return normaliser("en")


def same(said: str, typed: str) -> bool:
    """Whether both have the same letters and digits in the same order, after normalising."""
    said, typed = (_SIGN.sub("", _normalise()(text)) for text in (said, typed))
    return said == typed


def score(pairs: dict[str, tuple[str, str]]) -> Total:
    """The errors in what was typed: name -> said and typed."""
    scorer = Scorer(_normalise(), "en")
    scores = [scorer.score(name, said, typed) for name, (said, typed) in pairs.items()]
    return total([each for each in scores if isinstance(each, Score)])
