"""Model files opened for packing: whatever their format, their contents and their bytes."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from saykey.models.formats import ggml, gguf, gguf_whisper
from saykey.models.formats.contents import Contents, check_mel_filters
from saykey.models.formats.detect import Kind
from saykey.models.formats.files import kind_in, named, open_regular, read_at, size_of
from saykey.models.formats.huggingface import source_of_file, source_of_folder
from saykey.models.formats.mel import mel_filters
from saykey.models.formats.sources import Source, check_tied, vocabulary_beside
from saykey.models.formats.tensor_names import MEL_FILTERS, recognised


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The model at this path: a ggml, GGUF or safetensors file, or a Hugging Face folder.

    What a GGUF or safetensors file lacks is looked for beside it. Raises ModelError, beginning
    with the path, for whatever is no whole Whisper model.
    """
    with ExitStack() as files:
        yield _source(path, files)


def _source(path: Path, files: ExitStack) -> Source:
    if path.is_dir():
        return source_of_folder(path, files)
    file = files.enter_context(open_regular(path))
    with named(path):
        kind = kind_in(file)
        if kind is Kind.GGML:
            return Source(ggml.read(memoryview(read_at(file, 0, size_of(file)))), (file,))
        return _gguf_source(file, path) if kind is Kind.GGUF else source_of_file(path, file)


def _gguf_source(file: FileIO, path: Path) -> Source:
    size = size_of(file)
    parsed = gguf.parse(read_at(file, 0, min(size, gguf.LARGEST_HEAD)), size)
    dimensions, tensors = recognised(parsed.tensors)
    gguf_whisper.check_says(parsed, dimensions)
    vocabulary = gguf_whisper.vocabulary_in(parsed, dimensions)
    if vocabulary is None:
        vocabulary = vocabulary_beside(path.parent, dimensions)
    stored = parsed.tensors.get(MEL_FILTERS)
    filters = read_at(file, stored.begin, stored.size) if stored else mel_filters(dimensions.mels)
    check_mel_filters(filters)
    notes = gguf_whisper.notes_in(parsed)
    source = Source(Contents(dimensions, filters, vocabulary, tensors, notes), (file,))
    check_tied(source, parsed.tensors)
    return source
