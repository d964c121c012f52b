"""The tensors of a Whisper model as whisper.cpp expects them: names, shapes, number formats.

Names are those of OpenAI's checkpoints. Shapes are in ggml's order, the fastest dimension first.
Shapes and types follow the table in whisper_model_load (src/whisper.cpp, 1.8.5).
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A number format. ``kind`` is its ggml_type; ``block`` elements take ``size`` bytes."""

    name: str
    kind: int
    block: int
    size: int


F32 = Format("f32", 0, 1, 4)
F16 = Format("f16", 1, 1, 2)
BF16 = Format("bf16", 30, 1, 2)

FORMATS = {
    1: F16,
    2: Format("q4_0", 2, 32, 18),
    3: Format("q4_1", 3, 32, 20),
    7: Format("q8_0", 8, 32, 34),
    8: Format("q5_0", 6, 32, 22),
    9: Format("q5_1", 7, 32, 24),
    10: Format("q2_k", 10, 256, 84),
    11: Format("q3_k", 11, 256, 110),
    12: Format("q4_k", 12, 256, 144),
    13: Format("q5_k", 13, 256, 176),
    14: Format("q6_k", 14, 256, 210),
}
"""Formats of the large weights by the header's ftype (enum ggml_ftype in ggml.h)."""

KINDS = {form.kind: form for form in (F32, BF16, *FORMATS.values())}
"""Every number format Saykey reads, by its ggml_type."""

BY_NAME = {form.name: form for form in FORMATS.values()}
"""The formats in which whisper.cpp can run the large weights, by name."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: up to three dimensions, the fastest first, and its number format."""

    shape: tuple[int, ...]
    format: Format

    @property
    def size(self) -> int:
        """Bytes of its data."""
        elements = 1
        for dimension in self.shape:
            elements *= dimension
        return elements // self.format.block * self.format.size


@dataclass(frozen=True, slots=True)
class StoredTensor(Tensor):
    """A tensor in a file. ``begin`` is the position of its first byte.

    ``part`` is the number of the file, from 0, for a model in several files.
    """

    begin: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Dimensions:
    """The dimensions of a model, as in its header. Heads are per layer."""

    vocabulary: int
    audio_context: int
    state: int
    heads: int
    encoder_layers: int
    text_context: int
    decoder_layers: int
    mels: int


def wanted_tensors(size: Dimensions, weights: Format) -> dict[str, Tensor]:
    """Every tensor of a model of these dimensions, by name.

    Convolutions are always f16. Biases, norms and positions are always f32.
    """
    state = size.state
    wanted = {
        "encoder.positional_embedding": Tensor((state, size.audio_context), F32),
        "encoder.conv1.weight": Tensor((3, size.mels, state), F16),
        "encoder.conv1.bias": Tensor((1, state), F32),
        "encoder.conv2.weight": Tensor((3, state, state), F16),
        "encoder.conv2.bias": Tensor((1, state), F32),
        "decoder.positional_embedding": Tensor((state, size.text_context), F32),
        "decoder.token_embedding.weight": Tensor((state, size.vocabulary), weights),
    }
    wanted.update(_norm("encoder.ln_post", state))
    wanted.update(_norm("decoder.ln", state))
    for layer in range(size.encoder_layers):
        wanted.update(_block(f"encoder.blocks.{layer}", ("attn",), state, weights))
    for layer in range(size.decoder_layers):
        wanted.update(_block(f"decoder.blocks.{layer}", ("attn", "cross_attn"), state, weights))
    return wanted


def _block(
    name: str, attentions: tuple[str, ...], state: int, weights: Format
) -> Iterator[tuple[str, Tensor]]:
    for attention in attentions:
        yield from _norm(f"{name}.{attention}_ln", state)
        yield from _linear(f"{name}.{attention}.query", (state, state), weights)
        # Whisper's keys have no bias: it would cancel out in the softmax
        yield f"{name}.{attention}.key.weight", Tensor((state, state), weights)
        yield from _linear(f"{name}.{attention}.value", (state, state), weights)
        yield from _linear(f"{name}.{attention}.out", (state, state), weights)
    yield from _norm(f"{name}.mlp_ln", state)
    yield from _linear(f"{name}.mlp.0", (state, 4 * state), weights)
    yield from _linear(f"{name}.mlp.2", (4 * state, state), weights)


def _linear(name: str, shape: tuple[int, int], weights: Format) -> Iterator[tuple[str, Tensor]]:
    yield f"{name}.weight", Tensor(shape, weights)
    yield f"{name}.bias", Tensor((shape[1],), F32)


def _norm(name: str, state: int) -> Iterator[tuple[str, Tensor]]:
    yield f"{name}.weight", Tensor((state,), F32)
    yield f"{name}.bias", Tensor((state,), F32)
