"""A strict check of whisper.cpp's ggml model files, made before the library sees them.

whisper.cpp trusts its model file: a wrong count or type ends in a crash of the process, not in an
error. `check` reads the same structures in the same order as the loader (whisper_model_load in
src/whisper.cpp, 1.8.5) and refuses whatever that loader, or the graphs built on it, would stumble
over. The layout, all little endian:

1. u32 magic 0x67676d6c, then eleven i32: the dimensions and the number format ("ftype")
2. i32 n_mel, i32 n_fft, then n_mel * n_fft f32: the mel filters
3. i32 count, then per token u32 length and bytes: the vocabulary
4. to the end of the file, per tensor: i32 n_dims, i32 length of the name, i32 ggml_type,
   n_dims * i32 shape (fastest first), name, data without any alignment
"""

import struct
from array import array
from dataclasses import dataclass
from math import isfinite

from saykey.errors import ModelError
from saykey.models.tensors import FORMATS, Dimensions, Format, Tensor, wanted_tensors

_MAGIC = b"lmgg"
"""0x67676d6c in little endian."""

_HEADER = struct.Struct("<11i")
_PAIR = struct.Struct("<2i")
_TRIPLE = struct.Struct("<3i")
_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")

_OURS = "Saykey reads whisper.cpp's ggml files (ggml-*.bin)"
_FOREIGN = (
    (b"GGUF", f"is a GGUF file; {_OURS}"),
    (b"ggml", "is stored big endian; convert the model on a little-endian machine"),
    (b"\x1f\x8b", "is a gzip archive; unpack it and use the .bin file in it"),
    (b"PK\x03\x04", f"is a zip archive or a PyTorch checkpoint; {_OURS}"),
    (b"\xfd7zXZ", "is an xz archive; unpack it and use the .bin file in it"),
    (b"version https://git-lfs", "is a Git LFS pointer; download the file it points to"),
)
_MARKUP = (b"<!doctype", b"<html", b"<?xml")

_AUDIO_CONTEXT = 1500
"""Encoder rows of the 30 s window of every Whisper: 50 a second."""

_TEXT_CONTEXT = 448
"""Decoder positions of every Whisper (n_text_ctx of OpenAI's checkpoints)."""

_HEAD_WIDTH = 64
"""Width of an attention head in every Whisper; n_state is a multiple of it."""

_SPECTRUM_ROWS = 201
"""What the mel filters are applied to: 1 + WHISPER_N_FFT / 2."""

_ENGLISH_VOCABULARY = 51864
"""n_vocab of the English-only models; 51865 is multilingual, 51866 adds Cantonese."""

_LANGUAGE_BASE = 51766
"""n_vocab of a multilingual model less its languages (whisper_vocab::num_languages)."""

_TEXT_TOKENS = 50256
"""GPT-2's tokens without its end-of-text: whisper.cpp makes up the special ones behind them."""

_LONGEST_TOKEN = 512
"""Bytes; GPT-2's longest token has 128."""

_LARGEST_VOCABULARY = 4 << 20
"""Bytes; GPT-2's has 0.5 MB with the lengths."""

_MOST_LAYERS = 48
_WIDEST_STATE = 2048
"""Half as much again as Whisper large: 32 layers of 1280."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a checked model file holds.

    ``size`` is in bytes; ``quantisation`` is ggml's name of the format of the large weights
    ("f16", "q5_1"); ``languages`` is 1 for a model that knows English only.
    """

    size: int
    quantisation: str
    dimensions: Dimensions
    multilingual: bool
    languages: int
    tensors: int


