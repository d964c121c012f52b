"""whisper.cpp's model file (its models/convert-pt-to-ggml.py and src/whisper.cpp, model loading).

Little endian: magic, 11 dimensions, mel bank, vocabulary, then tensors until the end of the file.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from gguf import GGMLQuantizationType
from gguf.quants import quantize

from demo_model.weights import Shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAGIC = 0x67676D6C
BANDS = 80
QUANTISATION_VERSION = 2  # GGML_QNT_VERSION, times 1000 added to the file type

FILE_TYPES = {  # GGML_FTYPE_MOSTLY_*, ggml.h
    "f16": (1, GGMLQuantizationType.F16),
    "q4_0": (2, GGMLQuantizationType.Q4_0),
    "q4_1": (3, GGMLQuantizationType.Q4_1),
    "q8_0": (7, GGMLQuantizationType.Q8_0),
    "q5_0": (8, GGMLQuantizationType.Q5_0),
    "q5_1": (9, GGMLQuantizationType.Q5_1),
}

_ALWAYS_F32 = {"encoder.positional_embedding", "decoder.positional_embedding"}
_COLUMN_BIASES = {"encoder.conv1.bias", "encoder.conv2.bias"}


@dataclass(frozen=True)
class Assets:
    """OpenAI's parts of every Whisper model: mel bank [80, 201] and vocabulary (MIT)."""

    mel_bank: NDArray[np.float32]
    vocabulary: tuple[bytes, ...]

    @classmethod
    def from_model(cls, path: Path) -> Assets:
        """From any whisper.cpp model with 80 mel bands."""
        with path.open("rb") as file:
            (magic,) = struct.unpack("<I", file.read(4))
            if magic != MAGIC:
                raise ValueError(f"{path} is no whisper.cpp model: its magic is {magic:#x}")
            file.seek(4 + 11 * 4)
            bands, bins = struct.unpack("<2i", file.read(8))
            bank = np.frombuffer(file.read(4 * bands * bins), "<f4").reshape(bands, bins)
            (count,) = struct.unpack("<i", file.read(4))
            vocabulary = [file.read(struct.unpack("<i", file.read(4))[0]) for _ in range(count)]
        return cls(bank, tuple(vocabulary))

    @classmethod
    def from_openai(cls, folder: Path) -> Assets:
        """From ``gpt2.tiktoken`` and ``mel_filters.npz`` of the openai-whisper package."""
        lines = (folder / "gpt2.tiktoken").read_bytes().splitlines()
        ranks = {int(rank): base64.b64decode(token) for token, rank in map(bytes.split, lines)}
        vocabulary = [ranks[rank] for rank in range(len(ranks))]
        bank = np.load(folder / "mel_filters.npz")["mel_80"].astype(np.float32)
        return cls(bank, (*vocabulary, b"<|endoftext|>"))


def write_model(
    path: Path,
    shape: Shape,
    assets: Assets,
    tensors: Mapping[str, NDArray[np.float32]],
    file_type: str,
) -> None:
    """Write a model; tensors by OpenAI's names with the full token embedding."""
    with path.open("wb") as file:
        _write_header(file, shape, file_type)
        file.write(struct.pack("<2i", *assets.mel_bank.shape))
        file.write(assets.mel_bank.astype("<f4").tobytes())
        file.write(struct.pack("<i", len(assets.vocabulary)))
        for token in assets.vocabulary:
            file.write(struct.pack("<i", len(token)) + token)
        for name in sorted(tensors):
            _write_tensor(file, name, tensors[name], FILE_TYPES[file_type][1])


def _write_header(file: BinaryIO, shape: Shape, file_type: str) -> None:
    number = FILE_TYPES[file_type][0]
    if file_type.startswith("q"):
        number += 1000 * QUANTISATION_VERSION
    audio = (shape.audio_context, shape.width, shape.heads, shape.encoder_layers)
    text = (shape.text_context, shape.width, shape.heads, shape.decoder_layers)
    file.write(struct.pack("<I11i", MAGIC, shape.vocabulary, *audio, *text, BANDS, number))


def _write_tensor(
    file: BinaryIO, name: str, tensor: NDArray[np.float32], file_type: GGMLQuantizationType
) -> None:
    kind = file_type
    if tensor.ndim == 1 or name in _ALWAYS_F32:
        kind = GGMLQuantizationType.F32
    elif tensor.ndim == 3:  # convolutions stay f16: whisper.cpp multiplies them as such
        kind = GGMLQuantizationType.F16
    if name in _COLUMN_BIASES:
        tensor = tensor[:, None]
    encoded = name.encode()
    file.write(struct.pack("<3i", tensor.ndim, len(encoded), kind))
    file.write(struct.pack(f"<{tensor.ndim}i", *reversed(tensor.shape)))
    file.write(encoded + quantize(tensor, kind).tobytes())
