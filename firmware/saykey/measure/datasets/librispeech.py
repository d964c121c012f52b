"""LibriSpeech: a tree of FLAC files with a list of texts, *.trans.txt, in each folder.

A line is the name of a recording, a space and its text (README.TXT of the corpus).
"""

from collections.abc import Iterator
from pathlib import Path

from saykey.measure.datasets.item import Dataset, Item, LeftOut, gathered
from saykey.measure.datasets.texts import line_name, lines_of

LISTS = "*.trans.txt"


def read(folder: Path) -> Dataset:
    """The recordings of all lists below this folder. Raises DatasetError."""
    return gathered("LibriSpeech", _found(folder))


def _found(folder: Path) -> Iterator[Item | LeftOut]:
    listed: set[Path] = set()
    for texts in sorted(folder.rglob(LISTS)):
        lines, left_out = lines_of(texts)
        yield from left_out
        for number, line in lines:
            name, _, text = line.strip().partition(" ")
            if not name:
                continue
            if not text.strip():
                yield LeftOut(line_name(texts, number), f"no text for {name}: write it behind")
                continue
            sound = texts.parent / f"{name}.flac"
            listed.add(sound)
            yield Item(name, sound, text.strip())
    for sound in folder.rglob("*.flac"):
        if sound not in listed:
            yield LeftOut(sound.stem, f"no transcript: add a line for it to a {LISTS}")
