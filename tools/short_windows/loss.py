"""What the student is taught by: how far it is from its teacher."""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp

from short_windows.batches import Batch
from short_windows.features import ROW_SAMPLES

_LEAST_POWER = 1e-3
"""Keeps the relative errors finite where the teacher's states are almost zero."""


class Answer(NamedTuple):
    """What a model makes of a batch.

    ``rows``: audio states [batch, rows, state]. ``states``: the decoder's, of every layer
    [layers, batch, n, state]. ``logits``: f32 [batch, n, vocabulary]. Position n is what follows
    after the token n.
    """

    rows: jax.Array
    states: jax.Array
    logits: jax.Array


class Loss(NamedTuple):
    """The parts of the loss, each 0 for a student that equals its teacher but for ``silence``.

    ``text``: Kullback-Leibler divergence of the next token, in nats. ``states``, ``rows``: squared
    errors relative to the teacher's squares, of the decoder's states and of the audio states that
    hold sound. ``silence``: cross-entropy, in nats, of saying "no speech" and ending the text where
    nobody speaks. ``silent``: the share of such items.
    """

    text: jax.Array
    states: jax.Array
    rows: jax.Array
    silence: jax.Array
    silent: jax.Array

    def total(self) -> jax.Array:
        """The sum to make small. All items without speech weigh a tenth of as many with speech."""
        return self.text + 0.5 * self.states + 0.3 * self.rows + 0.1 * self.silent * self.silence


def loss(student: Answer, teacher: Answer, batch: Batch, no_speech: int) -> Loss:
    """Compare a student that heard the windows of a batch with a teacher that heard 30 s."""
    speech = ~batch.silence
    positions = jnp.arange(batch.tokens.shape[1])
    text = (positions >= batch.start[:, None]) & (positions < batch.end[:, None])
    text = text & speech[:, None]
    rows = student.rows.shape[1]
    sounding = jnp.minimum(-(-batch.samples // ROW_SAMPLES), batch.window)
    heard = (jnp.arange(rows) < sounding[:, None]) & speech[:, None]
    said, wanted = student.logits, jax.nn.log_softmax(teacher.logits)
    apart = (jnp.exp(wanted) * (wanted - jax.nn.log_softmax(said))).sum(-1)
    states = _relative(student.states, teacher.states, -1).mean(0)
    target = teacher.rows[:, :rows].astype(jnp.float32)
    power = jnp.maximum((target**2).mean(), _LEAST_POWER)
    far = ((student.rows.astype(jnp.float32) - target) ** 2).mean(-1) / power
    return Loss(
        text=_mean(apart, text),
        states=_mean(states, text),
        rows=_mean(far, heard),
        silence=_mean(_silence(said, batch, no_speech), batch.silence),
        silent=batch.silence.mean(),
    )


def _relative(ours: jax.Array, theirs: jax.Array, axis: int) -> jax.Array:
    theirs = theirs.astype(jnp.float32)
    error = ((ours.astype(jnp.float32) - theirs) ** 2).mean(axis)
    return error / jnp.maximum((theirs**2).mean(axis), _LEAST_POWER)


def _silence(logits: jax.Array, batch: Batch, no_speech: int) -> jax.Array:
    """Cross-entropy [batch] of "no speech" after the start token and of the end after the opening.

    The device reads the first as the probability that nobody speaks.
    """
    items = jnp.arange(len(batch.tokens))
    end = batch.tokens[items, batch.end]
    said = jax.nn.log_softmax(logits[items, batch.start])[:, no_speech]
    ended = jax.nn.log_softmax(logits[items, batch.answer])[items, end]
    return -said - ended


def _mean(values: jax.Array, of: jax.Array) -> jax.Array:
    """The mean over the chosen elements; 0 if none is chosen."""
    return jnp.where(of, values, 0).sum() / jnp.maximum(of.sum(), 1)
