"""Which engine runs a model: the one place where engines are known by name."""

from pathlib import Path

from saykey.errors import ModelError
from saykey.models.store.card import place_of, read_card

WORKERS = {"whisper": "saykey.recognizer.whisper.worker"}
"""The module of each engine's worker, which is run as a program and speaks protocol."""


def worker_module(model: Path) -> str:
    """The module whose worker runs this model, by the card of the model.

    Raises ModelError when the card cannot be read or names an unknown engine.
    """
    engine = read_card(model).engine
    if engine not in WORKERS:
        raise ModelError(
            f"{place_of(model)} names the engine {engine!r}, which is unknown here; there are: "
            f"{', '.join(WORKERS)}. Correct `engine` in it, or install a Saykey that has it"
        )
    return WORKERS[engine]
