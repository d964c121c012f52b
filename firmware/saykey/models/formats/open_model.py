"""Opens a model once. All code that needs the model shares its open files and their contents."""

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

    ``path`` names it in messages. Files that complete it, such as a tokenizer, are looked for
    beside ``path``. ``files`` are numbered by StoredTensor.part. Each property reads the files when
    it is first used, and only once; the facts of a ggml file need its header only. Each raises
    ModelError, beginning with the path, for anything that is not a complete Whisper model.
    """

    def __init__(self, path: Path, kind: Kind, files: tuple[FileIO, ...], folder: Path) -> None:
        self.path = path
        self.kind = kind
        self.files = files
        self._folder = folder

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder of files, which whisper.cpp cannot load unconverted."""
        return self._folder == self.path

    @cached_property
    def facts(self) -> ModelFacts:
        """Its facts as a file for whisper.cpp, after conversion where it needs one."""
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
        """Its description of itself; empty for ggml, whose files have no room for one."""
        return Notes() if self.kind is Kind.GGML else self.contents.notes

    @cached_property
    def contents(self) -> Contents:
        """Its parts, and the positions of its tensors."""
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
        """Read ``size`` bytes of a tensor, from ``begin`` in its data.

        Raises ModelError when the file ends before.
        """
        return read_at(self.files[tensor.part], tensor.begin + begin, size)

    # the readers of other formats are imported here, because most models do not need them

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
        """Raise ModelError when there is an output layer that differs from the token embedding.

        whisper.cpp uses the embedding as output layer. A file may hold the embedding twice.
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
    """Open the model at this path for the duration of the block, and detect its kind.

    Raises ModelError, beginning with the path, when its first bytes are not those of a model.
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
