"""What a Whisper model consists of, whatever file it lies in, and what no Whisper can be."""

from dataclasses import dataclass, field
from math import isfinite, prod

from saykey.errors import ModelError
from saykey.models.formats.tensors import Dimensions, StoredTensor

AUDIO_CONTEXT = 1500
"""Encoder rows of the 30 s window of every Whisper: 50 a second."""

TEXT_CONTEXT = 448
"""Decoder positions of every Whisper (n_text_ctx of OpenAI's checkpoints)."""

HEAD_WIDTH = 64
"""Width of an attention head in every Whisper; n_state is a multiple of it."""

SPECTRUM_ROWS = 201
"""What the mel filters are applied to: 1 + WHISPER_N_FFT / 2."""

ENGLISH_VOCABULARY = 51864
"""n_vocab of the English-only models; 51865 is multilingual, 51866 adds Cantonese."""

TEXT_TOKENS = 50257
"""Tokens that OpenAI's files spell out; whisper.cpp makes up the special ones behind them."""

LONGEST_TOKEN = 512
"""Bytes; GPT-2's longest token has 128."""

_LANGUAGE_BASE = 51766
"""n_vocab of a multilingual model less its languages (whisper_vocab::num_languages)."""

_MOST_LAYERS = 48
_WIDEST_STATE = 2048
"""Half as much again as Whisper large: 32 layers of 1280."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What a file says of itself, for people to read, but for ``dynamic_context``.

    ``dynamic_context``: see card.Card; None when the file says nothing. ``languages`` are
    ISO 639-1 codes. Texts are empty where nothing is said.
    """

    name: str = ""
    description: str = ""
    licence: str = ""
    origin: str = ""
    languages: tuple[str, ...] = ()
    dynamic_context: bool | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of a model: tensors by OpenAI's names, where they lie and in which format.

    ``mel_filters``: mels x 201 f32, little endian, row by row. ``vocabulary``: the bytes of each
    token of text, at its number.
    """

    dimensions: Dimensions
    mel_filters: bytes = field(repr=False)
    vocabulary: tuple[bytes, ...] = field(repr=False)
    tensors: dict[str, StoredTensor] = field(repr=False)
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a model is, as a file for whisper.cpp.

    ``size`` is in bytes; ``quantisation`` is ggml's name of the format of the large weights
    ("f16", "q5_1").
    """

    size: int
    quantisation: str
    dimensions: Dimensions

    @property
    def languages(self) -> int:
        """How many it knows; 1 for a model that knows English only."""
        return languages_known(self.dimensions)

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        return self.dimensions.vocabulary > ENGLISH_VOCABULARY


def languages_known(size: Dimensions) -> int:
    """How many languages a model of this vocabulary knows; 1 is English only."""
    return 1 if size.vocabulary == ENGLISH_VOCABULARY else size.vocabulary - _LANGUAGE_BASE


def damaged(why: str) -> ModelError:
    """The error for a file that holds what no whole file could."""
    return ModelError(f"{why}; the file is damaged, download it again")


def check_dimensions(size: Dimensions, decoder_state: int, decoder_heads: int) -> None:
    """Raise ModelError for dimensions that whisper.cpp would stumble over.

    A decoder has a state and heads of its own in every format, and they must be the encoder's.
    """
    state, heads = size.state, size.heads
    rules = (
        (0 <= size.vocabulary - ENGLISH_VOCABULARY <= 2,
         f"has a vocabulary of {size.vocabulary} tokens"),
        (size.audio_context == AUDIO_CONTEXT,
         f"has an audio context of {size.audio_context}, not {AUDIO_CONTEXT}"),
        (size.text_context == TEXT_CONTEXT,
         f"has a text context of {size.text_context}, not {TEXT_CONTEXT}"),
        (0 < state <= _WIDEST_STATE and state % HEAD_WIDTH == 0, f"has a state of {state}"),
        (decoder_state == state,
         f"has an encoder state of {state}, a decoder state of {decoder_state}"),
        (heads * HEAD_WIDTH == state, f"has {heads} encoder heads for a state of {state}"),
        (decoder_heads == heads, f"has {decoder_heads} decoder heads for a state of {state}"),
        (0 < size.encoder_layers <= _MOST_LAYERS, f"has {size.encoder_layers} encoder layers"),
        (0 < size.decoder_layers <= _MOST_LAYERS, f"has {size.decoder_layers} decoder layers"),
        (size.mels in (80, 128), f"has {size.mels} mel bands, not 80 or 128"),
    )  # fmt: skip
    for holds, finding in rules:
        if not holds:
            raise damaged(f"{finding}, which no Whisper has")


def check_mel_filters(filters: bytes) -> None:
    """Raise ModelError for f32 filters that hold what is no number."""
    if not all(map(isfinite, memoryview(filters).cast("f"))):
        raise damaged("has mel filters that are not numbers")


def check_vocabulary(tokens: tuple[bytes, ...]) -> None:
    """Raise ModelError for tokens whisper.cpp cannot look up. Their number is the format's rule."""
    distinct = set(tokens)
    if len(distinct) != len(tokens):
        raise damaged(f"has {len(tokens) - len(distinct)} tokens twice in its vocabulary")
    if b" " not in distinct:  # whisper.cpp looks it up with at(), which would end the process
        raise damaged("has no space in its vocabulary")
    if max(map(len, tokens)) > LONGEST_TOKEN:
        raise damaged("has a token of more than 512 bytes in its vocabulary")


def same_shape(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether the elements lie alike: dimensions of 1 do not count, in whatever place."""
    thick = [size for size in shape if size != 1]
    return thick == [size for size in wanted if size != 1] and prod(shape) == prod(wanted)
