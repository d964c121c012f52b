"""The parameters and the result of one run of the engine. Pure values."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Aborted(Exception):
    """The work was given up because ``aborted`` returned true."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to recognise: the language, the preceding text, encoder rows, the token limit.

    ``language`` is an ISO 639-1 code, or several separated by commas, of which the spoken one is
    used. ``window`` counts encoder rows: 50 a second, up to 1500. ``temperature`` 0 takes the most
    probable token each time. Above 0, tokens are drawn at random, the same ones for the same
    samples (see sampling). ``endless``: the text continues up to the token limit, whatever was
    said; used for measurements.
    """

    language: str
    prompt: str = field(repr=False)
    window: int
    most_tokens: int
    temperature: float = 0.0
    endless: bool = False


class Token(NamedTuple):
    """A token of a text: where in the text it ends, in characters, and its probability."""

    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model recognised in the samples.

    ``tokens`` are those of the text, in order. ``no_speech`` is the probability of the no-speech
    token. For a model that was not taught silence it is looked up only for improbable texts and is
    0.0 otherwise. ``capped``: the token limit ended the text. ``encode_ms`` is the time of the
    encoder's pass, ``total_ms`` that of the whole call. ``language`` is the language of the text.
    """

    text: str = field(repr=False)
    tokens: tuple[Token, ...] = field(repr=False)
    no_speech: float
    capped: bool
    encode_ms: float
    total_ms: float
    language: str = ""

    @property
    def probability(self) -> float:
        """The mean probability of the text's tokens, 1.0 without any."""
        return mean(self.tokens)

    def behind(self, place: int) -> tuple[Token, ...]:
        """The tokens that end behind this character of the text."""
        return tuple(token for token in self.tokens if token.end > place)


def mean(tokens: tuple[Token, ...]) -> float:
    """The mean probability of these tokens, 1.0 without any."""
    return sum(token.probability for token in tokens) / len(tokens) if tokens else 1.0


def tokens_of(text: bytes, ends: list[int], probabilities: list[float]) -> tuple[Token, ...]:
    """The tokens of a text in UTF-8, with their ends counted in characters of the stripped text.

    ``ends`` are the ends of the tokens in bytes of ``text``.
    """
    before = text.decode("utf-8", "replace")
    blank = len(before) - len(before.lstrip())
    places = [len(text[:end].decode("utf-8", "replace")) - blank for end in ends]
    return tuple(map(Token, places, probabilities))
