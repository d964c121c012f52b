"""Scores one text after another against what was said, and adds the scores up."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from saykey.measure.scoring.kinds import Homophones, Kind, kinds_of, names_in, read_homophones
from saykey.measure.scoring.normal import Normaliser

if TYPE_CHECKING:
    import jiwer


@dataclass(frozen=True, slots=True)
class Score:
    """The errors in the text typed for one recording in which something is said.

    ``words`` and ``characters`` are those that were said, after normalising, spaces included.
    ``exact``: the text is typed to the letter. ``same``: it is so after normalising.
    """

    name: str
    words: int
    word_errors: int
    characters: int
    character_errors: int
    exact: bool
    same: bool
    kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Silent:
    """A recording in which nothing is said. ``characters`` were typed nevertheless."""

    name: str
    characters: int


@dataclass(frozen=True, slots=True)
class Total:
    """The scores of all recordings in which something is said, added up."""

    recordings: int = 0
    words: int = 0
    word_errors: int = 0
    characters: int = 0
    character_errors: int = 0
    exact: int = 0
    same: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)

    @property
    def word_error_rate(self) -> float:
        """Errors per word, from 0; more than 1 is possible. 0 without words."""
        return self.word_errors / max(1, self.words)

    @property
    def character_error_rate(self) -> float:
        """Errors per character, from 0. 0 without characters."""
        return self.character_errors / max(1, self.characters)


class Scorer:
    """Scores texts in one language, an ISO 639-1 code."""

    def __init__(self, normalise: Normaliser, language: str) -> None:
        self._normalise = normalise
        self._language = language

    def score(self, name: str, said: str, typed: str) -> Score | Silent:
        """The score of one recording; Silent if nothing is left of ``said`` by normalising."""
        import jiwer

        reference, hypothesis = self._normalise(said), self._normalise(typed)
        if not reference:
            return Silent(name, len(typed.strip()))
        words = jiwer.process_words(reference, hypothesis)
        letters = jiwer.process_characters(reference, hypothesis)
        names = names_in(said, self._normalise, self._language)
        homophones = _english() if self._language == "en" else {}
        kinds = [
            kind
            for said_here, typed_here in _wrong(words)
            for kind in kinds_of(said_here, typed_here, names, homophones)
        ]
        return Score(
            name=name,
            words=len(reference.split()),
            word_errors=words.substitutions + words.deletions + words.insertions,
            characters=len(reference),
            character_errors=letters.substitutions + letters.deletions + letters.insertions,
            exact=" ".join(said.split()) == " ".join(typed.split()),
            same=reference == hypothesis,
            kinds=tuple(kinds),
        )


def total(scores: Sequence[Score]) -> Total:
    """The sum of these scores."""
    return Total(
        recordings=len(scores),
        words=sum(score.words for score in scores),
        word_errors=sum(score.word_errors for score in scores),
        characters=sum(score.characters for score in scores),
        character_errors=sum(score.character_errors for score in scores),
        exact=sum(score.exact for score in scores),
        same=sum(score.same for score in scores),
        kinds=dict(Counter(kind for score in scores for kind in score.kinds)),
    )


def _wrong(words: "jiwer.WordOutput") -> Iterator[tuple[list[str], list[str]]]:
    """The words said and typed in each place that is wrong. Neighbouring errors are one place."""
    (said,), (typed,), (chunks,) = words.references, words.hypotheses, words.alignments
    begin: tuple[int, int] | None = None
    end = (0, 0)
    for chunk in chunks:
        if chunk.type == "equal":
            if begin is not None:
                yield said[begin[0] : end[0]], typed[begin[1] : end[1]]
            begin = None
            continue
        begin = begin or (chunk.ref_start_idx, chunk.hyp_start_idx)
        end = chunk.ref_end_idx, chunk.hyp_end_idx
    if begin is not None:
        yield said[begin[0] : end[0]], typed[begin[1] : end[1]]


@cache
def _english() -> Homophones:
    file = resources.files("saykey") / "data" / "homophones.txt"
    return read_homophones(file.read_text(encoding="utf-8").splitlines())
