"""Trains the student: Adam, a warm-up and a cosine, one compiled step for each shape of batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from saykey.errors import ModelError
from short_windows.batches import Batch
from short_windows.features import FRAMES, HOP, spectra
from short_windows.hearing import fixed_for
from short_windows.loss import Answer, Loss, loss
from short_windows.models import Array, Model
from short_windows.network import Fixed, Weights, decode, encode, logits
from short_windows.variations import in_noise, tones

FROZEN = ("encoder.positional_embedding", "decoder.token_embedding.weight")
"""Kept as they are: positions mean the same in each window, and tokens the same texts."""

_WARM_UP = 60
_FIRST_DECAY, _SECOND_DECAY, _EPSILON = 0.9, 0.98, 1e-8
_LONGEST_STEP = 1.0
"""A gradient that is longer is shortened to this."""


@dataclass(frozen=True)
class Plan:
    """How to train. ``batch`` is the number of items of a step, ``peak_rate`` that of Adam."""

    steps: int = 1000
    batch: int = 32
    peak_rate: float = 4e-5
    report_every: int = 50
    save_every: int = 200
    seed: int = 1

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0: a short rise, then half a cosine."""
        rise = min(1.0, (step + 1) / _WARM_UP)
        return self.peak_rate * rise * (0.5 + 0.5 * math.cos(math.pi * step / self.steps))


@dataclass(frozen=True)
class Report:
    """The mean loss since the last report, after ``step`` steps of which each took ``seconds``."""

    step: int
    seconds: float
    loss: dict[str, float]


@dataclass(frozen=True)
class Watcher:
    """Who watches a training.

    ``report`` is called every `Plan.report_every` steps and at the end; ``save``, with all weights,
    every `Plan.save_every` steps. ``stopped`` is asked after each step; where it returns true, the
    training ends early.
    """

    report: Callable[[Report], None] = lambda _: None
    save: Callable[[dict[str, Array]], None] = lambda _: None
    stopped: Callable[[], bool] = lambda: False


class Student(NamedTuple):
    """The weights that are trained, and Adam's running means of gradients and their squares."""

    weights: dict[str, jax.Array]
    first: dict[str, jax.Array]
    second: dict[str, jax.Array]


class Teacher(NamedTuple):
    """The weights of the teacher, and the mel filters of both."""

    weights: dict[str, jax.Array]
    filters: jax.Array


class Turn(NamedTuple):
    """What a step needs besides its batch: a random key, its learning rate, its number from 1."""

    key: jax.Array
    rate: float
    number: int


def teach(
    model: Model, batches: Iterator[Batch], plan: Plan, dtype: jnp.dtype, watcher: Watcher
) -> dict[str, Array]:
    """The weights of a student that began as ``model`` and learned from it.

    Raises ModelError when the loss is no number any more.
    """
    teacher = Teacher(
        {name: jnp.asarray(weight, dtype) for name, weight in model.weights.items()},
        jnp.asarray(model.filters),
    )
    student, compiled = beginner(model), fixed_for(model, dtype)
    losses: list[Loss] = []
    since = time.monotonic()
    for number in range(1, plan.steps + 1):
        key = jax.random.fold_in(jax.random.key(plan.seed), number)
        turn = Turn(key, plan.rate(number - 1), number)
        student, parts = step(student, teacher, next(batches), turn, compiled)
        losses.append(parts)
        last = watcher.stopped() or number == plan.steps
        if last or number % plan.report_every == 0:
            means = _mean(losses, number)
            watcher.report(Report(number, (time.monotonic() - since) / len(losses), means))
            losses, since = [], time.monotonic()
        if last:
            break
        if number % plan.save_every == 0:
            _mean(losses or [parts], number)
            watcher.save(_all_weights(model, student))
    return _all_weights(model, student)


def beginner(model: Model) -> Student:
    """A student that knows what its teacher knows."""
    weights = {n: jnp.asarray(w) for n, w in model.weights.items() if n not in FROZEN}

    def zeros() -> dict[str, jax.Array]:
        return {name: jnp.zeros_like(weight) for name, weight in weights.items()}

    return Student(weights, zeros(), zeros())


@partial(jax.jit, static_argnames="fixed", donate_argnames="student")
def step(
    student: Student, teacher: Teacher, batch: Batch, turn: Turn, fixed: Fixed
) -> tuple[Student, Loss]:
    """One step of Adam on a batch that is varied with the key of this turn."""
    mel = _varied_spectra(turn.key, batch, teacher.filters)
    full = jnp.full_like(batch.window, FRAMES // 2)
    wanted = answer(teacher.weights, mel, batch.tokens, full, fixed)
    short = mel[:, :, : batch.sound.shape[1] // HOP]

    def far(weights: dict[str, jax.Array]) -> tuple[jax.Array, Loss]:
        all_weights = {**weights, **{name: teacher.weights[name] for name in FROZEN}}
        own = answer(all_weights, short, batch.tokens, batch.window, fixed)
        parts = loss(own, wanted, batch, fixed.special.no_speech)
        return parts.total(), parts

    (_, parts), gradients = jax.value_and_grad(far, has_aux=True)(student.weights)
    return _adam(student, gradients, turn), parts


def answer(
    weights: Weights, mel: jax.Array, tokens: jax.Array, window: jax.Array, fixed: Fixed
) -> Answer:
    """What a model makes of a spectrum and the tokens so far, in these windows."""
    audio = encode(weights, mel, window, fixed)
    last, states = decode(weights, tokens, audio, fixed)
    return Answer(audio.rows, states, logits(weights, last))


def _varied_spectra(key: jax.Array, batch: Batch, filters: jax.Array) -> jax.Array:
    noise, tone = jax.random.split(key)
    sound = in_noise(noise, batch.sound, batch.samples)
    return spectra(sound, filters, tones(tone, len(sound), len(filters)))


def _adam(student: Student, gradients: dict[str, jax.Array], turn: Turn) -> Student:
    """Adam (Kingma and Ba, 2014), without weight decay."""
    length = jnp.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    scale = jnp.minimum(1.0, _LONGEST_STEP / jnp.maximum(length, 1e-12))
    weights, first, second = {}, {}, {}
    for name, weight in student.weights.items():
        gradient = gradients[name] * scale
        first[name] = _FIRST_DECAY * student.first[name] + (1 - _FIRST_DECAY) * gradient
        second[name] = _SECOND_DECAY * student.second[name] + (1 - _SECOND_DECAY) * gradient**2
        mean = first[name] / (1 - _FIRST_DECAY**turn.number)
        spread = jnp.sqrt(second[name] / (1 - _SECOND_DECAY**turn.number))
        weights[name] = weight - turn.rate * mean / (spread + _EPSILON)
    return Student(weights, first, second)


def _mean(losses: Sequence[Loss], step: int) -> dict[str, float]:
    parts = {name: [float(getattr(one, name)) for one in losses] for name in Loss._fields}
    parts["total"] = [float(one.total()) for one in losses]
    means = {name: sum(values) / len(values) for name, values in parts.items()}
    if not math.isfinite(means["total"]):
        raise ModelError(
            f"the training failed before step {step}, as its loss is no number; "
            "try again with a smaller --peak-rate"
        )
    return means


def _all_weights(model: Model, student: Student) -> dict[str, Array]:
    return {
        name: np.asarray(student.weights[name]) if name in student.weights else weight
        for name, weight in model.weights.items()
    }
