"""The bytes of a model that whisper.cpp loads, checked; what is made of other formats is cached."""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.contents import ModelFacts
from saykey.models.formats.detect import Kind
from saykey.models.formats.file_io import check_regular, named, open_regular, read_whole
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.store.card import Card, card_of
from saykey.models.store.store import cache

_LARGEST = 4
"""GiB; Whisper large in f16 has 3.1 GB."""

_PACKING = b"saykey packing 1"
"""Part of a cached file's name: another way of packing makes other files."""

_KEPT = 3
"""Packed files in the cache at most: one in use, one to go back to, one that is tried."""


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """All that whoever loads a model needs of it; see `image_of` and card.card_of."""

    image: bytes = field(repr=False)
    facts: ModelFacts
    card: Card


def checked_model(path: Path) -> CheckedModel:
    """The model file at this path, checked, with its card. Raises ModelError as its parts do."""
    with opened(path) as model:
        image, facts = image_of(model)
        return CheckedModel(image, facts, card_of(model))


def checked_image(path: Path) -> tuple[bytes, ModelFacts]:
    """`image_of` the model at this path."""
    with opened(path) as model:
        return image_of(model)


def image_of(model: OpenModel) -> tuple[bytes, ModelFacts]:
    """What whisper.cpp loads of a model file, checked, and what it is.

    The very bytes that were checked are loaded. A mapping of the file would be cheaper, but whoever
    writes to the file after the check would write into the mapping. A GGUF file is packed into the
    cache, once. Raises ModelError, beginning with the path.
    """
    return _image_of_gguf(model) if model.kind is Kind.GGUF else image_of_ggml(model)


def image_of_ggml(model: OpenModel) -> tuple[bytes, ModelFacts]:
    """The same of a file in whisper.cpp's layout; ModelError for every other."""
    with named(model.path):
        if model.is_folder:
            raise ModelError("is not a regular file; give a model file (.bin)")
        check_regular(model.files[0], _LARGEST)
        return _checked(read_whole(model.files[0]))


def _image_of_gguf(model: OpenModel) -> tuple[bytes, ModelFacts]:
    path = packed(model, cache())
    try:
        with named(path):
            return _checked(read_image(path))
    except ModelError:  # the disk changed what was right when it was written
        path.unlink(missing_ok=True)
    path = packed(model, cache())
    with named(path):
        return _checked(read_image(path))


def _checked(image: bytes) -> tuple[bytes, ModelFacts]:
    # who only looks for models does without ctypes
    from saykey.models.formats.weight_checks import checked

    return image, checked(image)


def read_image(path: Path) -> bytes:
    """All bytes of a file that is no larger than a model can be. Raises ModelError."""
    with open_regular(path, _LARGEST) as file, named(path):
        return read_whole(file)


def packed(model: OpenModel, cache: Path) -> Path:
    """The file for whisper.cpp that is made of a model, kept in ``cache``.

    It is named by the contents of the model, so that a changed model is packed anew and a renamed
    one is not. Of those not wanted now, the last used stay. Raises ModelError as `convert_to_ggml`.
    """
    # only few models need what packs them
    from saykey.models.store.convert import convert_to_ggml

    path = cache / f"{_digest(model)}.bin"
    if path.exists():
        with suppress(OSError):  # of another user: that one's order of use counts
            os.utime(path)
    else:
        _drop_all_but(_KEPT - 1, cache)
        convert_to_ggml(model, path)
    return path


def _drop_all_but(count: int, cache: Path) -> None:
    """Keep so many of the cached files, the last used ones. Who has one open keeps its bytes."""
    with suppress(OSError):  # another process may do the same
        by_use = sorted(cache.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in by_use[count:]:
            file.unlink()


def _digest(model: OpenModel) -> str:
    """Of all that goes into the packed file: blake2b is the fastest without special hardware."""
    digest = hashlib.blake2b(_PACKING, digest_size=32)
    digest.update(model.contents.mel_filters)
    for token in model.contents.vocabulary:
        digest.update(token)
    for file in model.files:
        file.seek(0)
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
