"""A tiny Whisper of random weights that hears short windows badly, and sounds for it."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import soundfile
from whisper_files import ENGLISH, dimensions, write_hugging_face

from saykey.models.formats.tokens import end_of_text
from short_windows import models

FLOAT32 = jnp.dtype("float32")
SECOND = 16_000
BATCH = 2
"""The tests hear so many sounds at a time, because each other number is compiled anew."""


def write_model(folder, vocabulary=ENGLISH):
    """A Hugging Face folder of one layer and width 64; what it says depends on what it hears.

    Norms do not scale, so that a layer adds as much as it finds. The token that ends a text is
    likely, so that its texts are short.
    """
    plain = models.read(write_hugging_face(folder / "plain", dimensions(64, vocabulary)))
    weights = {name: _strengthened(name, weight) for name, weight in plain.weights.items()}
    weights["decoder.ln.bias"][0] = 1.0
    weights["decoder.token_embedding.weight"][end_of_text(plain.size)] = 0.0
    weights["decoder.token_embedding.weight"][end_of_text(plain.size), 0] = 11.0
    models.write(folder / "model", replace(plain, weights=weights), weights)
    return folder / "model"


def _strengthened(name, weight):
    if "ln" in name:
        return np.ones_like(weight) if name.endswith("weight") else np.zeros_like(weight)
    if name.endswith("bias"):
        return weight.copy()
    return weight * np.float32(8 if "token_embedding" in name else 4)


def tone(seconds, pitch):
    """A tone that fades, as pcm16."""
    time = np.arange(round(seconds * SECOND)) / SECOND
    return (9000 * np.sin(2 * np.pi * pitch * time) * np.exp(-2 * time)).astype(np.int16)


def write_wav(path, pcm):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, pcm, SECOND)
    return path
