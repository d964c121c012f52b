"""Hugging Face's audiofolder: metadata.csv or metadata.jsonl beside the recordings.

The column file_name is a path relative to the metadata (datasets, docs/source/audio_dataset.mdx).
The text is in the column transcription, text or sentence.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec

from saykey.measure.datasets.item import Dataset, DatasetError, Item, LeftOut, gathered, stem
from saykey.measure.datasets.texts import line_name, lines_of

NAMES = ("metadata.csv", "metadata.jsonl")
TEXT_COLUMNS = ("transcription", "text", "sentence")


def lists_in(folder: Path) -> list[Path]:
    """The metadata files below this folder, sorted."""
    return sorted(path for name in NAMES for path in folder.rglob(name))


def read(folder: Path) -> Dataset:
    """The recordings of all metadata below this folder. Raises DatasetError."""
    return gathered(
        "audiofolder", (each for path in lists_in(folder) for each in _in(folder, path))
    )


def _in(folder: Path, path: Path) -> Iterator[Item | LeftOut]:
    lines, left_out = lines_of(path)
    yield from left_out
    rows = _of_json(path, lines) if path.suffix == ".jsonl" else _of_csv(path, lines)
    for number, row in rows:
        yield row if isinstance(row, LeftOut) else _item(folder, path, number, row)


def _item(folder: Path, path: Path, number: int, row: dict[str, object]) -> Item | LeftOut:
    file = row.get("file_name")
    text = next((row[column] for column in TEXT_COLUMNS if column in row), None)
    if not isinstance(file, str) or not file:
        return LeftOut(line_name(path, number), "no file_name: write the recording's path there")
    if not isinstance(text, str):
        columns = " or ".join(TEXT_COLUMNS)
        return LeftOut(line_name(path, number), f"no text: write it in the column {columns}")
    name = stem(path.parent.relative_to(folder) / file)
    return Item(name, path.parent / file, text.strip())


def _of_csv(
    path: Path, lines: list[tuple[int, str]]
) -> Iterator[tuple[int, dict[str, object] | LeftOut]]:
    """The rows by their column names, with the number of their last line."""
    reader = csv.DictReader(line for _, line in lines)
    try:
        for row in reader:
            number = lines[reader.line_num - 1][0]
            yield number, {key: value for key, value in row.items() if value is not None}
    except csv.Error as error:
        raise DatasetError(f"{path} is no CSV file ({error}): save it as CSV") from error


def _of_json(
    path: Path, lines: list[tuple[int, str]]
) -> Iterator[tuple[int, dict[str, object] | LeftOut]]:
    for number, line in lines:
        if not line.strip():
            continue
        try:
            yield number, msgspec.json.decode(line, type=dict[str, object])
        except msgspec.DecodeError:
            reason = "not a JSON object: write one on each line"
            yield number, LeftOut(line_name(path, number), reason)
