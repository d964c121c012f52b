"""Reads the header of safetensors files strictly.

The layout is a u64 length, that many bytes of JSON {name: {"dtype", "shape", "data_offsets"}}, and
the data (docs of huggingface/safetensors). That package is not used, because data is converted
piece by piece here, and because numpy, which it returns, has no bf16.
"""

import json
from io import FileIO

from saykey.errors import ModelError
from saykey.models.formats.contents import damaged
from saykey.models.formats.file_io import read_at, size_of
from saykey.models.formats.tensors import BF16, F16, F32, StoredTensor

_LARGEST_HEADER = 16 << 20
"""Bytes. The header of Whisper large has 0.2 MB."""

_FORMATS = {"F32": F32, "F16": F16, "BF16": BF16}


def read_header(file: FileIO, part: int) -> dict[str, StoredTensor]:
    """The positions of the tensors in a file, which is number ``part`` of its model's files.

    Raises ModelError with one line that begins with a verb.
    """
    size = size_of(file)
    if size < 8:
        raise damaged("ends in the middle of the header")
    length = int.from_bytes(read_at(file, 0, 8), "little")
    if length > min(_LARGEST_HEADER, size - 8):
        raise damaged(f"claims a header of {length} bytes")
    try:
        table = json.loads(read_at(file, 8, length), object_pairs_hook=_distinct)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise damaged("has a header that is no JSON") from error
    if not isinstance(table, dict):
        raise damaged("has a header that is no table")
    table.pop("__metadata__", None)
    tensors = {name: _stored(name, entry, 8 + length, part) for name, entry in table.items()}
    end = 8 + length
    for name, tensor in sorted(tensors.items(), key=lambda item: item[1].begin):
        if tensor.begin != end:
            raise damaged(f"has tensor {name} at a wrong place")
        end += tensor.size
    if end != size:
        raise damaged(f"has {size} bytes, not {end}")
    return tensors


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key occurs twice")
    return table


def _stored(name: str, entry: object, data: int, part: int) -> StoredTensor:
    fields = entry if isinstance(entry, dict) else {}
    shape, offsets = _counts(fields.get("shape")), _counts(fields.get("data_offsets"))
    if len(offsets) != 2 or not 0 < len(shape) <= 4:
        raise damaged(f"has a wrong entry for tensor {name[:80]!r}")
    form = _FORMATS.get(str(fields.get("dtype")))
    if form is None:
        raise ModelError(
            f"has tensor {name[:80]!r} as {str(fields.get('dtype'))[:20]}; "
            "save the model in 32 or 16 bit floats"
        )
    tensor = StoredTensor(tuple(reversed(shape)), form, data + offsets[0], part)
    if tensor.size != offsets[1] - offsets[0]:
        raise damaged(f"has a wrong size for tensor {name[:80]!r}")
    return tensor


def _counts(value: object) -> list[int]:
    """The value if it is a list of counts, otherwise an empty list."""
    counts = value if isinstance(value, list) else []
    right = all(type(count) is int and 0 <= count < 1 << 40 for count in counts)
    return counts if right else []
