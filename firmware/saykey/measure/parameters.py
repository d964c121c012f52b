"""Counts the parameters of models."""

from math import prod

from saykey.errors import ModelError
from saykey.models.formats.open_model import opened
from saykey.models.formats.tensors import F32, wanted_tensors
from saykey.models.store.store import find


def parameters_of(model: str) -> int | None:
    """How many numbers the model's tensors hold; None if the model cannot be read.

    ``model`` is a name or the path of a file.
    """
    try:
        with opened(find(model)) as found:
            size = found.facts.dimensions
    except ModelError:
        return None  # loading it reports why
    return sum(prod(tensor.shape) for tensor in wanted_tensors(size, F32).values())
