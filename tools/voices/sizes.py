"""Quantisations, padding and steps of the window: word error rate and CPU time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from saykey.flow import SAMPLE_RATE
from saykey.models.store.store import find
from saykey.recognizer.whisper import window
from saykey.recognizer.whisper.engine import floats
from voices import material, paths
from voices.engine import loaded
from voices.report import Section, table
from voices.same import score

TITLE = "Quantisation, padding and steps"

_PADDINGS = (0, 16, 32)
_STEPS = (64, 32, 16)
_LONGEST = 20 * SAMPLE_RATE


def measured(models: Sequence[str], _cache: Path) -> Section:
    """Each model as its card says, and the first with other windows. One pass, no guards."""
    held = {sound.name: sound for sound in material.held_out()}
    long = {sound.name: sound for sound in material.prompts() if len(sound.said.split()) > 2}
    long = {name: sound for name, sound in long.items() if name not in held}
    rows = []
    for model in models:
        size = find(model).stat().st_size / 1e6
        few, many = _heard(model, held, None), _heard(model, long, None)
        rows.append((model, f"{size:.0f}", *few, *many))
    head = ("model", "MB", "held out: WER", "CPU, ms", "other prompts: WER", "CPU, ms")
    windows = [
        (padding, *(" / ".join(_heard(models[0], held, (padding, step))) for step in _STEPS))
        for padding in _PADDINGS
    ]
    steps = (f"steps of {step}: WER / CPU, ms" for step in _STEPS)
    text = (
        "One pass of the engine alone, one thread. Other prompts are those of three words and more "
        "that were heard in training.\n\n"
        + table(head, rows)
        + f"\n\nPadding and steps in encoder rows of 20 ms, on the held-out prompts, {models[0]}:"
        "\n\n" + table(("padding", *steps), windows)
    )
    return Section(TITLE, text)


def _heard(
    model: str, sounds: dict[str, material.Sound], rows: tuple[int, int] | None
) -> tuple[str, str]:
    """Word error rate and CPU time for each prompt; ``rows`` are padding and step."""
    recordings = {name: floats(pcm) for name, pcm in paths.recorded(sounds.values()).items()}
    recordings = {name: pcm for name, pcm in recordings.items() if len(pcm) <= _LONGEST}
    with loaded(model) as engine:
        if rows is not None:
            engine.padding = rows[0]
        with patch.object(window, "STEP_ROWS", window.STEP_ROWS if rows is None else rows[1]):
            engine.hear(next(iter(recordings.values())))  # the first takes longer
            began = time.process_time()
            typed = {name: engine.hear(pcm).text for name, pcm in recordings.items()}
            spent = time.process_time() - began
    total = score({name: (sounds[name].said, text) for name, text in typed.items()})
    return f"{100 * total.word_error_rate:.2f} %", f"{1000 * spent / len(typed):.0f}"