class _Reader:
    """A position in the image. Each read names its structure for the message."""

    def __init__(self, image: memoryview) -> None:
        self.image = image
        self.at = 0

    @property
    def left(self) -> int:
        return len(self.image) - self.at

    def skip(self, size: int, what: str) -> int:
        """Step over ``size`` bytes and return where they begin."""
        begin = self.at
        if size > self.left:
            raise _damaged(f"ends in the middle of {what}")
        self.at = begin + size
        return begin

    def unpack(self, form: struct.Struct, what: str) -> tuple[int, ...]:
        return form.unpack_from(self.image, self.skip(form.size, what))

    def take(self, size: int, what: str) -> bytes:
        begin = self.skip(size, what)
        return bytes(self.image[begin : begin + size])


def check(image: memoryview) -> ModelFacts:
    """Read the whole structure of a model file's bytes; what the weights hold is not looked at.

    Raises ModelError with one line that begins with a verb ("is a GGUF file; ..."): the caller
    puts the file's name in front.
    """
    reader = _Reader(image.cast("B"))
    _check_magic(reader)
    dimensions, weights = _header(reader)
    _check_mel_filters(reader, dimensions.mels)
    _check_vocabulary(reader, dimensions.vocabulary)
    wanted = wanted_tensors(dimensions, weights)
    _check_tensors(reader, wanted)
    multilingual = dimensions.vocabulary > _ENGLISH_VOCABULARY
    return ModelFacts(
        size=len(reader.image),
        quantisation=weights.name,
        dimensions=dimensions,
        multilingual=multilingual,
        languages=dimensions.vocabulary - _LANGUAGE_BASE if multilingual else 1,
        tensors=len(wanted),
    )


def _damaged(why: str) -> ModelError:
    return ModelError(f"{why}; the file is damaged, download it again")


def _check_magic(reader: _Reader) -> None:
    if not reader.image:
        raise _damaged("is empty")
    start = bytes(reader.image[:256])
    if start.startswith(_MAGIC):
        reader.at = len(_MAGIC)
        return
    for magic, advice in _FOREIGN:
        if start.startswith(magic):
            raise ModelError(advice)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise ModelError("is a web page, the answer of a failed download; download it again")
    if start[8:9] == b"{" and start[4:8] == bytes(4):  # u64 length of a JSON header
        raise ModelError(f"is a safetensors file; {_OURS}")
    raise ModelError(f"is not a speech model; {_OURS}")


def _header(reader: _Reader) -> tuple[Dimensions, Format]:
    (vocabulary, audio_ctx, state, heads, layers, text_ctx, text_state, text_heads, text_layers,
     mels, ftype) = reader.unpack(_HEADER, "the header")  # fmt: skip
    dimensions = Dimensions(
        vocabulary, audio_ctx, state, heads, layers, text_ctx, text_layers, mels
    )
    rules = (
        (0 <= vocabulary - _ENGLISH_VOCABULARY <= 2, f"has a vocabulary of {vocabulary} tokens"),
        (audio_ctx == _AUDIO_CONTEXT, f"has an audio context of {audio_ctx}, not 1500"),
        (text_ctx == _TEXT_CONTEXT, f"has a text context of {text_ctx}, not 448"),
        (0 < state <= _WIDEST_STATE and state % _HEAD_WIDTH == 0, f"has a state of {state}"),
        (text_state == state, f"has an encoder state of {state}, a decoder state of {text_state}"),
        (heads * _HEAD_WIDTH == state, f"has {heads} encoder heads for a state of {state}"),
        (text_heads == heads, f"has {text_heads} decoder heads for a state of {state}"),
        (0 < layers <= _MOST_LAYERS, f"has {layers} encoder layers"),
        (0 < text_layers <= _MOST_LAYERS, f"has {text_layers} decoder layers"),
        (mels in (80, 128), f"has {mels} mel bands, not 80 or 128"),
    )
    for holds, finding in rules:
        if not holds:
            raise _damaged(f"{finding}, which no Whisper has")
    return dimensions, _number_format(ftype, state)


