"""The parts of a Whisper model in any file format, and the limits that all models keep."""

from dataclasses import dataclass, field
from math import isfinite, prod

from saykey.errors import ModelError
from saykey.models.formats.tensors import Dimensions, StoredTensor

AUDIO_CONTEXT = 1500
"""Encoder rows of the 30 s window of every Whisper model: 50 a second."""

TEXT_CONTEXT = 448
"""Decoder positions of every Whisper model (n_text_ctx of OpenAI's checkpoints)."""

HEAD_WIDTH = 64
"""Width of an attention head in every Whisper model; n_state is a multiple of it."""

SPECTRUM_ROWS = 201
"""Frequencies that the mel filters are applied to: 1 + WHISPER_N_FFT / 2."""

ENGLISH_VOCABULARY = 51864
"""n_vocab of the English-only models; 51865 is multilingual, 51866 adds Cantonese."""

TEXT_TOKENS = 50257
"""Text tokens, which OpenAI's files list. whisper.cpp adds the special tokens after them."""

LONGEST_TOKEN = 512
"""Bytes. GPT-2's longest token has 128."""

_LANGUAGE_BASE = 51766
"""n_vocab of a multilingual model minus its languages (whisper_vocab::num_languages)."""

_MOST_LAYERS = 48
_WIDEST_STATE = 2048
"""About one and a half times Whisper large, which has 32 layers of width 1280."""


@dataclass(frozen=True, slots=True)
class Notes:
    """A file's description of itself. All but ``dynamic_context`` is for people to read.

    ``dynamic_context``: see card.Card; None when the file does not say. ``languages`` are
    ISO 639-1 codes. Texts are empty where the file does not say.
    """

    name: str = ""
    description: str = ""
    licence: str = ""
    origin: str = ""
    languages: tuple[str, ...] = ()
    dynamic_context: bool | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """The parts of a model.

    ``mel_filters``: mels x 201 f32, little endian, row by row. ``vocabulary``: the bytes of each
    text token, indexed by token number. ``tensors``: by OpenAI's names, with position and format.
    """

    dimensions: Dimensions
    mel_filters: bytes = field(repr=False)
    vocabulary: tuple[bytes, ...] = field(repr=False)
    tensors: dict[str, StoredTensor] = field(repr=False)
    notes: Notes = Notes()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Size, number format and dimensions of a model as a file for whisper.cpp.

    ``size`` is in bytes; ``quantisation`` is ggml's name of the format of the large weights
    ("f16", "q5_1").
    """

    size: int
    quantisation: str
    dimensions: Dimensions

    @property
    def languages(self) -> int:
        """The number of languages the model knows; 1 for English-only models."""
        return languages_known(self.dimensions)

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        return self.dimensions.vocabulary > ENGLISH_VOCABULARY


def languages_known(size: Dimensions) -> int:
    """The number of languages a model of this vocabulary knows; 1 for English-only models."""
    return 1 if size.vocabulary == ENGLISH_VOCABULARY else size.vocabulary - _LANGUAGE_BASE


def damaged(why: str) -> ModelError:
    """The error for a file whose contents no intact file could have."""
    return ModelError(f"{why}; the file is damaged, download it again")


def check_dimensions(size: Dimensions, decoder_state: int, decoder_heads: int) -> None:
    """Raise ModelError for dimensions that whisper.cpp cannot handle.

    Every format states the width and heads of the decoder too. They must equal the encoder's.
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
            raise damaged(f"{finding}, which no Whisper model has")


def check_mel_filters(filters: bytes) -> None:
    """Raise ModelError unless all f32 elements of the filters are finite numbers."""
    if not all(map(isfinite, memoryview(filters).cast("f"))):
        raise damaged("has mel filters that are not numbers")


def check_vocabulary(tokens: tuple[bytes, ...]) -> None:
    """Raise ModelError for tokens whisper.cpp cannot look up. Each format checks their number."""
    distinct = set(tokens)
    if len(distinct) != len(tokens):
        raise damaged(f"has {len(tokens) - len(distinct)} tokens twice in its vocabulary")
    if b" " not in distinct:  # whisper.cpp looks it up with at(), which ends the process
        raise damaged("has no space in its vocabulary")
    if max(map(len, tokens)) > LONGEST_TOKEN:
        raise damaged("has a token of more than 512 bytes in its vocabulary")


def same_shape(shape: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether two shapes have the same layout. Dimensions of 1 are ignored, wherever they are."""
    thick = [size for size in shape if size != 1]
    return thick == [size for size in wanted if size != 1] and prod(shape) == prod(wanted)
