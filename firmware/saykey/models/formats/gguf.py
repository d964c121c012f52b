"""GGUF files: strict reader and writer of everything before the tensors' data.

The layout, all little endian (ggml's docs/gguf.md, version 3; 2 is the same without big endian):

1. "GGUF", u32 version, u64 number of tensors, u64 number of key-value pairs
2. per pair: the key as a string, u32 type, the value; a string is its u64 length and UTF-8, an
   array its u32 type, its u64 length and the elements
3. per tensor: its name, u32 n_dims, n_dims * u64 shape (fastest first), u32 ggml_type, u64 offset
4. zeros up to a multiple of general.alignment; from there the data, each at its offset
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from saykey.errors import ModelError
from saykey.models.formats.contents import damaged
from saykey.models.formats.reader import Reader
from saykey.models.formats.tensors import KINDS, StoredTensor, Tensor

LARGEST_HEAD = 8 << 20
"""The most bytes that are read before the data. Whisper's vocabulary and merges take 3 MB."""

ALIGNMENT = 32
"""Alignment of the data in bytes, where general.alignment gives no other."""

_MAGIC = b"GGUF"
_MOST_PAIRS = 4096
_MOST_TENSORS = 4096
"""Whisper large has 1,261."""

_LONGEST_KEY = 256
_LONGEST_NAME = 64
"""Bytes. The standard sets it, and ggml keeps names in an array of this size."""

_MOST_ELEMENTS = 1 << 40

_U32, _U64 = struct.Struct("<I"), struct.Struct("<Q")
_COUNTS = struct.Struct("<IQQ")
_STRING, _ARRAY, _BOOL, _FLOAT, _INT = 8, 9, 7, 6, 5
_SCALARS = {
    0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d",
}  # fmt: skip

Scalar = int | float | bool | str
Value = Scalar | tuple[int | float | bool | bytes, ...]
"""The value of a key. An array of strings is a tuple of undecoded bytes."""

Writable = Scalar | tuple[int | bytes, ...]


@dataclass(frozen=True, slots=True)
class Gguf:
    """The key-value pairs of a file, and its tensors with positions from the start of the file."""

    pairs: dict[str, Value] = field(repr=False)
    tensors: dict[str, StoredTensor] = field(repr=False)


def parse(front: bytes, size: int) -> Gguf:
    """Read the front of a file of ``size`` bytes: all of it, or its first LARGEST_HEAD bytes.

    Raises ModelError with one line that begins with a verb.
    """
    reader = Reader(front, size)
    if reader.take(4, "the header") != _MAGIC:
        raise damaged("is no GGUF file")
    version, tensors, pairs = reader.unpack(_COUNTS, "the header")
    if version >= 1 << 16:
        raise ModelError("is stored big endian; convert the model on a little-endian machine")
    if version not in (2, 3):
        raise ModelError(f"is GGUF of version {version}, not 2 or 3; convert the model again")
    if pairs > _MOST_PAIRS or not 0 < tensors <= _MOST_TENSORS:
        raise damaged(f"claims {tensors} tensors and {pairs} keys, which no Whisper model has")
    values: dict[str, Value] = {}
    for _ in range(pairs):
        key = _name(reader, _LONGEST_KEY, "a key")
        if key in values:
            raise damaged(f"has key {key[:80]} twice")
        values[key] = _value(reader, f"key {key[:80]}")
    return Gguf(values, _tensors(reader, tensors, _alignment(values)))


def _name(reader: Reader, longest: int, what: str) -> str:
    (length,) = reader.unpack(_U64, what)
    if not 0 < length <= longest:
        raise damaged(f"has {what} of {length} bytes")
    raw = reader.take(length, what)
    if not raw.isascii() or not raw.decode("ascii").isprintable():
        raise damaged(f"has {what} that is no text")
    return raw.decode("ascii")


def _value(reader: Reader, what: str) -> Value:
    (kind,) = reader.unpack(_U32, what)
    if kind == _STRING:
        try:
            return _strings(reader, 1, what)[0].decode("utf-8")
        except UnicodeDecodeError as error:
            raise damaged(f"has {what} that is no text") from error
    if kind != _ARRAY:
        return _scalars(reader, kind, 1, what)[0]
    (kind,) = reader.unpack(_U32, what)
    (count,) = reader.unpack(_U64, what)
    return _strings(reader, count, what) if kind == _STRING else _scalars(reader, kind, count, what)


def _scalars(reader: Reader, kind: int, count: int, what: str) -> tuple[int | float, ...]:
    form = _SCALARS.get(kind)
    if form is None:
        raise damaged(f"has {what} of the unknown type {kind}")
    begin = reader.skip(count * struct.calcsize(form), what)
    values = struct.unpack_from(f"<{count}{form}", reader.image, begin)
    if kind != _BOOL:
        return values
    if not {0, 1}.issuperset(values):
        raise damaged(f"has {what} that is neither true nor false")
    return tuple(map(bool, values))


