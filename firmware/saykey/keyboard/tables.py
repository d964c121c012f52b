"""The file of all layout tables, ``data/layouts.json.xz``, made by ``tools/layouts``.

Lines of JSON: the first with what each kind of dead key composes, then one for each layout. A
layout's line shows what each key types at each level, so a table is read as one looks at a
keyboard. xz checks what it unpacks: a damaged file is refused.
"""

import lzma
from importlib.resources import files
from typing import TypeVar

import msgspec

from saykey.errors import LayoutError

_Line = TypeVar("_Line")
_FILE = "layouts.json.xz"

KEYS = bytes(
    (
        *range(0x1E, 0x28), 0x2D, 0x2E,  # 1 to 0 - =
        0x14, 0x1A, 0x08, 0x15, 0x17, 0x1C, 0x18, 0x0C, 0x12, 0x13, 0x2F, 0x30, 0x31,  # q to \
        0x04, 0x16, 0x07, 0x09, 0x0A, 0x0B, 0x0D, 0x0E, 0x0F, 0x33, 0x34,  # a to '
        0x1D, 0x1B, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38,  # z to /
        0x2C, 0x35, 0x64, 0x87, 0x89,  # space, `, the ISO key left of Z, Ro, Yen
    )
)  # fmt: skip
"""Usages of the keys that type text, HID page 0x07, in the order of a table's rows.

The first that types a character is taken: those that not every keyboard has, or not every host
agrees on, come last.
"""

NOTHING = "\ufffd"
"""Stands in a row for a key that types nothing by itself, or nothing that a table should use."""


class LayoutSummary(msgspec.Struct, frozen=True):
    """A layout as lists show it.

    ``ascii`` of the 95 printable characters of ASCII can be typed, and ``letters`` of the
    ``letters_of`` letters of the ``language`` (a code of CLDR; "" for none known).
    """

    os: str
    name: str
    title: str
    language: str
    ascii: int
    letters: int
    letters_of: int
    tried: bool


class Row(LayoutSummary, frozen=True):
    """A layout's line in the file. ``origin`` is one of the head's.

    ``levels`` maps a chord to what each of KEYS types while it is held, ``dead`` a stroke to the
    name of the compositions it starts; ``without`` are results of compositions to leave out.
    """

    caps: str
    origin: str
    levels: dict[str, str]
    dead: dict[str, str] = {}
    without: str = ""


class Origin(msgspec.Struct, frozen=True):
    """Where a group of tables comes from."""

    origin: str
    licence: str


class Head(msgspec.Struct, frozen=True):
    """The first line: pairs of base and result for each kind of dead key, and where from."""

    compositions: dict[str, str]
    origins: dict[str, Origin]
    xkb_data: str


def unpacked() -> bytes:
    """The file's lines. Raises LayoutError if it is damaged."""
    try:
        return lzma.decompress((files("saykey.keyboard") / "data" / _FILE).read_bytes())
    except (lzma.LZMAError, EOFError, OSError) as error:
        raise _damaged() from error


def decoded(line: bytes, kind: type[_Line]) -> _Line:
    """What a line holds. Raises LayoutError if that is not what this version reads."""
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise _damaged() from error


def _damaged() -> LayoutError:
    return LayoutError(f"The keyboard layout tables ({_FILE}) are damaged: install saykey anew.")
