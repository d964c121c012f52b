"""Hugging Face's Whisper: a folder of config.json, model.safetensors and a tokenizer, or one file.

The safetensors layout is a u64 length, that many bytes of JSON {name: {"dtype", "shape",
"data_offsets"}}, and the data (docs of huggingface/safetensors). It is read here and not by that
package so that data can be converted piece by piece, bf16 included, which numpy does not have.
"""

import json
from contextlib import ExitStack
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.contents import (
    SPECTRUM_ROWS,
    Contents,
    Notes,
    check_mel_filters,
    damaged,
)
from saykey.models.formats.files import named, open_regular, read_at, size_of
from saykey.models.formats.mel import mel_filters
from saykey.models.formats.sources import Source, check_tied, json_of, vocabulary_beside
from saykey.models.formats.tensor_names import recognised
from saykey.models.formats.tensors import BF16, F16, F32, Dimensions, Stored

_CONFIG = "config.json"
_WHOLE = "model.safetensors"
_INDEX = "model.safetensors.index.json"

_LARGEST_HEADER = 16 << 20
"""Bytes; that of Whisper large has 0.2 MB."""

_FORMATS = {"F32": F32, "F16": F16, "BF16": BF16}
_MOST_SHARDS = 64


def source_of_folder(folder: Path, files: ExitStack) -> Source:
    """The model in a folder. Raises ModelError, beginning with the path that is at fault."""
    parts = _parts(folder)
    opened = tuple(files.enter_context(open_regular(path)) for path in parts)
    tensors: dict[str, Stored] = {}
    for number, (path, file) in enumerate(zip(parts, opened, strict=True)):
        with named(path):
            more = _header(file, number)
            if tensors.keys() & more.keys():
                raise damaged(f"holds {min(tensors.keys() & more.keys())} again")
            tensors |= more
    with named(folder):
        return _source(folder, tensors, opened)


def source_of_file(path: Path, file: FileIO) -> Source:
    """The model in one safetensors file; the rest is looked for beside it."""
    return _source(path.parent, _header(file, 0), (file,))


def _parts(folder: Path) -> list[Path]:
    whole, index = folder / _WHOLE, folder / _INDEX
    if whole.exists():
        return [whole]
    if not index.exists():
        raise ModelError(
            f"{folder} holds no {_WHOLE}; give the folder of a Hugging Face Whisper model "
            "in safetensors"
        )
    where = json_of(index).get("weight_map")
    names = sorted(set(map(str, where.values()))) if isinstance(where, dict) else []
    if not 0 < len(names) <= _MOST_SHARDS or any(Path(name).name != name for name in names):
        raise ModelError(f"{index} does not say which files there are; get it again")
    return [folder / name for name in names]


def _header(file: FileIO, part: int) -> dict[str, Stored]:
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
        raise ValueError("a key stands twice")
    return table


def _stored(name: str, entry: object, data: int, part: int) -> Stored:
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
    tensor = Stored(tuple(reversed(shape)), form, data + offsets[0], part)
    if tensor.size != offsets[1] - offsets[0]:
        raise damaged(f"has a wrong size for tensor {name[:80]!r}")
    return tensor


def _counts(value: object) -> list[int]:
    """A list of counts as it is, an empty one for what is none."""
    counts = value if isinstance(value, list) else []
    right = all(type(count) is int and 0 <= count < 1 << 40 for count in counts)
    return counts if right else []


def _source(folder: Path, tensors: dict[str, Stored], files: tuple[FileIO, ...]) -> Source:
    size, known = recognised(tensors)
    _check_config(folder, size)
    contents = Contents(
        size, _filters(folder, size), vocabulary_beside(folder, size), known, _notes(folder)
    )
    source = Source(contents, files)
    check_tied(source, tensors)
    return source


def _check_config(folder: Path, size: Dimensions) -> None:
    path = folder / _CONFIG
    if not path.exists():
        raise ModelError(f"comes without its {_CONFIG}; put that of the same model beside it")
    config = json_of(path)
    expected = {
        "model_type": "whisper", "d_model": size.state, "vocab_size": size.vocabulary,
        "encoder_layers": size.encoder_layers, "decoder_layers": size.decoder_layers,
        "encoder_attention_heads": size.heads, "decoder_attention_heads": size.heads,
        "encoder_ffn_dim": 4 * size.state, "decoder_ffn_dim": 4 * size.state,
        "num_mel_bins": size.mels, "max_source_positions": size.audio_context,
        "max_target_positions": size.text_context, "activation_function": "gelu",
        "scale_embedding": False,
    }  # fmt: skip
    for key, value in expected.items():
        said = config.get(key, value)
        if said != value:
            raise ModelError(f"says {key} = {said!r:.60} in its {_CONFIG}, but holds {value}")


def _filters(folder: Path, size: Dimensions) -> bytes:
    """Those of preprocessor_config.json, where older models have them; else computed."""
    path = folder / "preprocessor_config.json"
    if not path.exists():
        return mel_filters(size.mels)
    rows = json_of(path).get("mel_filters")
    if rows is None:
        return mel_filters(size.mels)
    import numpy as np

    with named(path):
        try:
            filters = np.asarray(rows, "<f4")
        except (ValueError, TypeError) as error:
            raise damaged("has mel filters that are not numbers") from error
        if filters.shape != (size.mels, SPECTRUM_ROWS):
            raise damaged(f"has mel filters of {filters.shape}")
        check_mel_filters(filters.tobytes())
    return filters.tobytes()


def _notes(folder: Path) -> Notes:
    path = folder / "generation_config.json"
    table = json_of(path).get("lang_to_id") if path.exists() else None
    codes = tuple(str(key).strip("<|>") for key in table) if isinstance(table, dict) else ()
    return Notes(name=folder.resolve().name, languages=codes)
