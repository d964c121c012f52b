"""The training loop, in PyTorch on CPU cores."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from demo_model import bpe
from demo_model.augment import Augmenter
from demo_model.batches import IGNORED, Batch, Batcher, load_utterances
from demo_model.domain import WORDS
from demo_model.export import load_assets
from demo_model.features import noise_bank
from demo_model.network import Whisper
from demo_model.weights import Shape, Weights

AVERAGE_EVERY = 8
REPORT_EVERY = 50
SAVE_EVERY_S = 240.0
VALIDATED = 240


@dataclass(frozen=True)
class Options:
    """The command line; times in minutes of wall clock, frames in 10 ms."""

    data: list[Path]
    held_out: Path
    out: Path
    init: Path | None
    assets: Path
    minutes: float
    peak_rate: float
    warm_up: int
    frames: int
    processes: int
    port: int
    seed: int


def learning_rate(options: Options, step: int, progress: float) -> float:
    """Warm-up, a plateau, and a fall to zero over the last 65 % of the time."""
    return options.peak_rate * min(1.0, (step + 1) / options.warm_up, (1 - progress) / 0.65)


def longest_frames(progress: float) -> int | None:
    """Short utterances first: the alignment of sound and text is found on those."""
    return 160 if progress < 0.06 else 250 if progress < 0.12 else None


class Trainer:
    """One process: a network, its optimiser and its own stream of batches."""

    def __init__(self, options: Options, rank: int) -> None:
        torch.manual_seed(options.seed)
        torch.set_num_threads(1)
        self.options, self.rank = options, rank
        assets = load_assets(options.assets)
        tokenizer = bpe.Tokenizer(assets.vocabulary)
        self.network = _network(options, tokenizer)
        rows = {token: row for row, token in enumerate(self.network.tokens)}
        rng = np.random.default_rng([options.seed, rank])
        augmenter = Augmenter(rng, noise_bank(assets.mel_bank))
        trained, known = (
            load_utterances(shards, tokenizer, rows, self.network.phonemes)
            for shards in (options.data, [options.held_out])
        )
        self.batcher = Batcher(trained, rows, augmenter, rng, frames=options.frames)
        validation = Batcher(known[:VALIDATED], rows, augmenter, np.random.default_rng(5))
        self.validation = [
            validation.batch(range(first, min(first + 30, len(validation))), varied=False)
            for first in range(0, len(validation), 30)
        ]
        decayed = [
            parameter
            for name, parameter in self.network.named_parameters()
            if parameter.ndim >= 2 and "embedding" not in name
        ]
        kept = {id(parameter) for parameter in decayed}
        others = [p for p in self.network.parameters() if id(p) not in kept]
        groups = [{"params": decayed, "weight_decay": 0.02}, {"params": others, "weight_decay": 0}]
        self.optimiser = torch.optim.AdamW(groups, betas=(0.9, 0.98))

    def run(self) -> None:
        """Train for the wanted time, saving and validating now and then."""
        started = saved = time.monotonic()
        sums = np.zeros(3)
        for step, progress in enumerate(self._progress(started)):
            sums += self.step(step, progress)
            if self.options.processes > 1 and step % AVERAGE_EVERY == AVERAGE_EVERY - 1:
                self._average()
            if self.rank == 0 and step % REPORT_EVERY == REPORT_EVERY - 1:
                minutes = (time.monotonic() - started) / 60
                print(f"{minutes:5.1f} min, step {step + 1}: {_told(sums / REPORT_EVERY)}")
                sums[:] = 0
            if self.rank == 0 and time.monotonic() - saved > SAVE_EVERY_S:
                saved = time.monotonic()
                self.save()
        if self.rank == 0:
            self.save()

    def step(self, step: int, progress: float) -> tuple[float, float, float]:
        """One batch; its losses and the share of right tokens before the update."""
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.options, step, progress)
        batch = self.batcher.next(None if self.options.init else longest_frames(progress))
        spoken, spelled, right = losses(self.network, batch)
        loss = spoken + (0.6 if progress < 0.3 else 0.3) * spelled
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimiser.step()
        return spoken.item(), spelled.item(), right.item()

    def save(self) -> None:
        """Write the weights, then print their results on voices they never met."""
        self.network.weights().save(self.options.out)
        with torch.no_grad():
            results = [[x.item() for x in losses(self.network, b)] for b in self.validation]
        print(f"held-out voices: {_told(np.mean(results, axis=0))}")

    def _progress(self, started: float) -> Iterator[float]:
        """Progress from 0 to 1, the same in all processes, which must stop at the same step."""
        share = torch.zeros(1)
        step = 0
        while True:
            if step % AVERAGE_EVERY == 0:
                share[0] = (time.monotonic() - started) / 60 / self.options.minutes
                if self.options.processes > 1:
                    torch.distributed.broadcast(share, 0)
            if share.item() >= 1:
                return
            yield share.item()
            step += 1

    def _average(self) -> None:
        parameters = list(self.network.parameters())
        with torch.no_grad():
            flat = torch.nn.utils.parameters_to_vector(parameters)
            torch.distributed.all_reduce(flat)
            torch.nn.utils.vector_to_parameters(flat / self.options.processes, parameters)


def losses(network: Whisper, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """Cross-entropy of the tokens, CTC loss a phoneme, share of right tokens."""
    scores, phoneme_scores = network(
        torch.from_numpy(batch.mel),
        torch.from_numpy(batch.positions),
        torch.from_numpy(batch.key_bias),
        torch.from_numpy(batch.tokens),
    )
    targets = torch.from_numpy(batch.targets)
    spoken = functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
    counts = torch.from_numpy(batch.phoneme_counts)
    spelled = functional.ctc_loss(
        functional.log_softmax(phoneme_scores, -1).transpose(0, 1),
        torch.from_numpy(batch.phonemes),
        torch.from_numpy(batch.lengths),
        counts,
        reduction="none",
        zero_infinity=True,
    )
    with_speech = counts > 0
    a_phoneme = (spelled / counts.clamp(min=1))[with_speech]
    asked = targets != IGNORED
    right = (scores.argmax(-1)[asked] == targets[asked]).float().mean()
    return spoken, a_phoneme.sum() / max(1, len(a_phoneme)), right


def _network(options: Options, tokenizer: bpe.Tokenizer) -> Whisper:
    if options.init:
        return Whisper.from_weights(Weights.load(options.init))
    symbols = {
        symbol
        for shard in options.data
        for entry in json.loads(shard.read_text("utf-8"))
        for symbol in entry["phonemes"]
    }
    tokens = tuple(bpe.trained_tokens(tokenizer, WORDS))
    return Whisper(Shape(), tokens, "".join(sorted(symbols - {" "})))


def _told(results: np.ndarray) -> str:
    return "tokens {:.3f}, phonemes {:.3f}, right {:.1%}".format(*results)


def train(options: Options) -> None:
    """Train in as many processes as wanted; the first one reports and saves."""
    if options.processes == 1:
        Trainer(options, 0).run()
    else:
        torch.multiprocessing.spawn(_process, args=(options,), nprocs=options.processes)


def _process(rank: int, options: Options) -> None:
    address = f"tcp://127.0.0.1:{options.port}"
    torch.distributed.init_process_group("gloo", address, rank=rank, world_size=options.processes)
    Trainer(options, rank).run()
    torch.distributed.destroy_process_group()
