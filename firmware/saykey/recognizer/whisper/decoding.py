"""What the engine is asked for and what it answers. Pure values."""

from dataclasses import dataclass, field


class Aborted(Exception):
    """The work was given up because ``aborted`` said so."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How to recognise: the language, the text before, encoder rows, the token limit.

    ``language`` is an ISO 639-1 code; of several, separated by commas, it is the one spoken.
    The encoder has 50 rows a second, up to 1500. ``temperature`` 0 takes the most probable token
    each time; above it tokens are drawn, the same ones for the same samples (see sampling).
    ``endless``: the text goes on to the limit, whatever was said; to measure with.
    """

    language: str
    prompt: str = field(repr=False)
    window: int
    most_tokens: int
    temperature: float = 0.0
    endless: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What the model made of the samples.

    ``probability`` is the mean probability of the text's tokens, 1.0 without any; ``no_speech``
    that of the no-speech token, looked up only for improbable texts and 0.0 otherwise.
    ``capped``: the token limit ended it. ``encode_ms`` is the encoder's pass, ``total_ms`` the
    whole call. ``language`` is the one it is in.
    """

    text: str = field(repr=False)
    probability: float
    no_speech: float
    capped: bool
    encode_ms: float
    total_ms: float
    language: str = ""
