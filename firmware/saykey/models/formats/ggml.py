"""Checks whisper.cpp's ggml model files strictly before the library loads them.

whisper.cpp trusts its model file: a wrong count or type crashes the process instead of raising an
error. `check` reads the same structures in the same order as the loader (whisper_model_load in
src/whisper.cpp, 1.8.5). It refuses everything that the loader, or the graphs built on it, cannot
handle. The layout, all little endian:

1. u32 magic 0x67676d6c, then eleven i32: the dimensions and the number format ("ftype")
2. i32 n_mel, i32 n_fft, then n_mel * n_fft f32: the mel filters
3. i32 count, then per token u32 length and bytes: the vocabulary
4. to the end of the file, per tensor: i32 n_dims, i32 length of the name, i32 ggml_type,
   n_dims * i32 shape (fastest first), name, data without any alignment
"""

import struct

from saykey.errors import ModelError
from saykey.models.formats.contents import (
    SPECTRUM_ROWS,
    TEXT_TOKENS,
    Contents,
    ModelFacts,
    check_dimensions,
    check_mel_filters,
    check_vocabulary,
    damaged,
)
from saykey.models.formats.detect import START, Kind, kind_of
from saykey.models.formats.reader import Reader
from saykey.models.formats.tensors import (
    FORMATS,
    Dimensions,
    Format,
    StoredTensor,
    Tensor,
    wanted_tensors,
)

_MAGIC = b"lmgg"
"""0x67676d6c in little endian."""

_HEADER = struct.Struct("<11i")
_PAIR = struct.Struct("<2i")
_TRIPLE = struct.Struct("<3i")
_I32 = struct.Struct("<i")
_U32 = struct.Struct("<I")

_LARGEST_VOCABULARY = 4 << 20
"""Bytes. GPT-2's has 0.5 MB, lengths included."""

_VERSION = 2
"""GGML_QNT_VERSION of ggml.h. Blocks of version 1 had another layout."""


def check(image: memoryview) -> ModelFacts:
    """Check the whole structure of a model file's bytes. weight_checks checks the weights.

    Raises ModelError with one line that begins with a verb ("is a GGUF file; ..."). The caller
    puts the file's name in front.
    """
    return facts(read(image), image.nbytes)


def facts(contents: Contents, size: int) -> ModelFacts:
    """The facts of a file of ``size`` bytes with these contents."""
    weights = contents.tensors["decoder.token_embedding.weight"].format
    return ModelFacts(size, weights.name, contents.dimensions)


def read(image: memoryview) -> Contents:
    """Read the parts of a model file and the positions of its tensors. Raises as `check`."""
    reader = Reader(image.cast("B"), image.nbytes)
    _check_magic(reader)
    dimensions, weights = _header(reader)
    filters = _mel_filters(reader, dimensions.mels)
    vocabulary = _vocabulary(reader, dimensions.vocabulary)
    tensors = _tensors(reader, wanted_tensors(dimensions, weights))
    return Contents(dimensions, filters, vocabulary, tensors)


def facts_in_header(start: bytes, size: int) -> ModelFacts:
    """The facts in the header of a file of ``size`` bytes; ``start`` is its first START bytes.

    Raises ModelError as `check`.
    """
    reader = Reader(start, len(start))
    _check_magic(reader)
    dimensions, weights = _header(reader)
    return ModelFacts(size, weights.name, dimensions)


def head(contents: Contents, weights: Format) -> bytes:
    """The bytes of a file before its first tensor, for large weights of this format."""
    size = contents.dimensions
    (kind,) = (kind for kind, form in FORMATS.items() if form == weights)
    # f16 is not quantised: whisper.cpp's convert-pt-to-ggml.py writes it without a version
    ftype = kind if kind == 1 else 1000 * _VERSION + kind
    return b"".join((
        _MAGIC,
        _HEADER.pack(
            *(size.vocabulary, size.audio_context, size.state, size.heads, size.encoder_layers),
            *(size.text_context, size.state, size.heads, size.decoder_layers, size.mels, ftype),
        ),
        _PAIR.pack(size.mels, SPECTRUM_ROWS), contents.mel_filters,
        _I32.pack(len(contents.vocabulary)),
        *(_U32.pack(len(token)) + token for token in contents.vocabulary),
    ))  # fmt: skip


def tensor_head(name: str, tensor: Tensor) -> bytes:
    """The bytes before a tensor's data."""
    spelt = name.encode("ascii")
    return (
        _TRIPLE.pack(len(tensor.shape), len(spelt), tensor.format.kind)
        + struct.pack(f"<{len(tensor.shape)}i", *tensor.shape)
        + spelt
    )


def file_size(contents: Contents, weights: Format) -> int:
    """The size of the whole file in bytes, for large weights of this format."""
    wanted = wanted_tensors(contents.dimensions, weights)
    heads = sum(len(tensor_head(name, tensor)) for name, tensor in wanted.items())
    return len(head(contents, weights)) + heads + sum(t.size for t in wanted.values())


