"""Reads a Whisper model of any form that `saykey model import` takes; writes a Hugging Face folder.

Names of weights are OpenAI's. The weights of all layers of one part are stacked in one array, so
that `encoder.blocks.attn.query.weight` has the shape [layers, state, state]. The network is then
compiled for one layer, however many there are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from saykey.errors import ModelError
from saykey.models.formats.contents import HEAD_WIDTH, SPECTRUM_ROWS
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.formats.quantise import dequantised
from saykey.models.formats.tensor_names import hugging_face
from saykey.models.formats.tensors import Dimensions, StoredTensor
from saykey.models.formats.tokens import whole_vocabulary

Array = NDArray[np.float32]

_LAYER = re.compile(r"\.blocks\.(\d+)\.")


@dataclass(frozen=True)
class Model:
    """A Whisper model in memory.

    ``vocabulary``: the bytes of each text token. ``filters``: mel filters [mels, 201].
    ``weights``: f32, by OpenAI's names, with the layers stacked.
    """

    size: Dimensions
    vocabulary: tuple[bytes, ...]
    filters: Array
    weights: dict[str, Array]


def read(path: Path) -> Model:
    """Read a model: a Hugging Face folder, safetensors, GGUF or ggml. Raises ModelError."""
    with opened(path) as model:
        contents = model.contents
        filters = np.frombuffer(contents.mel_filters, "<f4").reshape(-1, SPECTRUM_ROWS)
        tensors = {name: _array(model, stored) for name, stored in contents.tensors.items()}
    return Model(contents.dimensions, contents.vocabulary, filters, stacked(tensors))


def _array(model: OpenModel, stored: StoredTensor) -> Array:
    try:
        data = dequantised(model.read(stored, 0, stored.size), stored.format)
    except ModelError as error:
        raise ModelError(f"{model.path} {error}") from error
    # Shapes are stored with the fastest dimension first. Only biases have a dimension of 1.
    shape = [length for length in reversed(stored.shape) if length > 1]
    return np.frombuffer(data, "<f4").reshape(shape)


def stacked(tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Stack the tensors of all layers: `blocks.0.`, `blocks.1.` and so on become `blocks.`."""
    layers: dict[str, dict[int, Array]] = {}
    for name, tensor in tensors.items():
        number = _LAYER.search(name)
        layers.setdefault(_LAYER.sub(".blocks.", name), {})[int(number[1]) if number else -1] = (
            tensor
        )
    return {
        name: found[-1] if -1 in found else np.stack([found[n] for n in sorted(found)])
        for name, found in layers.items()
    }


def separated(weights: Mapping[str, Array]) -> dict[str, Array]:
    """Undo `stacked`."""
    tensors = {}
    for name, stack in weights.items():
        if ".blocks." in name:
            for number, tensor in enumerate(stack):
                tensors[name.replace(".blocks.", f".blocks.{number}.")] = tensor
        else:
            tensors[name] = stack
    return tensors


def write(folder: Path, model: Model, weights: Mapping[str, Array]) -> None:
    """Write the weights in f16 as a Hugging Face folder, which `saykey model import` takes.

    Each file appears whole, also when it replaces that of an earlier checkpoint. Raises ModelError
    for weights that f16 cannot hold, OSError when the disk is full.
    """
    tensors = {}
    for name, tensor in separated(weights).items():
        with np.errstate(over="ignore"):
            halved = np.asarray(tensor, np.float32).astype(np.float16)
        if not np.isfinite(halved).all():
            raise ModelError(f"the weights {name} are too large for 16 bits; the training failed")
        tensors[hugging_face(name)] = np.ascontiguousarray(halved)
    spelled = whole_vocabulary(model.vocabulary, model.size)
    numbers = {token.decode(): number for number, token in enumerate(spelled)}
    folder.mkdir(parents=True, exist_ok=True)
    _write_whole(folder / "config.json", json.dumps(_config(model.size), indent=1).encode())
    _write_whole(folder / "vocab.json", json.dumps(numbers, ensure_ascii=False).encode())
    _write_whole(
        folder / "model.safetensors", safetensors.numpy.save(tensors, metadata={"format": "pt"})
    )


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    part.replace(path)


def _config(size: Dimensions) -> dict[str, object]:
    """config.json, with the keys of transformers' WhisperConfig."""
    heads, inner = size.state // HEAD_WIDTH, 4 * size.state
    return {
        "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper",
        "vocab_size": size.vocabulary, "d_model": size.state, "num_mel_bins": size.mels,
        "encoder_layers": size.encoder_layers, "decoder_layers": size.decoder_layers,
        "encoder_attention_heads": heads, "decoder_attention_heads": heads,
        "encoder_ffn_dim": inner, "decoder_ffn_dim": inner, "activation_function": "gelu",
        "max_source_positions": size.audio_context, "max_target_positions": size.text_context,
        "torch_dtype": "float16",
    }  # fmt: skip
