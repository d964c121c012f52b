"""Writes models with random weights and true dimensions, to measure speed before any download.

The time of an encoder pass or of a decoder token does not depend on the weights.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from saykey.errors import UsageError
from saykey.models.formats import ggml
from saykey.models.formats.contents import TEXT_TOKENS, Contents
from saykey.models.formats.mel import mel_filters
from saykey.models.formats.tensors import (
    BY_NAME,
    F16,
    F32,
    Dimensions,
    Format,
    Tensor,
    wanted_tensors,
)

if TYPE_CHECKING:
    import numpy as np

_VOCABULARY = 51865
"""That of the multilingual models. whisper.cpp adds the tokens after the text tokens."""


def _dimensions(state: int, layers: int) -> Dimensions:
    return Dimensions(_VOCABULARY, 1500, state, state // 64, layers, 448, layers, 80)


SIZES = {
    "tiny": _dimensions(384, 4),
    "base": _dimensions(512, 6),
    "small": _dimensions(768, 12),
}
"""The dimensions of OpenAI's checkpoints (model card of openai/whisper)."""

_SPREAD = 0.02
"""Standard deviation of the weights. It keeps activations in the normal range of floats."""

_LEVELS = {"q4_0": 16, "q5_0": 32, "q5_1": 32, "q8_0": 256}
QUANTISATIONS = tuple(name for name in BY_NAME if name in {*_LEVELS, "f16"})
"""The number formats a random model can have, as ggml names them."""


def write_random(path: Path, size: str, quantisation: str, seed: int = 0) -> None:
    """Write a model file that passes ggml.check, with a size of SIZES and one of QUANTISATIONS.

    The same arguments give the same bytes. Raises UsageError for an unknown size or format, OSError
    when the file cannot be written.
    """
    import numpy as np

    if size not in SIZES or quantisation not in QUANTISATIONS:
        raise UsageError(
            f"there is no {size} in {quantisation}; sizes: {', '.join(SIZES)}, "
            f"quantisations: {', '.join(QUANTISATIONS)}"
        )
    weights = BY_NAME[quantisation]
    contents = Contents(SIZES[size], mel_filters(SIZES[size].mels), tuple(_tokens()), {})
    draw = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write(ggml.head(contents, weights))
        for name, tensor in wanted_tensors(contents.dimensions, weights).items():
            file.write(ggml.tensor_head(name, tensor) + _data(name, tensor, draw))


def _tokens() -> Iterator[bytes]:
    """Distinct strings. whisper.cpp requires the space among them."""
    for byte in range(256):
        yield bytes([byte])
    for number in range(256, TEXT_TOKENS):
        yield b" w%d" % number


def _data(name: str, tensor: Tensor, draw: "np.random.Generator") -> bytes:
    import numpy as np

    if tensor.format not in (F16, F32):
        return _blocks(tensor, tensor.format, draw)
    count = tensor.size // tensor.format.size
    if "ln" in name.rpartition(".")[0].rpartition(".")[2]:  # a norm that has no effect
        return np.full(count, name.endswith("weight"), "<f4").tobytes()
    kind = "<f4" if tensor.format is F32 else "<f2"
    return (_SPREAD * draw.standard_normal(count, np.float32)).astype(kind).tobytes()


def _blocks(tensor: Tensor, form: Format, draw: "np.random.Generator") -> bytes:
    """Blocks of random levels. block_q4_0 to block_q8_0 of ggml-common.h begin with the scale.

    In q5_1 the minimum follows the scale; in the other formats the levels are centred on 0.
    """
    import numpy as np

    levels = _LEVELS[form.name]
    scale = _SPREAD * 12**0.5 / levels  # the deviation of even levels is range / √12
    head = [scale, -scale * levels / 2] if form.name == "q5_1" else [scale]
    blocks = np.frombuffer(draw.bytes(tensor.size), np.uint8).reshape(-1, form.size).copy()
    blocks[:, : 2 * len(head)] = np.array(head, "<f2").view(np.uint8)
    return blocks.tobytes()
