"""Models brought in from other formats and handed out as GGUF: whole files, or none.

A file is written beside its place under another name, checked, synced and then renamed: whatever
happens on the way, no half model is ever found under its name.
"""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from mmap import ACCESS_READ, mmap
from pathlib import Path

from saykey.models.formats import ggml
from saykey.models.formats.contents import Notes
from saykey.models.formats.detect import Kind
from saykey.models.formats.files import kind_at, make_folder, named, written
from saykey.models.formats.ggml import ModelFacts
from saykey.models.formats.open_model import opened
from saykey.models.formats.packing import (
    Progress,
    best_format,
    format_named,
    write_ggml,
    write_gguf,
)
from saykey.models.formats.sources import Source
from saykey.models.formats.tensors import Format

_PACKING = b"saykey packing 1"
"""Part of a cached file's name: another way of packing makes other files."""

_KEPT = 3
"""Packed files in the cache at most: one in use, one to go back to, one that is tried."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A model that came in. ``converted``: how many tensors had to change their number format."""

    path: Path
    facts: ModelFacts
    notes: Notes
    converted: int


def _untold(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


def import_file(
    path: Path,
    folder: Path,
    name: str,
    quantisation: str | None = None,
    progress: Progress = _untold,
) -> Imported:
    """Write ``folder``/NAME.bin for whisper.cpp from any model: see open_model.opened.

    ``quantisation`` names a format of tensors.BY_NAME; None keeps the one the file has, or the one
    most of its weights have, and takes f16 for 32 bit floats. Data in the right format is copied
    bit by bit. Raises ModelError for what is no whole Whisper model or cannot be converted.
    """
    with opened(path) as source:
        with named(path):
            weights = _wanted(quantisation, source)
        target = folder / f"{name}.bin"
        converted, facts = _pack(source, weights, path, target, progress)
        return Imported(target, facts, source.contents.notes, converted)


def _wanted(quantisation: str | None, source: Source) -> Format:
    if quantisation is None:
        return best_format(source.contents)
    return format_named(quantisation, source.contents)


def _pack(
    source: Source, weights: Format, path: Path, target: Path, progress: Progress
) -> tuple[int, ModelFacts]:
    make_folder(target.parent)
    with written(target) as out:
        with named(path):
            converted = write_ggml(source, weights, out, progress)
        return converted, _checked(out)


def export_gguf(model: Path, target: Path, notes: Notes, progress: Progress = _untold) -> None:
    """Write a model as self-describing GGUF, its weights bit by bit.

    What ``notes`` leave empty is taken from the model's own. Raises ModelError as `import_file`,
    also when the folder of the target is not there: a stick may have been forgotten.
    """
    with opened(model) as source:
        told = _told(notes, source.contents.notes, model.stem)
        with written(target) as out, named(model):
            write_gguf(source, told, out, progress)


def _told(notes: Notes, own: Notes, name: str) -> Notes:
    dynamic = own.dynamic_context if notes.dynamic_context is None else notes.dynamic_context
    return Notes(
        name=notes.name or own.name or name,
        description=notes.description or own.description,
        licence=notes.licence or own.licence,
        origin=notes.origin or own.origin,
        languages=notes.languages or own.languages,
        dynamic_context=dynamic,
    )


def loadable(path: Path, cache: Path) -> Path:
    """A file whisper.cpp can load: this one, or what is made of it, kept in ``cache``.

    The cached file is named by the contents of the model, so that a changed model is packed anew
    and a renamed one is not. Of those not wanted now, the last used stay. Raises ModelError as
    `import_file`.
    """
    if not path.is_dir() and kind_at(path) is Kind.GGML:
        return path
    with opened(path) as source:
        packed = cache / f"{_digest(source)}.bin"
        if packed.exists():
            with suppress(OSError):  # of another user: that one's order of use counts
                os.utime(packed)
        else:
            _drop_all_but(_KEPT - 1, cache)
            _pack(source, best_format(source.contents), path, packed, _untold)
    return packed


def _drop_all_but(count: int, cache: Path) -> None:
    """Keep so many of the cached files, the last used ones. Who has one open keeps its bytes."""
    with suppress(OSError):  # another process may do the same
        by_use = sorted(cache.iterdir(), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        for file in by_use[count:]:
            file.unlink()


def _digest(source: Source) -> str:
    """Of all that goes into the packed file: blake2b is the fastest without special hardware."""
    digest = hashlib.blake2b(_PACKING, digest_size=32)
    digest.update(source.contents.mel_filters)
    for token in source.contents.vocabulary:
        digest.update(token)
    for file in source.files:
        file.seek(0)
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


def _checked(out: FileIO) -> ModelFacts:
    """The facts of what was written. It is mapped, not read: nobody else has this file yet."""
    return ggml.check(memoryview(mmap(out.fileno(), 0, access=ACCESS_READ)))
