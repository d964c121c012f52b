"""Writes a model of any format for whisper.cpp or as GGUF.

Data that has the right format is copied byte for byte. ggml converts all other data, a few rows at
a time to save memory.
"""

import os
from collections.abc import Iterator
from io import FileIO

from saykey.errors import ModelError
from saykey.models.formats import ggml, gguf, gguf_whisper
from saykey.models.formats.contents import Notes
from saykey.models.formats.file_io import Progress, write_all
from saykey.models.formats.number_formats import best_format
from saykey.models.formats.open_model import OpenModel
from saykey.models.formats.quantise import convert
from saykey.models.formats.tensors import Format, StoredTensor, Tensor, wanted_tensors
from saykey.models.formats.weight_checks import check_part

_ELEMENTS = 1 << 18
"""Elements that are converted at a time: 1 MB as f32."""


def write_ggml(model: OpenModel, weights: Format, out: FileIO, progress: Progress) -> int:
    """Write a model for whisper.cpp to an unbuffered file; return how many tensors were converted.

    Raises ModelError for weights that are not numbers or cannot be converted, OSError when the disk
    is full.
    """
    contents = model.contents
    wanted = wanted_tensors(contents.dimensions, weights)
    write_all(out, ggml.head(contents, weights))
    converted = done = 0
    total = sum(tensor.size for tensor in wanted.values())
    for name, tensor in wanted.items():
        write_all(out, ggml.tensor_head(name, tensor))
        stored = contents.tensors[name]
        converted += stored.format != tensor.format
        _write_data(model, stored, tensor, out)
        done += tensor.size
        progress(done, total)
    return converted


def write_gguf(model: OpenModel, notes: Notes, out: FileIO, progress: Progress) -> None:
    """Write a self-describing GGUF model to an unbuffered file, with unchanged tensors.

    Raises OSError when the disk is full.
    """
    contents = model.contents
    tensors = gguf_whisper.tensors_for(contents)
    pairs = gguf_whisper.pairs_for(contents, best_format(contents), notes)
    write_all(out, gguf.head(pairs, tensors))
    total = sum(tensor.size for tensor in tensors.values())
    done = 0
    for data in (contents.mel_filters, gguf_whisper.window()):
        write_all(out, data + bytes(gguf.padding(len(data))))
    for stored in contents.tensors.values():
        _copy(model, stored, out)
        write_all(out, bytes(gguf.padding(stored.size)))
        done += stored.size
        progress(done, total)


def _write_data(model: OpenModel, stored: StoredTensor, tensor: Tensor, out: FileIO) -> None:
    for part in _rows(model, stored):
        if stored.format == tensor.format:
            check_part(part, stored.format)
            write_all(out, part)
        else:
            write_all(out, convert(part, tensor.shape[0], stored.format, tensor.format))


def _rows(model: OpenModel, stored: StoredTensor) -> Iterator[bytes]:
    """Read the data in pieces of whole rows."""
    row = stored.shape[0]
    whole = row * max(1, _ELEMENTS // row) // stored.format.block * stored.format.size
    for begin in range(0, stored.size, whole):
        yield model.read(stored, begin, min(whole, stored.size - begin))


def _copy(model: OpenModel, stored: StoredTensor, out: FileIO) -> None:
    file = model.files[stored.part].fileno()
    at, end = stored.begin, stored.begin + stored.size
    while at < end:
        # the kernel copies: the data does not pass through this process
        copied = os.sendfile(out.fileno(), file, at, end - at)
        if copied == 0:
            raise ModelError("became shorter while it was read; try again when it is complete")
        at += copied
