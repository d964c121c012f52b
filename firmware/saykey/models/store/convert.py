"""Converts a model for whisper.cpp, or exports it as GGUF.

A file is written beside its final place under another name, checked, synced and then renamed. So
its name never refers to an incomplete model, whatever happens meanwhile.
"""

from dataclasses import dataclass
from io import FileIO
from mmap import ACCESS_READ, mmap
from pathlib import Path

from saykey.models.formats import ggml
from saykey.models.formats.contents import ModelFacts, Notes
from saykey.models.formats.file_io import Progress, named
from saykey.models.formats.number_formats import best_format, format_named
from saykey.models.formats.open_model import OpenModel
from saykey.models.formats.write_model import write_ggml, write_gguf
from saykey.models.store.atomic_files import make_folder, written


@dataclass(frozen=True, slots=True)
class Written:
    """The result. ``converted``: how many tensors were changed to another number format."""

    facts: ModelFacts
    converted: int


def _untold(_done: int, _total: int | None) -> None:
    """Ignore the progress."""


def convert_to_ggml(
    model: OpenModel, target: Path, quantisation: str | None = None, progress: Progress = _untold
) -> Written:
    """Write a model of any format for whisper.cpp.

    ``quantisation`` names a format of tensors.BY_NAME. None keeps the format that most of the large
    weights have; 32 bit floats become f16. Data in the right format is copied bit by bit. Raises
    ModelError for anything that is not a complete Whisper model or cannot be converted.
    """
    contents = model.contents
    with named(model.path):
        weights = (
            best_format(contents) if quantisation is None else format_named(quantisation, contents)
        )
    make_folder(target.parent)
    with written(target) as out:
        with named(model.path):
            converted = write_ggml(model, weights, out, progress)
        return Written(_checked(out), converted)


def _checked(out: FileIO) -> ModelFacts:
    """The facts of the written file. It is mapped, not read: no other process can change it yet."""
    return ggml.check(memoryview(mmap(out.fileno(), 0, access=ACCESS_READ)))


def export_gguf(model: OpenModel, target: Path, notes: Notes, progress: Progress = _untold) -> None:
    """Write a model as self-describing GGUF, with its weights copied bit by bit.

    Empty fields of ``notes`` are filled from the model's own notes. Raises ModelError as
    `convert_to_ggml`. The target's folder is not created, because a missing folder may mean that a
    USB stick is not plugged in; ModelError is raised instead.
    """
    told = _told(notes, model.contents.notes, model.path.stem)
    with written(target) as out, named(model.path):
        write_gguf(model, told, out, progress)


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
