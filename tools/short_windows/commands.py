"""The commands: teach a model, and measure one."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from jax.errors import JaxRuntimeError

from saykey.errors import ModelError, UsageError
from saykey.flow import SAMPLE_RATE
from short_windows import lessons, models, training
from short_windows.batches import endless
from short_windows.evaluation import measured
from short_windows.hearing import Listener, Pcm
from short_windows.lessons import Sources, Tell
from short_windows.models import Array, Model
from short_windows.recordings import Recording, read_pieces
from short_windows.tokens import special
from short_windows.training import Plan, Report, Watcher
from short_windows.variations import Clip


def run(options: argparse.Namespace, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Run a command. Raises SaykeyError for what the user can mend."""
    try:
        if options.command == "teach":
            teach(options, tell, stopped)
        else:
            evaluate(options, tell, stopped)
    except JaxRuntimeError as error:
        raise in_words(error) from error


def in_words(error: JaxRuntimeError) -> ModelError:
    """An error of the accelerator as one line."""
    if "RESOURCE_EXHAUSTED" in str(error):
        return ModelError("there is too little memory for this batch; choose a smaller --batch")
    return ModelError(f"JAX failed: {str(error).splitlines()[0]}")


def teach(options: argparse.Namespace, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Teach the model of the options, and write the student to their folder."""
    if options.out.exists() and (not options.out.is_dir() or any(options.out.iterdir())):
        raise UsageError(f"{options.out} exists already; name a new folder")
    sources, plan = _sources(options), _plan(options)
    files = sources.training_files()
    examiner = Examiner.of(options, tell)
    model = examiner.model
    sounds, noises = read_pieces(files, tell), sources.noises(tell, plan.seed)
    hours = sum(map(len, sounds)) / SAMPLE_RATE / 3600
    tell(f"{len(sounds)} pieces of speech, {hours:.2f} h; JAX runs on {jax.default_backend()}")
    teacher = examiner.listener(model.weights)
    examiner.tell_measured("the teacher", teacher)
    clips = _labelled(teacher, sounds, tell, stopped)
    if stopped():
        return

    def save(weights: dict[str, Array]) -> None:
        models.write(options.out, model, weights)

    rng = np.random.default_rng(plan.seed)
    batches = endless(rng, clips, noises, special(model.size, model.vocabulary), plan.batch)
    watcher = Watcher(lambda report: tell(_line(report, plan.steps)), save, stopped)
    weights = training.teach(model, batches, plan, _dtype(), watcher)
    save(weights)
    tell(f"written to {options.out}; use it with:")
    tell(f"saykey model import {options.out} --quantisation q8_0 --dynamic-context")
    if not stopped():
        examiner.tell_measured("the student", examiner.listener(weights))


def evaluate(options: argparse.Namespace, tell: Tell, stopped: Callable[[], bool]) -> None:
    """Print what the model of the options hears."""
    if not options.test:
        raise UsageError("there is nothing to test with; name a folder with --test")
    examiner = Examiner.of(options, tell)
    for line in examiner.measured(examiner.listener(examiner.model.weights), options.padding):
        print(line, flush=True)
        if stopped():
            return


@dataclass(frozen=True)
class Examiner:
    """Measures a model, or its students, with the recordings that the user named."""

    model: Model
    tests: Sequence[Recording]
    noises: Sequence[Pcm]
    batch: int
    tell: Tell

    @classmethod
    def of(cls, options: argparse.Namespace, tell: Tell) -> Examiner:
        """Read what the options name."""
        sources = _sources(options)
        tests = sources.tests(tell)
        noises = sources.other_noises(tell, options.seed) if tests else []
        return cls(models.read(options.model), tests, noises, options.batch, tell)

    def listener(self, weights: dict[str, Array]) -> Listener:
        """The model with these weights."""
        return Listener(self.model, weights, self.batch, _dtype())

    def measured(self, listener: Listener, paddings: Sequence[int]) -> Iterator[str]:
        """Lines as from evaluation.measured; the full window is the last one."""
        vocabulary, windows = self.model.vocabulary, [*paddings, None]
        return measured(listener, vocabulary, self.tests, self.noises, windows)

    def tell_measured(self, who: str, listener: Listener) -> None:
        """Tell how well a model hears with padding 0."""
        if not self.tests:
            self.tell(f"{who} is not measured, because no recordings are named with --test")
            return
        for line in self.measured(listener, [0]):
            self.tell(f"{who}, {line}")


def _sources(options: argparse.Namespace) -> Sources:
    data: Sequence[Path] = options.data if options.command == "teach" else ()
    return Sources(
        data, options.noise, options.test, options.texts, options.held_out, options.test_all
    )


def _plan(options: argparse.Namespace) -> Plan:
    return Plan(
        steps=options.steps,
        batch=options.batch,
        peak_rate=options.peak_rate,
        save_every=options.save_every,
        seed=options.seed,
    )


def _dtype() -> jnp.dtype:
    """GPUs multiply bf16 several times faster; CPUs do not."""
    return jnp.dtype(jnp.float32 if jax.default_backend() == "cpu" else jnp.bfloat16)


def _labelled(
    teacher: Listener, sounds: Sequence[Pcm], tell: Tell, stopped: Callable[[], bool]
) -> list[Clip]:
    clips: list[Clip] = []
    for clip in lessons.labelled(teacher, sounds):
        clips.append(clip)
        if len(clips) % 1000 == 0:
            tell(f"the teacher has heard about {len(clips)} of {len(sounds)} pieces")
        if stopped():
            return clips
    if not clips:
        raise UsageError("the teacher hears no text in any recording; name other folders of speech")
    if missing := len(sounds) - len(clips):
        tell(f"{missing} pieces are left out, because the teacher's text does not end")
    return clips


def _line(report: Report, steps: int) -> str:
    parts = ", ".join(f"{name} {value:.4f}" for name, value in report.loss.items())
    minutes = report.seconds * (steps - report.step) / 60
    return f"step {report.step} of {steps}, about {minutes:.1f} min left; loss: {parts}"
