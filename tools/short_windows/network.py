"""Whisper's network in JAX: the encoder with windows of any length, and the decoder.

Each item of a batch has a window of its own, in encoder rows of 20 ms. The arrays are as long as
the longest window that the batch allows; what is behind an item's window is never looked at. So a
few compiled sizes serve all windows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from saykey.models.formats.tensors import Dimensions
from short_windows.tokens import Special

Weights = Mapping[str, jax.Array]

_EPSILON = 1e-5


@dataclass(frozen=True)
class Fixed:
    """What is compiled into the network: its dimensions, its special tokens, and ``dtype``.

    ``dtype`` is that of products; sums in norms, and logits, are always f32.
    """

    size: Dimensions
    special: Special
    dtype: jnp.dtype


class Audio(NamedTuple):
    """Audio states [batch, rows, state], and how many rows of each item have a meaning [batch]."""

    rows: jax.Array
    window: jax.Array


def encode(weights: Weights, mel: jax.Array, window: jax.Array, fixed: Fixed) -> Audio:
    """Hear a spectrum [batch, mels, 2 * rows] in windows [batch] of at most so many rows."""
    weights = _as(weights, fixed.dtype)
    # whisper.cpp cuts the spectrum at the window, and its convolutions see zeros behind.
    inside = jnp.arange(mel.shape[2]) < 2 * window[:, None]
    x = jnp.where(inside[:, None], mel, 0).astype(fixed.dtype)
    x = _gelu(_convolved(weights, "encoder.conv1", x, stride=1))
    x = _gelu(_convolved(weights, "encoder.conv2", x, stride=2)).transpose(0, 2, 1)
    x = x + weights["encoder.positional_embedding"][: x.shape[1]]

    def layer(x: jax.Array, block: Weights) -> jax.Array:
        normed = _norm(block, "attn_ln", x)
        x = x + _attention(*(block, "attn", fixed, normed, normed), key_value_seq_lengths=window)
        return x + _forward(block, x)

    x, _ = _through_layers(weights, "encoder", layer, x)
    return Audio(_norm(weights, "encoder.ln_post", x), window)


def decode(
    weights: Weights, tokens: jax.Array, audio: Audio, fixed: Fixed
) -> tuple[jax.Array, jax.Array]:
    """The last states [batch, n, state], normed, and those of all layers [layers, batch, n, state].

    ``tokens`` [batch, n] are the tokens so far.
    """
    weights = _as(weights, fixed.dtype)
    x = weights["decoder.token_embedding.weight"][tokens]
    x = x + weights["decoder.positional_embedding"][: tokens.shape[1]]

    def layer(x: jax.Array, block: Weights) -> jax.Array:
        normed = _norm(block, "attn_ln", x)
        x = x + _attention(block, "attn", fixed, normed, normed, is_causal=True)
        normed = _norm(block, "cross_attn_ln", x)
        x = x + _attention(
            *(block, "cross_attn", fixed, normed, audio.rows), key_value_seq_lengths=audio.window
        )
        return x + _forward(block, x)

    x, states = _through_layers(weights, "decoder", layer, x)
    return _norm(weights, "decoder.ln", x), states


def logits(weights: Weights, states: jax.Array) -> jax.Array:
    """Scores of the next token [..., vocabulary], f32, from the normed states [..., state]."""
    embedding = weights["decoder.token_embedding.weight"].astype(states.dtype)
    return jnp.einsum("...s,vs->...v", states, embedding, preferred_element_type=jnp.float32)


def _as(weights: Weights, dtype: jnp.dtype) -> Weights:
    return {name: weight.astype(dtype) for name, weight in weights.items()}


def _through_layers(
    weights: Weights, part: str, layer: Callable[[jax.Array, Weights], jax.Array], x: jax.Array
) -> tuple[jax.Array, jax.Array]:
    """The output of the last layer and those of all.

    Inner values of a layer are computed again for the gradient, instead of being kept.
    """
    prefix = f"{part}.blocks."
    blocks = {n.removeprefix(prefix): w for n, w in weights.items() if n.startswith(prefix)}

    def step(x: jax.Array, block: Weights) -> tuple[jax.Array, jax.Array]:
        x = layer(x, block)
        return x, x

    return jax.lax.scan(jax.checkpoint(step), x, blocks)


def _attention(
    block: Weights, name: str, fixed: Fixed, x: jax.Array, source: jax.Array, **seen: Any
) -> jax.Array:
    """``seen`` says what each item may look at, as in jax.nn.dot_product_attention."""

    def split(part: str, y: jax.Array) -> jax.Array:
        y = _linear(block, f"{name}.{part}", y)
        return y.reshape(*y.shape[:2], fixed.size.heads, -1)

    mixed = jax.nn.dot_product_attention(
        split("query", x), split("key", source), split("value", source), **seen
    )
    return _linear(block, f"{name}.out", mixed.reshape(x.shape))


def _forward(block: Weights, x: jax.Array) -> jax.Array:
    inner = _gelu(_linear(block, "mlp.0", _norm(block, "mlp_ln", x)))
    return _linear(block, "mlp.2", inner)


def _linear(block: Weights, name: str, x: jax.Array) -> jax.Array:
    y = x @ block[f"{name}.weight"].T
    bias = block.get(f"{name}.bias")  # keys have none
    return y if bias is None else y + bias


def _norm(block: Weights, name: str, x: jax.Array) -> jax.Array:
    wide = x.astype(jnp.float32)
    centred = wide - wide.mean(-1, keepdims=True)
    normed = centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + _EPSILON)
    return normed.astype(x.dtype) * block[f"{name}.weight"] + block[f"{name}.bias"]


def _convolved(weights: Weights, name: str, x: jax.Array, *, stride: int) -> jax.Array:
    y = jax.lax.conv_general_dilated(x, weights[f"{name}.weight"], (stride,), [(1, 1)])
    return y + weights[f"{name}.bias"][:, None]


def _gelu(x: jax.Array) -> jax.Array:
    """In the tanh form, as ggml computes it, since whisper.cpp will run the model."""
    return jax.nn.gelu(x, approximate=True)
