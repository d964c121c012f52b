"""Reads the files beside a model's weights: its vocabulary and other JSON files."""

import json
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.contents import ENGLISH_VOCABULARY
from saykey.models.formats.file_io import named, open_regular, read_at, read_whole, size_of
from saykey.models.formats.tensors import Dimensions
from saykey.models.formats.tokens import ordered, text_tokens

_BUNDLED = Path(__file__).parents[2] / "data" / "models" / "tiny.en-short.bin"
"""Its vocabulary is GPT-2's, which all English-only models have."""

_LARGEST_TEXT = 32 << 20
"""The most bytes of a JSON file. Whisper's tokenizer.json has 2.5 MB."""


def vocabulary_beside(folder: Path, size: Dimensions) -> tuple[bytes, ...]:
    """The text tokens from tokenizer.json or vocab.json.

    Without either file, English-only models get GPT-2's. A tokenizer-SIZE.json, as beside candle's
    files, is used if it is the only one. Otherwise raises ModelError that says what to put there.
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
            return ggml.read(memoryview(read_whole(file))).vocabulary
    raise ModelError(
        "comes without its vocabulary; put the tokenizer.json or vocab.json of the same model "
        "beside it"
    )


def _numbers(table: dict[str, object], *, whole: bool) -> dict[str, int]:
    """The number of each token; a tokenizer.json has {"model": {"vocab": {token: number}}}."""
    model = table.get("model")
    vocabulary = table if whole else model.get("vocab") if isinstance(model, dict) else None
    entries = vocabulary.items() if isinstance(vocabulary, dict) else ()
    numbers = {token: number for token, number in entries if type(number) is int}
    if not numbers or len(numbers) != len(entries):
        raise ModelError("holds no vocabulary; get the file of the same model again")
    return numbers


def json_of(path: Path) -> dict[str, object]:
    """Read the object in a JSON file. Raises ModelError, beginning with the path."""
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
