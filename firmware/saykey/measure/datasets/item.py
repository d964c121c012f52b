"""The recordings of a dataset, and the rules for all forms of datasets."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from saykey.errors import SaykeyError


class DatasetError(SaykeyError):
    """A dataset cannot be read, or nothing of it can be used."""


@dataclass(frozen=True, slots=True)
class Item:
    """A recording. ``text`` is what is said in it; "" if nothing is said.

    ``name`` identifies it within the dataset.
    """

    name: str
    audio: Path
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A part of the dataset that cannot be used. ``reason`` says in one line what to do."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """The recordings of a dataset in the order of their names, and what was left out."""

    form: str
    items: tuple[Item, ...]
    left_out: tuple[LeftOut, ...] = ()


AUDIO_SUFFIXES = {
    *(".wav", ".flac", ".ogg", ".oga", ".opus", ".mp3", ".aif", ".aiff", ".au"),
    *(".m4a", ".mp4", ".webm", ".aac", ".g722"),
}
"""The files of a folder that are taken for recordings."""


def gathered(form: str, found: Iterable[Item | LeftOut]) -> Dataset:
    """The dataset of these items. Items without audio, and of a name that is taken, are left out.

    Raises DatasetError if no item is left.
    """
    items: dict[str, Item] = {}
    left_out: list[LeftOut] = []
    for each in sorted(found, key=_order):
        if isinstance(each, LeftOut):
            left_out.append(each)
        elif not each.audio.is_file():
            left_out.append(LeftOut(each.name, f"{each.audio} is missing: put the recording there"))
        elif each.name in items:
            other = items[each.name].audio.name
            reason = f"{each.audio.name} has the name of {other}: rename one of them"
            left_out.append(LeftOut(each.name, reason))
        else:
            items[each.name] = each
    if not items:
        raise DatasetError(_none_usable(form, left_out))
    return Dataset(form, tuple(items.values()), tuple(left_out))


def stem(path: Path) -> str:
    """The path without the suffix of the file."""
    return str(path).removesuffix(path.suffix)


def _order(each: Item | LeftOut) -> tuple[str, str]:
    return each.name, each.audio.name if isinstance(each, Item) else ""


def _none_usable(form: str, left_out: list[LeftOut]) -> str:
    if not left_out:
        return f"there is no recording in this dataset ({form}); see `saykey eval --help`"
    first = left_out[0]
    return (
        f"no recording of this dataset ({form}) can be used, {len(left_out)} are left out; "
        f"the first is {first.name}: {first.reason}"
    )
