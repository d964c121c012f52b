"""Adds models to the user's own store, and removes them.

A model appears by one rename, after its bytes and its card are on the disk (fsync). So it is
always complete or absent, even after a power cut.
"""

import errno
import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.detect import Kind
from saykey.models.formats.open_model import opened
from saykey.models.store.atomic_files import to_disk
from saykey.models.store.card import Card, in_toml, place_of
from saykey.models.store.memory import megabytes
from saykey.models.store.store import StoredModel, cache, checked_name, own_directory

_SPARE = 32 << 20
"""Bytes that must stay free on the disk: a full disk breaks other programs too."""

_WHO = "run this as the user saykey runs as, or set SAYKEY_STATE to a directory of yours"

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def incoming() -> Path:
    """The directory of unfinished files, created if missing. Raises ModelError."""
    directory = own_directory() / "incoming"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ModelError(f"{directory} cannot be made: {error.strerror}; {_WHO}") from error
    return directory


def free_space(directory: Path) -> int:
    """Bytes free on the disk of this directory."""
    return shutil.disk_usage(directory).free


def check_disk_space(wanted: int, free: int, where: Path) -> None:
    """Raise ModelError if ``wanted`` more bytes would fill the disk. Sizes are in bytes."""
    if free < wanted + _SPARE:
        raise ModelError(
            f"{megabytes(wanted)} are needed in {where}, {megabytes(max(0, free - _SPARE))} may be "
            "used; `saykey model remove` a model or free space otherwise"
        )


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn an OSError while writing to ``path`` into a ModelError."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise ModelError(
                f"the disk is full, {path} is not complete; free space and try again"
            ) from error
        raise ModelError(f"{path} cannot be written: {error.strerror}; {_WHO}") from error


def install(unfinished: Path, name: str, card: Card) -> Path:
    """Move a complete, checked file into the store under this name; returns its new path.

    ``unfinished`` must be on the disk of the store (see `incoming`). A model of the same name in
    the user's own store is replaced. Raises ModelError.
    """
    model = own_directory() / f"{checked_name(name)}.bin"
    with writing(model):
        to_disk(unfinished)
        write_card(model, card)
        unfinished.replace(model)
        to_disk(model.parent)
    return model


def write_card(model: Path, card: Card) -> None:
    """Write the card beside a model file, completely or not at all. Raises ModelError."""
    beside = place_of(model)
    fresh = beside.with_suffix(".toml.new")
    with writing(beside):
        fresh.write_text(in_toml(card), "utf-8")
        to_disk(fresh)
        fresh.replace(beside)
        to_disk(beside.parent)


def remove(model: StoredModel) -> None:
    """Delete a model of the user's own store, its card and the files packed from it.

    Raises ModelError for a model of another store.
    """
    if not model.own:
        raise ModelError(f"{model.name} is read only: it came with the system, in {model.path}")
    packed = _needs_packing(model.path)
    with writing(model.path):
        model.path.unlink()
        place_of(model.path).unlink(missing_ok=True)
        to_disk(model.path.parent)
    if packed:  # other models pack their cached files again
        shutil.rmtree(cache(), ignore_errors=True)


def _needs_packing(model: Path) -> bool:
    try:
        with opened(model) as open_model:
            return open_model.kind is not Kind.GGML
    except ModelError:
        return False


def checksum(file: FileIO) -> str:
    """The SHA-256 of an open file, in hex. Raises ModelError when it cannot be read."""
    try:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"cannot be read: {error.strerror}") from error