def _number_format(ftype: int, state: int) -> Format:
    """The format of the large weights; ftype is 1000 * version of the quantisation + kind."""
    version, kind = divmod(ftype, 1000)
    if ftype == 0:
        raise ModelError(
            "holds 32 bit floats, which whisper.cpp cannot run; convert it to f16 or q8_0"
        )
    weights = FORMATS.get(kind)
    if weights is None:
        raise _damaged(f"has the unknown number format {ftype}")
    # whisper.cpp's quantize writes GGML_QNT_VERSION 2; version 1 blocks had another layout
    if version not in ({0, 2} if kind == 1 else {2}):
        raise ModelError(
            f"is quantised in ggml's format version {version}, not 2; get a newer conversion"
        )
    if state % weights.block:
        raise _damaged(f"claims {weights.name} weights, which rows of {state} cannot be")
    return weights


def _check_mel_filters(reader: _Reader, mels: int) -> None:
    rows, columns = reader.unpack(_PAIR, "the mel filters")
    if (rows, columns) != (mels, _SPECTRUM_ROWS):
        raise _damaged(f"has mel filters of {rows} x {columns}, not {mels} x {_SPECTRUM_ROWS}")
    filters = array("f", reader.take(4 * rows * columns, "the mel filters"))
    if not all(map(isfinite, filters)):
        raise _damaged("has mel filters that are not numbers")


def _check_vocabulary(reader: _Reader, most: int) -> None:
    (count,) = reader.unpack(_I32, "the vocabulary")
    if not _TEXT_TOKENS <= count <= most:
        raise _damaged(f"has {count} tokens in its vocabulary, not {_TEXT_TOKENS} to {most}")
    # a copy of this part alone: slices of bytes cost half of what slices of a memoryview do
    part = bytes(reader.image[reader.at : reader.at + _LARGEST_VOCABULARY])
    tokens, at, end, length_at = set(), 0, len(part), _U32.unpack_from
    for number in range(count):  # 50,000 rounds: the only loop of the check that costs time
        begin = at + 4
        length = length_at(part, at)[0] if begin <= end else _LONGEST_TOKEN + 1
        at = begin + length
        if at > end or length > _LONGEST_TOKEN:
            raise _damaged(f"has a wrong length at token {number} of its vocabulary")
        tokens.add(part[begin:at])
    reader.at += at
    if len(tokens) != count:
        raise _damaged(f"has {count - len(tokens)} tokens twice in its vocabulary")
    if b" " not in tokens:  # whisper.cpp looks it up with at(), which would end the process
        raise _damaged("has no space in its vocabulary")


def _check_tensors(reader: _Reader, wanted: dict[str, Tensor]) -> None:
    missing = dict(wanted)
    while reader.left:
        dimensions, length, kind = reader.unpack(_TRIPLE, "the head of a tensor")
        if not (1 <= dimensions <= 4 and 1 <= length <= 128):
            raise _damaged(
                f"goes on with something that is no tensor, after {len(wanted) - len(missing)}"
            )
        shape = reader.unpack(struct.Struct(f"<{dimensions}i"), "the shape of a tensor")
        raw = reader.take(length, "the name of a tensor")
        name = raw.decode("ascii", "replace")
        tensor = missing.pop(name, None)
        if tensor is None:
            known = name in wanted
            raise _damaged(f"holds tensor {name} twice" if known else f"has unknown tensor {raw!r}")
        # the loader fills missing dimensions with 1 and compares
        if shape + (1,) * (4 - dimensions) != tensor.shape + (1,) * (4 - len(tensor.shape)):
            raise _damaged(f"has tensor {name} of shape {shape}, not {tensor.shape}")
        if kind != tensor.format.kind:
            raise ModelError(
                f"has tensor {name} in ggml type {kind}, not {tensor.format.kind}; "
                "whisper.cpp wants one type for all large weights, convert the model again"
            )
        reader.skip(tensor.size, f"tensor {name}")
    if missing:
        raise _damaged(f"lacks {len(missing)} tensors, {next(iter(missing))} among them")
