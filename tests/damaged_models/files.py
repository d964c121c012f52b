"""Two small, undamaged models of random weights, as ggml and as GGUF, for tests to damage."""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from saykey.errors import ModelError
from saykey.models.formats import ggml, gguf
from saykey.models.formats.contents import Contents, Notes
from saykey.models.formats.mel import mel_filters
from saykey.models.formats.number_formats import best_format
from saykey.models.formats.open_model import opened
from saykey.models.formats.quantise import convert
from saykey.models.formats.tensors import BY_NAME, F32, Dimensions, Format, wanted_tensors
from saykey.models.formats.weight_checks import checked
from saykey.models.formats.write_model import write_ggml
from saykey.models.store.convert import export_gguf

SIZE = Dimensions(51864, 1500, 64, 1, 1, 448, 1, 80)
WEIGHTS = BY_NAME["q5_1"]

LARGER, LARGER_WEIGHTS = Dimensions(51864, 1500, 128, 2, 4, 448, 3, 80), BY_NAME["q8_0"]
"""Of several layers; 11 MB."""


@dataclass(frozen=True)
class Sample:
    """An undamaged file and its parts: each of ``regions`` is a span of bytes with one meaning."""

    image: bytes
    regions: tuple[range, ...]


def ggml_sample(seed: int = 0, size: Dimensions = SIZE, weights: Format = WEIGHTS) -> Sample:
    """A model in whisper.cpp's layout, by default of one layer."""
    tokens = [bytes([byte]) for byte in range(256)]
    tokens += [b" w%d" % number for number in range(256, 50256)]
    contents = Contents(size, mel_filters(80), (*tokens, b"<|endoftext|>"), {})
    image = ggml.head(contents, weights)
    filters = 48 + 8
    vocabulary = filters + len(contents.mel_filters)
    regions = [range(48), range(filters, vocabulary), range(vocabulary, len(image))]
    draw = np.random.default_rng(seed)
    for name, tensor in wanted_tensors(size, weights).items():
        head = ggml.tensor_head(name, tensor)
        count = tensor.size // tensor.format.size * tensor.format.block
        values = np.resize(draw.standard_normal(min(count, 1 << 16), np.float32) * 0.05, count)
        data = convert(values.tobytes(), tensor.shape[0], F32, tensor.format)
        begin = len(image) + len(head)
        # a tensor's header is as likely to be hit as all of the data
        regions += [range(len(image), begin)]
        image += head + data
    regions += [range(len(image))] * len(regions)
    return Sample(image, tuple(regions))


def gguf_sample(folder: Path) -> Sample:
    """The same model as GGUF."""
    plain = folder / "sample.bin"
    plain.write_bytes(ggml_sample().image)
    with opened(plain) as model:
        export_gguf(model, folder / "sample.gguf", Notes(name="sample", licence="MIT"))
    image = (folder / "sample.gguf").read_bytes()
    tokens = image.index(b"tokenizer.ggml.tokens")
    types = image.index(b"tokenizer.ggml.token_type")
    rest = image.index(b"tokenizer.ggml.bos_token_id")
    data = min(tensor.begin for tensor in gguf.parse(image, len(image)).tensors.values())
    regions = (range(24), range(24, tokens), range(tokens, types), range(types, rest))
    structures = (range(24, tokens), range(rest, data))
    weights = (range(data, len(image)),)
    return Sample(image, (*regions, *structures * 4, *weights * 8))


def through_the_checks(image: bytes) -> bytes:
    """What the checks pass on to whisper.cpp of a file of these bytes. Raises ModelError."""
    descriptor = os.memfd_create("model")
    packed = os.memfd_create("packed")
    try:
        with open(descriptor, "wb", buffering=0, closefd=False) as file:
            file.write(image)
        with opened(Path(f"/proc/self/fd/{descriptor}")) as model:
            if image[:4] == b"lmgg":
                checked(image)
                return image
            with open(packed, "r+b", buffering=0, closefd=False) as out:
                write_ggml(model, best_format(model.contents), out, lambda _done, _total: None)
        made = os.pread(packed, os.fstat(packed).st_size, 0)
        checked(made)
        return made
    finally:
        os.close(descriptor)
        os.close(packed)


def mutated(sample: Sample, seed: int) -> bytes:
    """The file with one or several changes; the same seed makes the same changes."""
    draw = np.random.default_rng(seed)
    image = bytearray(sample.image)
    for _ in range(draw.geometric(0.7)):
        region = sample.regions[draw.integers(len(sample.regions))]
        at = min(int(draw.integers(region.start, region.stop)), max(0, len(image) - 1))
        _CHANGES[draw.integers(len(_CHANGES))](image, at, draw)
    return bytes(image)


_NUMBERS = (0, 1, 2, 3, 7, 31, 63, 64, 128, 255, 256, 2**15, 2**31 - 1, 2**31, 2**32 - 1)
_LARGE = (*_NUMBERS, 2**32, 2**48, 2**62, 2**63 - 1, 2**63, 2**64 - 64, 2**64 - 1)


def _byte(image: bytearray, at: int, draw: np.random.Generator) -> None:
    image[at : at + 1] = draw.bytes(1)


def _bit(image: bytearray, at: int, draw: np.random.Generator) -> None:
    if image:
        image[at] ^= 1 << int(draw.integers(8))


def _number(image: bytearray, at: int, draw: np.random.Generator) -> None:
    image[at : at + 4] = struct.pack("<I", _NUMBERS[draw.integers(len(_NUMBERS))])


def _large_number(image: bytearray, at: int, draw: np.random.Generator) -> None:
    image[at : at + 8] = struct.pack("<Q", _LARGE[draw.integers(len(_LARGE))])


def _cut_off(image: bytearray, at: int, _draw: np.random.Generator) -> None:
    del image[at:]


def _cut_out(image: bytearray, at: int, draw: np.random.Generator) -> None:
    del image[at : at + int(2 ** draw.uniform(0, 14))]


def _put_in(image: bytearray, at: int, draw: np.random.Generator) -> None:
    image[at:at] = draw.bytes(int(2 ** draw.uniform(0, 10)))


def _noise(image: bytearray, at: int, draw: np.random.Generator) -> None:
    size = int(2 ** draw.uniform(0, 10))
    image[at : at + size] = draw.bytes(size)


def _copy(image: bytearray, at: int, draw: np.random.Generator) -> None:
    size, source = int(2 ** draw.uniform(2, 12)), int(draw.integers(max(1, len(image))))
    image[at : at + size] = image[source : source + size]


_CHANGES = (
    _byte, _byte, _bit, _bit, _number, _number, _large_number, _cut_off, _cut_out, _put_in, _noise,
    _copy,
)  # fmt: skip


def refusal(error: ModelError) -> str:
    """The message that refuses the file; asserts that it is one readable line."""
    line = str(error)
    assert line
    assert "\n" not in line
    assert line.isprintable()
    assert len(line) < 300
    return line
