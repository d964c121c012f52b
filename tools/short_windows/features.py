"""Whisper's log mel spectrum, 100 frames a second (openai/whisper audio.py), in JAX."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

FRAME = 400
HOP = 160
FRAMES = 3000
"""Frames of the full window of 30 s."""

ROW_SAMPLES = 2 * HOP
"""Samples in a row of the encoder: 20 ms at 16 kHz."""

_FLOOR = 1e-10
_DECADES = 8.0
"""What is weaker than the strongest by more than this many powers of ten is cut off."""


def spectra(sound: jax.Array, filters: jax.Array, tone: jax.Array | None = None) -> jax.Array:
    """The spectrum [batch, mels, 3000] of the full window: the sounds, then silence.

    ``sound`` [batch, samples] is -1..1 at 16 kHz, in whole rows. ``tone`` is as in `log_mel`.
    """
    # The last sample reaches into two more frames.
    longer = jnp.pad(sound, ((0, 0), (0, ROW_SAMPLES)))
    return _followed_by_silence(log_mel(longer, filters, tone)[:, :, :FRAMES])


def log_mel(sound: jax.Array, filters: jax.Array, tone: jax.Array | None = None) -> jax.Array:
    """The spectrum [batch, mels, frames] of sounds [batch, samples], scaled to about -1 to 1.

    Samples are -1..1 at 16 kHz; their number is a multiple of 160. ``tone`` [batch, mels] is a
    filter: powers of ten by which each band is made stronger. The sound counts as
    mirrored before its begin and as zero behind its end.
    """
    frames = sound.shape[1] // HOP
    padded = jnp.pad(sound, ((0, 0), (FRAME // 2, 0)), mode="reflect")
    padded = jnp.pad(padded, ((0, 0), (0, FRAME // 2)))
    places = np.arange(frames)[:, None] * HOP + np.arange(FRAME)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)
    power = jnp.abs(jnp.fft.rfft(padded[:, places] * window.astype(np.float32))) ** 2
    mel = jnp.einsum("bfs,ms->bmf", power, filters, precision=jax.lax.Precision.HIGHEST)
    if tone is not None:
        mel = mel * 10 ** tone[:, :, None]
    logs = jnp.log10(jnp.maximum(mel, _FLOOR))
    logs = jnp.maximum(logs, logs.max((1, 2), keepdims=True) - _DECADES)
    return (logs + 4) / 4


def _followed_by_silence(mel: jax.Array) -> jax.Array:
    """Fill up to the full window with the least value that the spectrum's range allows."""
    lowest = jnp.maximum((jnp.log10(_FLOOR) + 4) / 4, mel.max((1, 2), keepdims=True) - _DECADES / 4)
    behind = jnp.broadcast_to(lowest, (*mel.shape[:2], FRAMES - mel.shape[2]))
    return jnp.concatenate([mel, behind], axis=2)
