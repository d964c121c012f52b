"""Finds out which form a dataset has, and reads it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from saykey.measure.datasets import asterisk, audiofolder, common_voice, folder, librispeech
from saykey.measure.datasets.item import Dataset, DatasetError


def read(path: Path, transcripts: Path | None = None) -> Dataset:
    """The dataset at this path: a folder, or a table of Common Voice.

    ``transcripts`` is a list in Asterisk's form for the recordings of the folder. Raises
    DatasetError if it cannot be read, or if nothing of it can be used.
    """
    if not path.exists():
        raise DatasetError(f"{path} does not exist: name a folder of recordings")
    if transcripts is not None:
        return asterisk.read(transcripts, path)
    if path.is_file():
        if path.suffix != ".tsv":
            raise DatasetError(f"{path} is a file: name a folder, or a table of Common Voice")
        return common_voice.read(path)
    if audiofolder.lists_in(path):
        return audiofolder.read(path)
    if (path / common_voice.CLIPS).is_dir():
        return common_voice.read(common_voice.table_in(path))
    if _has_any(path.rglob(librispeech.LISTS)):
        return librispeech.read(path)
    return folder.read(path)


def _has_any(found: Iterator[Path]) -> bool:
    return next(found, None) is not None


def limited(dataset: Dataset, most: int) -> Dataset:
    """At most so many items, evenly spread over the dataset; the others are not mentioned."""
    count = len(dataset.items)
    if most >= count:
        return dataset
    chosen = tuple(dataset.items[number * count // most] for number in range(most))
    return replace(dataset, items=chosen)
