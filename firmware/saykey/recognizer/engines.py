"""Finds the engine that runs a model. Only this module knows engines by name."""

from pathlib import Path

from saykey.errors import ModelError
from saykey.models.store.card import place_of, read_card

WORKERS = {"whisper": "saykey.recognizer.whisper.worker"}
"""The module of each engine's worker. It is run as a program and speaks recognizer.protocol."""


def worker_module(model: Path) -> str:
    """The module of the worker that runs this model, as named in the model's card.

    Raises ModelError when the card cannot be read or names an unknown engine.
    """
    engine = read_card(model).engine
    if engine not in WORKERS:
        raise ModelError(
            f"{place_of(model)} names the engine {engine!r}, which is unknown here; known are: "
            f"{', '.join(WORKERS)}. Correct `engine` in it, or install a Saykey that has it"
        )
    return WORKERS[engine]
