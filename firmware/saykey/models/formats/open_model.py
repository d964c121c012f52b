"""A model opened once: its files, and what they tell, handed to all that deal with it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cached_property
from io import FileIO
from pathlib import Path
from typing import assert_never

from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.contents import (
    Contents,
    ModelFacts,
    Notes,
    check_mel_filters,
    damaged,
)
from saykey.models.formats.detect import START, Kind, kind_of
from saykey.models.formats.file_io import named, open_regular, read_at, read_whole, size_of
from saykey.models.formats.tensors import StoredTensor

_CHUNK = 1 << 20


class OpenModel:
    """A ggml, GGUF or safetensors file, or a Hugging Face folder, that is open.

    ``path`` names it in messages, and beside it stands what its files lack. ``files`` are those
    that StoredTensor.part counts. What the files tell is read when it is first asked for, once:
    the facts of a ggml file need its header alone. Each raises ModelError, beginning with the path,
    for whatever is no whole Whisper model.
    """

    def __init__(self, path: Path, kind: Kind, files: tuple[FileIO, ...], folder: Path) -> None:
        self.path = path
        self.kind = kind
        self.files = files
        self._folder = folder

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files, which whisper.cpp never loads as they are."""
        return self._folder == self.path

    @cached_property
    def facts(self) -> ModelFacts:
        """What it is, or would be once it is converted for whisper.cpp."""
        if self.kind is Kind.GGML:
            with named(self.path):
                size = size_of(self.files[0])
                return ggml.facts_in_header(read_at(self.files[0], 0, min(START, size)), size)
        from saykey.models.formats.number_formats import best_format

        weights = best_format(self.contents)
        size = ggml.file_size(self.contents, weights)
        return ModelFacts(size, weights.name, self.contents.dimensions)

    @property
    def notes(self) -> Notes:
        """What it says of itself for people; nothing for ggml, which has no place for it."""
        return Notes() if self.kind is Kind.GGML else self.contents.notes

    @cached_property
    def contents(self) -> Contents:
        """Its parts, and where its tensors lie."""
        with named(self.path):
            match self.kind:
                case Kind.GGML:
                    return ggml.read(memoryview(read_whole(self.files[0])))
                case Kind.GGUF:
                    return self._contents_of_gguf()
                case Kind.SAFETENSORS:
                    return self._contents_of_safetensors()
                case _:
                    assert_never(self.kind)

    def read(self, tensor: StoredTensor, begin: int, size: int) -> bytes:
        """Bytes of a tensor, from ``begin`` within its data. Raises ModelError at a file's end."""
        return read_at(self.files[tensor.part], tensor.begin + begin, size)

    # what reads the other formats is imported here: most models do without

    def _contents_of_gguf(self) -> Contents:
        from saykey.models.formats import gguf, gguf_whisper
        from saykey.models.formats.companion_files import vocabulary_beside
        from saykey.models.formats.mel import mel_filters
        from saykey.models.formats.tensor_names import MEL_FILTERS, recognised

        size = size_of(self.files[0])
        parsed = gguf.parse(read_at(self.files[0], 0, min(size, gguf.LARGEST_HEAD)), size)
        dimensions, tensors = recognised(parsed.tensors)
        gguf_whisper.check_says(parsed, dimensions)
        vocabulary = gguf_whisper.vocabulary_in(parsed, dimensions)
        if vocabulary is None:
            vocabulary = vocabulary_beside(self._folder, dimensions)
        stored = parsed.tensors.get(MEL_FILTERS)
        filters = self.read(stored, 0, stored.size) if stored else mel_filters(dimensions.mels)
        check_mel_filters(filters)
        notes = gguf_whisper.notes_in(parsed)
        contents = Contents(dimensions, filters, vocabulary, tensors, notes)
        self._check_output_layer(contents, parsed.tensors)
        return contents

    def _contents_of_safetensors(self) -> Contents:
        from saykey.models.formats import huggingface, safetensors

        tensors: dict[str, StoredTensor] = {}
        for part, file in enumerate(self.files):
            with named(Path(str(file.name))):
                more = safetensors.read_header(file, part)
                if tensors.keys() & more.keys():
                    raise damaged(f"holds {min(tensors.keys() & more.keys())} again")
            tensors |= more
        contents = huggingface.contents_of(self._folder, tensors)
        self._check_output_layer(contents, tensors)
        return contents

    def _check_output_layer(self, contents: Contents, tensors: dict[str, StoredTensor]) -> None:
        """Raise ModelError when there is an output layer that is not the token embedding.

        whisper.cpp has none of its own; a file may hold the embedding twice.
        """
        from saykey.models.formats.tensor_names import OUTPUT

        embedding = contents.tensors["decoder.token_embedding.weight"]
        for name in OUTPUT:
            output = tensors.get(name)
            if output is not None and not self._same(output, embedding):
                raise ModelError(
                    f"has an output layer of its own ({name}), which whisper.cpp cannot run"
                )

    def _same(self, one: StoredTensor, other: StoredTensor) -> bool:
        return (one.shape, one.format) == (other.shape, other.format) and all(
            self.read(one, at, size) == self.read(other, at, size)
            for at in range(0, one.size, _CHUNK)
            if (size := min(_CHUNK, one.size - at))
        )


@contextmanager
def opened(path: Path) -> Iterator[OpenModel]:
    """The model at this path, open while the block lasts. Of its files the kind is known.

    Raises ModelError, beginning with the path, for what is no model by its first bytes.
    """
    with ExitStack() as files:
        yield _folder(path, files) if path.is_dir() else _file(path, files)


def _file(path: Path, files: ExitStack) -> OpenModel:
    file = files.enter_context(open_regular(path))
    with named(path):
        kind = kind_of(read_at(file, 0, min(START, size_of(file))))
    return OpenModel(path, kind, (file,), path.parent)


def _folder(path: Path, files: ExitStack) -> OpenModel:
    from saykey.models.formats.huggingface import weight_files

    parts = tuple(files.enter_context(open_regular(part)) for part in weight_files(path))
    return OpenModel(path, Kind.SAFETENSORS, parts, path)
