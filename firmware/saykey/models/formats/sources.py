"""What every format's reader builds on: an open model, its bytes, and what lies beside its file."""

import json
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.contents import ENGLISH_VOCABULARY, Contents
from saykey.models.formats.files import named, open_regular, read_at, size_of
from saykey.models.formats.tensor_names import OUTPUT
from saykey.models.formats.tensors import Dimensions, Stored
from saykey.models.formats.tokens import ordered, text_tokens

_BUNDLED = Path(__file__).parents[2] / "data" / "models" / "saykey-demo.bin"
"""Its vocabulary is that of all English-only models: GPT-2's."""

_LARGEST_TEXT = 32 << 20
"""Bytes of a tokenizer.json; Whisper's has 2.5 MB."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """An open model: its parts, and the files they are read from by Stored.part."""

    contents: Contents
    files: tuple[FileIO, ...] = field(repr=False)

    def read(self, tensor: Stored, begin: int, size: int) -> bytes:
        """Bytes of a tensor, from ``begin`` within its data. Raises ModelError at a file's end."""
        return read_at(self.files[tensor.part], tensor.begin + begin, size)


def check_tied(source: Source, tensors: dict[str, Stored]) -> None:
    """Raise ModelError when there is an output layer that is not the token embedding.

    whisper.cpp has none of its own; a file may hold the embedding twice.
    """
    embedding = source.contents.tensors["decoder.token_embedding.weight"]
    for name in OUTPUT:
        output = tensors.get(name)
        if output is not None and not _same(source, output, embedding):
            raise ModelError(
                f"has an output layer of its own ({name}), which whisper.cpp cannot run"
            )


def _same(source: Source, one: Stored, other: Stored) -> bool:
    return (one.shape, one.format) == (other.shape, other.format) and all(
        source.read(one, at, size) == source.read(other, at, size)
        for at in range(0, one.size, _CHUNK)
        if (size := min(_CHUNK, one.size - at))
    )


def vocabulary_beside(folder: Path, size: Dimensions) -> tuple[bytes, ...]:
    """The tokens of text from tokenizer.json or vocab.json; GPT-2's own for English-only models.

    A tokenizer-SIZE.json, as beside candle's files, will do if it is the only one. Raises
    ModelError that says what to put there.
    """
    several = sorted(folder.glob("tokenizer-*.json"))
    candidates = [folder / "tokenizer.json", folder / "vocab.json", *several[: len(several) == 1]]
    path = next((path for path in candidates if path.exists()), None)
    if path is not None:
        with named(path):
            numbers = _numbers(json_of(path), whole=path.name == "vocab.json")
            return text_tokens(ordered(numbers), size)
    if size.vocabulary == ENGLISH_VOCABULARY:
        with open_regular(_BUNDLED) as file:
            return ggml.read(memoryview(read_at(file, 0, size_of(file)))).vocabulary
    raise ModelError(
        "comes without its vocabulary; put the tokenizer.json or vocab.json of the same model "
        "beside it"
    )


def _numbers(table: dict[str, object], *, whole: bool) -> dict[str, int]:
    """The numbers of tokens; in a tokenizer.json as {"model": {"vocab": {token: number}}}."""
    model = table.get("model")
    vocabulary = table if whole else model.get("vocab") if isinstance(model, dict) else None
    entries = vocabulary.items() if isinstance(vocabulary, dict) else ()
    numbers = {token: number for token, number in entries if type(number) is int}
    if not numbers or len(numbers) != len(entries):
        raise ModelError("holds no vocabulary; get the file of the same model again")
    return numbers


def json_of(path: Path) -> dict[str, object]:
    """The object in a JSON file. Raises ModelError, beginning with the path."""
    with open_regular(path) as file, named(path):
        if size_of(file) > _LARGEST_TEXT:
            raise ModelError("is larger than 32 MB; get the file again")
        try:
            table = json.loads(read_at(file, 0, size_of(file)))
        except (UnicodeDecodeError, ValueError, RecursionError) as error:
            raise ModelError("is not JSON; get the file again") from error
        if not isinstance(table, dict):
            raise ModelError("holds no table; get the file again")
        return table
