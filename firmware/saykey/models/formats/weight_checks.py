"""Weights are numbers. One that is none, or is infinite, makes nonsense of all a model hears."""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from saykey.errors import ModelError
from saykey.models.formats import ggml, libggml
from saykey.models.formats.contents import ModelFacts
from saykey.models.formats.tensors import Format, StoredTensor

NO_NUMBERS = "has weights that are no numbers; it is damaged or its training failed"
"""What is wrong with a model that has one, and why."""


def checked(image: bytes) -> ModelFacts:
    """All of a model file in whisper.cpp's layout checked, its structure and its weights.

    Raises ModelError as ggml.check, RecognizerError when ggml is not there.
    """
    contents = ggml.read(memoryview(image))
    check_tensors(image, contents.tensors.values())
    return ggml.facts(contents, len(image))


def check_tensors(image: bytes, tensors: Iterable[StoredTensor]) -> None:
    """Raise ModelError unless all elements of these tensors, where they lie, are finite."""
    with _silence():
        if not all(_finite(image, each.begin, each.size, each.format) for each in tensors):
            raise ModelError(NO_NUMBERS)


def check_part(data: bytes, form: Format) -> None:
    """Raise ModelError unless all elements of a piece of a tensor, whole blocks, are finite."""
    with _silence():
        if not _finite(data, 0, len(data), form):
            raise ModelError(NO_NUMBERS)


def _finite(data: bytes, begin: int, size: int, form: Format) -> bool:
    start = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
    return bool(libggml.load().ggml_validate_row_data(form.kind, start + begin, size))


@contextmanager
def _silence() -> Iterator[None]:
    """Keep the library's own line about what it found off the terminal: ours says it better."""
    if sys.stderr is None:
        yield
        return
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(nowhere)
        os.close(kept)
