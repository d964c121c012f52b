"""Asterisk's sounds: a list of texts such as core-sounds-en.txt, and a folder of recordings.

A line of the list is the name of a recording, a colon and its text; a semicolon begins a comment.
Square brackets describe what is not speech, such as [ascending tones].
"""

import re
from collections.abc import Iterator
from pathlib import Path

from saykey.measure.datasets.item import AUDIO_SUFFIXES, Dataset, Item, LeftOut, gathered, stem
from saykey.measure.datasets.texts import line_name, lines_of

_NO_SPEECH = re.compile(r"\[[^\]]*\]")


def read(texts: Path, folder: Path) -> Dataset:
    """The recordings of this folder that the list ``texts`` names. Raises DatasetError."""
    return gathered("Asterisk", _found(texts, folder))


def _found(texts: Path, folder: Path) -> Iterator[Item | LeftOut]:
    sounds: dict[str, list[Path]] = {}
    for path in folder.rglob("*"):
        if path.suffix.lower() in AUDIO_SUFFIXES:
            sounds.setdefault(stem(path.relative_to(folder)), []).append(path)
    lines, left_out = lines_of(texts)
    yield from left_out
    listed = set()
    for number, line in lines:
        if not line.strip() or line.startswith(";"):
            continue
        name, colon, text = line.partition(":")
        if not colon:
            yield LeftOut(line_name(texts, number), "no colon behind the name: write NAME: text")
            continue
        listed.add(name.strip())
        for sound in sounds.get(name.strip(), [folder / f"{name.strip()}.g722"]):
            yield Item(name.strip(), sound, _NO_SPEECH.sub("", text).strip())
    for name in sounds.keys() - listed:
        yield LeftOut(name, f"no transcript: add a line for it to {texts.name}")