def _check_magic(reader: Reader) -> None:
    kind = kind_of(bytes(reader.image[:START]))
    if kind is not Kind.GGML:
        raise ModelError(
            f"is a {kind.value} file; convert it for whisper.cpp with `saykey model import`"
        )
    reader.at = len(_MAGIC)


def _header(reader: Reader) -> tuple[Dimensions, Format]:
    (vocabulary, audio_ctx, state, heads, layers, text_ctx, text_state, text_heads, text_layers,
     mels, ftype) = reader.unpack(_HEADER, "the header")  # fmt: skip
    dimensions = Dimensions(
        vocabulary, audio_ctx, state, heads, layers, text_ctx, text_layers, mels
    )
    check_dimensions(dimensions, text_state, text_heads)
    return dimensions, _number_format(ftype, state)


def _number_format(ftype: int, state: int) -> Format:
    """The format of the large weights. ftype is 1000 * version of the quantisation + kind."""
    version, kind = divmod(ftype, 1000)
    if ftype == 0:
        raise ModelError(
            "holds 32 bit floats, which whisper.cpp cannot run; convert it to f16 or q8_0"
        )
    weights = FORMATS.get(kind)
    if weights is None:
        raise damaged(f"has the unknown number format {ftype}")
    if version not in ({0, _VERSION} if kind == 1 else {_VERSION}):
        raise ModelError(
            f"is quantised in ggml's format version {version}, not 2; get a newer conversion"
        )
    if state % weights.block:
        raise damaged(f"claims {weights.name} weights, which rows of {state} cannot be")
    return weights


def _mel_filters(reader: Reader, mels: int) -> bytes:
    rows, columns = reader.unpack(_PAIR, "the mel filters")
    if (rows, columns) != (mels, SPECTRUM_ROWS):
        raise damaged(f"has mel filters of {rows} x {columns}, not {mels} x {SPECTRUM_ROWS}")
    filters = reader.take(4 * rows * columns, "the mel filters")
    check_mel_filters(filters)
    return filters


def _vocabulary(reader: Reader, most: int) -> tuple[bytes, ...]:
    (count,) = reader.unpack(_I32, "the vocabulary")
    # some English-only files omit the end of text, which whisper.cpp adds
    least = TEXT_TOKENS - 1
    if not least <= count <= most:
        raise damaged(f"has {count} tokens in its vocabulary, not {least} to {most}")
    # only this part is copied: slices of bytes cost half of what slices of a memoryview do
    part = bytes(reader.image[reader.at : reader.at + _LARGEST_VOCABULARY])
    tokens: list[bytes] = []
    at, last, keep, length_at = 0, len(part) - 4, tokens.append, _U32.unpack_from
    for number in range(count):  # 50,000 rounds: the only loop of the check that costs time
        if at > last:
            raise damaged(f"has a wrong length at token {number - 1} of its vocabulary")
        begin = at + 4
        at = begin + length_at(part, at)[0]
        keep(part[begin:at])
    if at > len(part):
        raise damaged(f"has a wrong length at token {count - 1} of its vocabulary")
    reader.at += at
    vocabulary = tuple(tokens)
    check_vocabulary(vocabulary)
    return vocabulary


def _tensors(reader: Reader, wanted: dict[str, Tensor]) -> dict[str, StoredTensor]:
    found: dict[str, StoredTensor] = {}
    while reader.left:
        dimensions, length, kind = reader.unpack(_TRIPLE, "the head of a tensor")
        if not (1 <= dimensions <= 4 and 1 <= length <= 128):
            raise damaged(f"has data that is not a tensor after {len(found)} tensors")
        shape = reader.unpack(struct.Struct(f"<{dimensions}i"), "the shape of a tensor")
        raw = reader.take(length, "the name of a tensor")
        name = raw.decode("ascii", "replace")
        tensor = wanted.get(name)
        if tensor is None:
            raise damaged(f"has unknown tensor {raw[:60]!r}")
        if name in found:
            raise damaged(f"holds tensor {name} twice")
        # the loader too fills missing dimensions with 1 before it compares
        if shape + (1,) * (4 - dimensions) != tensor.shape + (1,) * (4 - len(tensor.shape)):
            raise damaged(f"has tensor {name} of shape {shape}, not {tensor.shape}")
        if kind != tensor.format.kind:
            raise ModelError(
                f"has tensor {name} in ggml type {kind}, not {tensor.format.kind}; "
                "whisper.cpp wants one type for all large weights, convert the model again"
            )
        begin = reader.skip(tensor.size, f"tensor {name}")
        found[name] = StoredTensor(tensor.shape, tensor.format, begin)
    missing = [name for name in wanted if name not in found]
    if missing:
        raise damaged(f"lacks {len(missing)} tensors, {missing[0]} among them")
    return found
