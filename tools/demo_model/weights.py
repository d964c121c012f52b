"""The trained network on disk: one safetensors file, its shape and vocabulary as metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

Tensors = dict[str, NDArray[np.float32]]

_KEY = "saykey"  # one key only: the library writes several in random order
SHIPPED = Path(__file__).with_name("weights.safetensors")


@dataclass(frozen=True)
class Shape:
    """Whisper's dimensions (openai/whisper model.py, ModelDimensions)."""

    width: int = 128
    heads: int = 2
    encoder_layers: int = 4
    decoder_layers: int = 3
    audio_context: int = 1500
    text_context: int = 448
    vocabulary: int = 51864


@dataclass(frozen=True)
class Weights:
    """Tensors by OpenAI's names, and what their rows stand for.

    Row i of the token embedding is token ``tokens[i]``; its last row stands for all other tokens.
    Row i + 1 of ``ctc`` is ``phonemes[i]``; row 0 is CTC's blank.
    """

    shape: Shape
    tokens: tuple[int, ...]
    phonemes: str
    tensors: Mapping[str, NDArray[np.float32]]

    @classmethod
    def load(cls, path: Path) -> Weights:
        """Read a file written by `save`."""
        with safe_open(path, framework="numpy") as file:
            about = json.loads(file.metadata()[_KEY])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return cls(Shape(**about["shape"]), tuple(about["tokens"]), about["phonemes"], tensors)

    def save(self, path: Path) -> None:
        """Write the file; the same weights give the same bytes."""
        about = {"shape": asdict(self.shape), "tokens": self.tokens, "phonemes": self.phonemes}
        ordered: Tensors = {
            name: np.ascontiguousarray(tensor, np.float32) for name, tensor in self.tensors.items()
        }
        save_file(ordered, path, metadata={_KEY: json.dumps(about)})
