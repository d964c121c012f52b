"""Checks that all weights are finite numbers.

One NaN or infinite weight turns everything the model hears into nonsense.
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from saykey.errors import ModelError
from saykey.models.formats import ggml, libggml
from saykey.models.formats.contents import ModelFacts
from saykey.models.formats.tensors import Format, StoredTensor

NO_NUMBERS = "has weights that are not numbers; it is damaged or its training failed"
"""The error message for a model with such a weight."""


def checked(image: bytes) -> ModelFacts:
    """Check a whole model file in whisper.cpp's layout, its structure and its weights.

    Raises ModelError as ggml.check does, RecognizerError when the ggml library is missing.
    """
    contents = ggml.read(memoryview(image))
    check_tensors(image, contents.tensors.values())
    return ggml.facts(contents, len(image))


def check_tensors(image: bytes, tensors: Iterable[StoredTensor]) -> None:
    """Raise ModelError unless all elements of these tensors in ``image`` are finite."""
    with _silence():
        if not all(_finite(image, each.begin, each.size, each.format) for each in tensors):
            raise ModelError(NO_NUMBERS)


def check_part(data: bytes, form: Format) -> None:
    """Raise ModelError unless all elements in ``data``, whole blocks of a tensor, are finite."""
    with _silence():
        if not _finite(data, 0, len(data), form):
            raise ModelError(NO_NUMBERS)


def _finite(data: bytes, begin: int, size: int, form: Format) -> bool:
    start = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
    return bool(libggml.load().ggml_validate_row_data(form.kind, start + begin, size))


@contextmanager
def _silence() -> Iterator[None]:
    """Hide the library's own message on stderr. Saykey's message says what to do."""
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
