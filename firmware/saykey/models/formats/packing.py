"""A model written for whisper.cpp, or as GGUF, from whatever it came in.

Data whose format is right is copied byte for byte, other data is converted by ggml, a few rows at a
time, so that little more is in memory than the program.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from io import FileIO
from math import prod

from saykey.errors import ModelError
from saykey.models.formats import ggml, gguf, gguf_whisper
from saykey.models.formats.contents import Contents, Notes
from saykey.models.formats.files import write_all
from saykey.models.formats.quantise import convert
from saykey.models.formats.sources import Source
from saykey.models.formats.tensors import (
    BY_NAME,
    F16,
    FORMATS,
    Format,
    Stored,
    Tensor,
    wanted_tensors,
)
from saykey.models.formats.weight_checks import check_part

Progress = Callable[[int, int], None]
"""Told how many bytes of how many are written."""

_ELEMENTS = 1 << 18
"""Converted at a time: 1 MB as f32."""


def best_format(contents: Contents) -> Format:
    """The format of most of the large weights; f16 where whisper.cpp cannot run that one.

    What it cannot run is f32 and bf16, and a k-quant whose blocks of 256 do not fill a row.
    """
    state = contents.dimensions.state
    counts: Counter[Format] = Counter()
    for name, tensor in wanted_tensors(contents.dimensions, F16).items():
        if len(tensor.shape) == 2 and name.endswith(".weight"):
            counts[contents.tensors[name].format] += prod(tensor.shape)
    usable = [form for form, _ in counts.most_common() if form in FORMATS.values()]
    return next((form for form in usable if state % form.block == 0), F16)


def format_named(name: str, contents: Contents) -> Format:
    """The format of this name ("q8_0"). Raises ModelError where the model cannot have it."""
    form = BY_NAME.get(name)
    if form is None:
        raise ModelError(f"cannot be stored as {name!r}; there are {', '.join(BY_NAME)}")
    if contents.dimensions.state % form.block:
        raise ModelError(
            f"cannot be stored as {name}: its rows of {contents.dimensions.state} are no multiple "
            f"of {form.block}; take q8_0, q5_1 or q4_0"
        )
    return form


def packed_size(contents: Contents) -> int:
    """Bytes of whisper.cpp's file of this model, in the format that suits it best."""
    weights = best_format(contents)
    wanted = wanted_tensors(contents.dimensions, weights)
    heads = sum(len(ggml.tensor_head(name, tensor)) for name, tensor in wanted.items())
    return len(ggml.head(contents, weights)) + heads + sum(t.size for t in wanted.values())


def write_ggml(source: Source, weights: Format, out: FileIO, progress: Progress) -> int:
    """Write whisper.cpp's file to an unbuffered file; return how many tensors were converted.

    Raises ModelError for weights that are no numbers or cannot be converted, OSError when the disk
    is full.
    """
    contents = source.contents
    wanted = wanted_tensors(contents.dimensions, weights)
    write_all(out, ggml.head(contents, weights))
    converted = done = 0
    total = sum(tensor.size for tensor in wanted.values())
    for name, tensor in wanted.items():
        write_all(out, ggml.tensor_head(name, tensor))
        stored = contents.tensors[name]
        converted += stored.format != tensor.format
        _write_data(source, stored, tensor, out)
        done += tensor.size
        progress(done, total)
    return converted


def write_gguf(source: Source, notes: Notes, out: FileIO, progress: Progress) -> None:
    """Write a self-describing GGUF file to an unbuffered file, each tensor as it is.

    Raises OSError when the disk is full.
    """
    contents = source.contents
    tensors = gguf_whisper.tensors_for(contents)
    pairs = gguf_whisper.pairs_for(contents, best_format(contents), notes)
    write_all(out, gguf.head(pairs, tensors))
    total = sum(tensor.size for tensor in tensors.values())
    done = 0
    for data in (contents.mel_filters, gguf_whisper.window()):
        write_all(out, data + bytes(gguf.padding(len(data))))
    for stored in contents.tensors.values():
        _copy(source, stored, out)
        write_all(out, bytes(gguf.padding(stored.size)))
        done += stored.size
        progress(done, total)


def _write_data(source: Source, stored: Stored, tensor: Tensor, out: FileIO) -> None:
    for part in _rows(source, stored):
        if stored.format == tensor.format:
            check_part(part, stored.format)
            write_all(out, part)
        else:
            write_all(out, convert(part, tensor.shape[0], stored.format, tensor.format))


def _rows(source: Source, stored: Stored) -> Iterator[bytes]:
    """The data in pieces of whole rows."""
    row = stored.shape[0]
    whole = row * max(1, _ELEMENTS // row) // stored.format.block * stored.format.size
    for begin in range(0, stored.size, whole):
        yield source.read(stored, begin, min(whole, stored.size - begin))


def _copy(source: Source, stored: Stored, out: FileIO) -> None:
    file = source.files[stored.part].fileno()
    at, end = stored.begin, stored.begin + stored.size
    while at < end:
        # within the kernel: nothing of it comes into this process
        copied = os.sendfile(out.fileno(), file, at, end - at)
        if copied == 0:
            raise ModelError("became shorter while it was read; try again when it is complete")
        at += copied
