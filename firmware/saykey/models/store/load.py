"""Loads and checks the bytes that whisper.cpp needs of a model. Converted models are cached."""

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
"""GiB. Whisper large in f16 has 3.1 GB."""

_PACKING = b"saykey packing 1"
"""Hashed into a cached file's name. A changed way of packing must change this text."""

_KEPT = 3
"""The most packed files in the cache: one in use, one to go back to, one being tried."""


@dataclass(frozen=True, slots=True)
class CheckedModel:
    """Everything needed to load a model; see `image_of` and card.card_of."""

    image: bytes = field(repr=False)
    facts: ModelFacts
    card: Card


def checked_model(path: Path) -> CheckedModel:
    """Check the model file at this path, and read its card.

    Raises ModelError as `image_of` and card.card_of.
    """
    with opened(path) as model:
        image, facts = image_of(model)
        return CheckedModel(image, facts, card_of(model))


def checked_image(path: Path) -> tuple[bytes, ModelFacts]:
    """`image_of` the model at this path."""
    with opened(path) as model:
        return image_of(model)


def image_of(model: OpenModel) -> tuple[bytes, ModelFacts]:
    """The bytes that whisper.cpp loads of a model, checked, and their facts.

    whisper.cpp loads exactly the bytes that were checked. A mapping of the file would be cheaper,
    but a write to the file after the check would change it. A GGUF file is packed into the cache,
    once. Raises ModelError, beginning with the path.
    """
    return _image_of_gguf(model) if model.kind is Kind.GGUF else image_of_ggml(model)


def image_of_ggml(model: OpenModel) -> tuple[bytes, ModelFacts]:
    """`image_of` a file in whisper.cpp's layout. Raises ModelError for any other."""
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
    except ModelError:  # the cached file was right when written and is now damaged
        path.unlink(missing_ok=True)
    path = packed(model, cache())
    with named(path):
        return _checked(read_image(path))


def _checked(image: bytes) -> tuple[bytes, ModelFacts]:
    # listing models needs no ctypes
    from saykey.models.formats.weight_checks import checked

    return image, checked(image)


def read_image(path: Path) -> bytes:
    """Read all bytes of a file of at most 4 GiB. Raises ModelError."""
    with open_regular(path, _LARGEST) as file, named(path):
        return read_whole(file)


def packed(model: OpenModel, cache: Path) -> Path:
    """The path of a model converted for whisper.cpp in the folder ``cache``, made if missing.

    The name is a digest of the model's contents, so a changed model is converted again and a
    renamed one is not. The least recently used files are deleted. Raises ModelError as
    `convert_to_ggml`.
    """
    # most models need no conversion
    from saykey.models.store.convert import convert_to_ggml

    path = cache / f"{_digest(model)}.bin"
    if path.exists():
        with suppress(OSError):  # another user's file: its time stays as it is
            os.utime(path)
    else:
        _drop_all_but(_KEPT - 1, cache)
        convert_to_ggml(model, path)
    return path


def _drop_all_but(count: int, cache: Path) -> None:
    """Delete all but the ``count`` last used cached files. An open file stays readable."""
    with suppress(OSError):  # another process may delete the same files
        by_use = sorted(cache.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in by_use[count:]:
            file.unlink()


def _digest(model: OpenModel) -> str:
    """A digest of all input of the packed file. blake2b is the fastest without special hardware."""
    import hashlib  # with it comes OpenSSL, 3.3 MB that a worker with a ggml model does not need

    digest = hashlib.blake2b(_PACKING, digest_size=32)
    digest.update(model.contents.mel_filters)
    for token in model.contents.vocabulary:
        digest.update(token)
    for file in model.files:
        file.seek(0)
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()