def _strings(reader: Reader, count: int, what: str) -> tuple[bytes, ...]:
    if count * _U64.size > reader.left:
        raise damaged(f"ends in the middle of {what}")
    strings: list[bytes] = []
    at, keep, length_at = reader.at, strings.append, _U64.unpack_from
    image = bytes(reader.image)  # no copy: it is bytes already, and slices of bytes cost half
    last = len(image) - 8
    for _ in range(count):  # 50,000 rounds for a vocabulary
        begin = at + 8
        if at > last:
            at = begin
            break
        at = begin + length_at(image, at)[0]
        keep(image[begin:at])
    reader.skip(at - reader.at, what)
    return tuple(strings)


def _alignment(values: Mapping[str, Value]) -> int:
    alignment = values.get("general.alignment", ALIGNMENT)
    if not isinstance(alignment, int) or not 0 < alignment <= 1 << 16 or alignment % 8:
        raise damaged(f"has an alignment of {alignment!r}")
    return alignment


def _tensors(reader: Reader, count: int, alignment: int) -> dict[str, StoredTensor]:
    found: dict[str, StoredTensor] = {}
    for _ in range(count):
        name = _name(reader, _LONGEST_NAME, "the name of a tensor")
        if name in found:
            raise damaged(f"holds tensor {name} twice")
        found[name] = _tensor(reader, name, alignment)
    begin = -(-reader.at // alignment) * alignment
    end = begin
    for name, tensor in sorted(found.items(), key=lambda item: item[1].begin):
        if begin + tensor.begin < end:
            raise damaged(f"has tensor {name} overlapping another")
        end = begin + tensor.begin + tensor.size
        if end > reader.size:
            raise damaged(f"ends in the middle of tensor {name}")
    if reader.size - end >= alignment:
        raise damaged(f"has {reader.size - end} bytes after its last tensor")
    return {
        name: StoredTensor(tensor.shape, tensor.format, begin + tensor.begin)
        for name, tensor in found.items()
    }


def _tensor(reader: Reader, name: str, alignment: int) -> StoredTensor:
    (dimensions,) = reader.unpack(_U32, f"tensor {name}")
    if not 1 <= dimensions <= 4:
        raise damaged(f"has tensor {name} of {dimensions} dimensions")
    shape = reader.unpack(struct.Struct(f"<{dimensions}Q"), f"tensor {name}")
    (kind,) = reader.unpack(_U32, f"tensor {name}")
    (offset,) = reader.unpack(_U64, f"tensor {name}")
    if kind not in KINDS:
        raise ModelError(
            f"has tensor {name} in ggml type {kind}, which Saykey cannot read; "
            "get the model in f16, q8_0, q5_1, q5_k or q4_k"
        )
    tensor = StoredTensor(shape, KINDS[kind], offset)
    if not all(0 < size < _MOST_ELEMENTS for size in shape) or shape[0] % tensor.format.block:
        raise damaged(f"has tensor {name} of shape {shape} in {tensor.format.name}")
    if offset % alignment:
        raise damaged(f"has tensor {name} at {offset}, which is no multiple of {alignment}")
    return tensor


def head(pairs: Mapping[str, Writable], tensors: Mapping[str, Tensor]) -> bytes:
    """The bytes of a file before its data.

    The data must follow in the order of ``tensors``, each padded to ALIGNMENT. Integers are written
    as u32, in arrays as i32; floats as f32.
    """
    parts = [_MAGIC, _COUNTS.pack(3, len(tensors), len(pairs))]
    for key, value in pairs.items():
        parts += _string(key.encode()), _typed(value)
    offset = 0
    for name, tensor in tensors.items():
        parts += (
            _string(name.encode()),
            struct.pack(f"<I{len(tensor.shape)}Q", len(tensor.shape), *tensor.shape),
            struct.pack("<IQ", tensor.format.kind, offset),
        )
        offset += tensor.size + padding(tensor.size)
    front = b"".join(parts)
    return front + bytes(padding(len(front)))


def padding(size: int) -> int:
    """How many zero bytes follow ``size`` bytes of data."""
    return -size % ALIGNMENT


def _string(raw: bytes) -> bytes:
    return _U64.pack(len(raw)) + raw


def _typed(value: Writable) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<I?", _BOOL, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", _FLOAT, value)
    if isinstance(value, str):
        return _U32.pack(_STRING) + _string(value.encode())
    strings = [item for item in value if isinstance(item, bytes)]
    if strings:
        front = struct.pack("<IIQ", _ARRAY, _STRING, len(strings))
        return front + b"".join(map(_string, strings))
    return struct.pack(f"<IIQ{len(value)}i", _ARRAY, _INT, len(value), *value)
