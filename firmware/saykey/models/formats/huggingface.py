"""Reads Hugging Face's Whisper: config.json, safetensors files and a tokenizer in one folder."""

from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.companion_files import json_of, vocabulary_beside
from saykey.models.formats.contents import (
    SPECTRUM_ROWS,
    Contents,
    Notes,
    check_mel_filters,
    damaged,
)
from saykey.models.formats.file_io import named
from saykey.models.formats.mel import mel_filters
from saykey.models.formats.tensor_names import recognised
from saykey.models.formats.tensors import Dimensions, StoredTensor

_CONFIG = "config.json"
_WHOLE = "model.safetensors"
_INDEX = "model.safetensors.index.json"

_MOST_SHARDS = 64


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of the model in a folder.

    Raises ModelError, beginning with the path that is at fault.
    """
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


def contents_of(folder: Path, tensors: dict[str, StoredTensor]) -> Contents:
    """The model of these tensors. Its other parts are read from the folder. Raises ModelError."""
    size, known = recognised(tensors)
    _check_config(folder, size)
    return Contents(
        size, _filters(folder, size), vocabulary_beside(folder, size), known, _notes(folder)
    )


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
    """The mel filters in preprocessor_config.json of older models; otherwise computed ones."""
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
