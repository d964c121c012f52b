"""Varies what the student learns from: speed and pauses here, level, noise and tone in JAX.

Each recording is heard at other speeds and levels, in noise, through other microphones, with pauses
before and behind it, and joined with others. Sounds without speech teach silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
import soxr

from saykey.flow import SAMPLE_RATE
from saykey.recognizer.whisper.window import window_rows
from short_windows.hearing import Pcm

PADDINGS = (0, 0, 16, 32, 64, 64, 128)
"""Rows of silence behind a phrase, drawn anew for each; most often few, as on the device."""

_JOINED = 0.3
_PROMPTED = 0.25
_LONGEST = 26 * SAMPLE_RATE
_MOST_TEXT = 150
_MOST_PROMPT = 40
_SLOWEST, _FASTEST = 0.85, 1.19


@dataclass(frozen=True)
class Clip:
    """A sound, and the tokens the teacher hears in it; ``language`` as in hearing.Heard."""

    pcm: Pcm = field(repr=False)
    tokens: tuple[int, ...]
    language: int | None


@dataclass(frozen=True)
class Item:
    """One thing to learn. ``window`` is in rows; ``tokens`` are empty where nobody speaks."""

    pcm: Pcm = field(repr=False)
    window: int
    tokens: tuple[int, ...]
    language: int | None
    prompt: tuple[int, ...] = ()


def spoken(rng: np.random.Generator, clips: Sequence[Clip], index: int) -> Item:
    """A variation of a clip, joined with up to three others in three of ten cases."""
    first = clips[index]
    sounds, tokens = [_silence(rng, 0.5), _at_speed(rng, first.pcm)], first.tokens
    length = sum(map(len, sounds))
    for _ in range(int(rng.integers(1, 4)) if rng.random() < _JOINED else 0):
        other = clips[rng.integers(len(clips))]
        more = [_silence(rng, 0.5, least=0.1), _at_speed(rng, other.pcm)]
        length += sum(map(len, more))
        text = tokens + other.tokens
        if length > _LONGEST or len(text) > _MOST_TEXT or other.language != first.language:
            break
        sounds += more
        tokens = text
    if rng.random() < 0.5:
        sounds.append(_silence(rng, 0.3))
    prompt: tuple[int, ...] = ()
    if rng.random() < _PROMPTED:
        prompt = clips[rng.integers(len(clips))].tokens[:_MOST_PROMPT]
    return _item(rng, np.concatenate(sounds), tokens, first.language, prompt)


def silent(rng: np.random.Generator, noises: Sequence[Pcm], language: int | None) -> Item:
    """Half a second to ten seconds without speech: a part of one of the noises."""
    length = int(rng.integers(SAMPLE_RATE // 2, 10 * SAMPLE_RATE))
    noise = noises[rng.integers(len(noises))]
    length = min(length, len(noise))
    begin = int(rng.integers(len(noise) - length + 1))
    return _item(rng, noise[begin : begin + length], (), language)


def made_up_noise(rng: np.random.Generator) -> Pcm:
    """Three to ten seconds of coloured noise of changing level, some with a tone, some silent."""
    length = int(rng.integers(3, 11)) * SAMPLE_RATE
    if rng.random() < 0.1:
        return np.zeros(length, np.int16)
    spectrum = np.fft.rfft(rng.standard_normal(length))
    spectrum *= np.arange(1, len(spectrum) + 1) ** -rng.uniform(0, 1.2)
    sound = np.fft.irfft(spectrum, length)
    swell = np.interp(np.arange(length), np.linspace(0, length, 12), rng.uniform(0.1, 1, 12))
    sound *= swell / sound.std() * 10 ** rng.uniform(-3.3, -1)
    if rng.random() < 0.25:
        cycles = rng.uniform(40, 3000) * np.arange(length) / SAMPLE_RATE
        sound += 10 ** rng.uniform(-3, -1) * np.sin(2 * np.pi * cycles)
    return (sound * 32767).clip(-32768, 32767).astype(np.int16)


def _item(
    rng: np.random.Generator,
    pcm: Pcm,
    tokens: tuple[int, ...],
    language: int | None,
    prompt: tuple[int, ...] = (),
) -> Item:
    return Item(pcm, window_rows(len(pcm), int(rng.choice(PADDINGS))), tokens, language, prompt)


def _at_speed(rng: np.random.Generator, pcm: Pcm) -> Pcm:
    """Faster and higher, or slower and lower; one in five stays as it is."""
    if rng.random() < 0.2:
        return pcm
    sound: Pcm = soxr.resample(pcm, rng.uniform(_SLOWEST, _FASTEST), 1.0, quality="MQ")
    return sound


def _silence(rng: np.random.Generator, most: float, least: float = 0.0) -> Pcm:
    """Silence of ``least`` to ``most`` seconds."""
    return np.zeros(int(rng.uniform(least, most) * SAMPLE_RATE), np.int16)


def in_noise(key: jax.Array, sound: jax.Array, samples: jax.Array) -> jax.Array:
    """Sounds [batch, n] at other levels, six of ten with noise 5 to 45 dB below their peaks.

    There is no noise behind the end of a sound, after its ``samples`` [batch].
    """
    batch, length = sound.shape
    level, ratio, colour, chosen, noise = jax.random.split(key, 5)

    def uniform(key: jax.Array, low: float, high: float) -> jax.Array:
        return jax.random.uniform(key, (batch, 1), minval=low, maxval=high)

    sound = sound * 10 ** uniform(level, -1.0, 0.15)
    spectrum = jnp.fft.rfft(jax.random.normal(noise, sound.shape))
    slope = jnp.arange(1, spectrum.shape[1] + 1) ** -uniform(colour, 0.0, 1.0)
    hiss = jnp.fft.irfft(spectrum * slope, length)
    loudness = 0.2 * jnp.abs(sound).max(1, keepdims=True) * 10 ** -(uniform(ratio, 5, 45) / 20)
    loudness = jnp.where(uniform(chosen, 0, 1) < 0.6, loudness, 0)
    noisy = sound + hiss / hiss.std(1, keepdims=True) * loudness
    inside = jnp.arange(length) < samples[:, None]
    return jnp.where(inside, jnp.clip(noisy, -1, 1), 0)


def tones(key: jax.Array, batch: int, bands: int) -> jax.Array:
    """Smooth filters [batch, bands] of about 2.5 dB, as powers of ten; see features.log_mel."""
    knots = 0.25 * jax.random.normal(key, (batch, 6))
    return jax.image.resize(knots, (batch, bands), "linear")
