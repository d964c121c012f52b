"""A folder of recordings, each with a text file of the same name: a.wav and a.txt."""

from collections.abc import Iterator
from pathlib import Path

from saykey.measure.datasets.item import AUDIO_SUFFIXES, Dataset, Item, LeftOut, gathered, stem
from saykey.measure.datasets.texts import text_of


def read(folder: Path) -> Dataset:
    """The recordings below this folder, and the texts beside them. Raises DatasetError."""
    return gathered("folder", _found(folder))


def _found(folder: Path) -> Iterator[Item | LeftOut]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    sounds = {path for path in files if path.suffix.lower() in AUDIO_SUFFIXES}
    with_sound = {path.with_suffix("") for path in sounds}
    for sound in sounds:
        yield _item(folder, sound)
    for path in files:
        if path.suffix == ".txt" and path.with_suffix("") not in with_sound:
            name = str(path.relative_to(folder))
            yield LeftOut(name, "no recording has this name: put one beside it")


def _item(folder: Path, sound: Path) -> Item | LeftOut:
    name = stem(sound.relative_to(folder))
    beside = sound.with_suffix(".txt")
    try:
        return Item(name, sound, text_of(beside))
    except FileNotFoundError:
        reason = f"no transcript: write what is said to {beside.name}"
    except UnicodeDecodeError:
        reason = f"{beside.name} is not UTF-8: save it as UTF-8"
    except OSError as error:
        reason = f"{beside.name} cannot be read: {error.strerror}"
    return LeftOut(str(sound.relative_to(folder)), reason)
