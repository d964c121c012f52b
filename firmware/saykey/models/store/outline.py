"""What a model file tells before anybody reads all of it: enough to plan with."""

from dataclasses import dataclass
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.detect import START, Kind
from saykey.models.formats.files import kind_in, named, open_regular, read_at, size_of
from saykey.models.formats.tensors import Dimensions
from saykey.models.store.memory import need

_LARGE = 1280, 32
"""Width and layers of Whisper large: what a file that tells no dimensions is taken for."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The sizes of a model, and how many bytes it has as a file for whisper.cpp."""

    size: int
    dimensions: Dimensions

    @property
    def need(self) -> int:
        """Bytes a worker with this model has at its peak."""
        told = self.dimensions
        return need(self.size, told.state, max(told.encoder_layers, told.decoder_layers))


def outline(path: Path) -> Outline:
    """The outline of a ggml or GGUF file. Raises ModelError, beginning with the path.

    Of ggml the header alone is read: what it tells may be all there is.
    """
    with open_regular(path) as file, named(path):
        size = size_of(file)
        if kind_in(file) is Kind.GGML:
            return Outline(size, ggml.dimensions_in(read_at(file, 0, min(START, size))))
    # only few models need what reads them
    from saykey.models.formats.open_model import opened
    from saykey.models.formats.packing import packed_size

    with opened(path) as source:
        return Outline(packed_size(source.contents), source.contents.dimensions)


def need_of(model: Path) -> int:
    """Bytes a worker with this model needs. Raises OSError.

    A file that does not tell is taken for a large model: whoever loads it will say what is wrong.
    """
    try:
        return outline(model).need
    except ModelError:
        return need(model.stat().st_size, *_LARGE)
