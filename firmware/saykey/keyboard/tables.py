"""Reads the file of all layout tables, ``data/layouts.json.xz``, made by ``tools/layouts``.

The file holds lines of JSON. The first line says what each kind of dead key composes; each other
line is one layout. A layout's line gives the character of each key at each level, in the order of
the keys on a keyboard. xz verifies a checksum when it unpacks, so a damaged file is refused.
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

The first key that types a character is used. Keys that some keyboards lack, or that hosts do not
agree on, come last.
"""

NOTHING = "\ufffd"
"""Marks a key in a row that types nothing by itself, or nothing that a table should use."""


class LayoutSummary(msgspec.Struct, frozen=True):
    """A layout as shown in lists.

    ``ascii``: how many of the 95 printable ASCII characters it types. ``letters``: how many of the
    ``letters_of`` letters of ``language`` (a CLDR code; "" if unknown) it types. ``tried``: each
    entry was typed into a host.
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
    """A layout's line in the file. ``origin`` is a key of the head's ``origins``.

    ``levels`` maps a chord to the characters that KEYS type while it is held. ``dead`` maps a
    stroke to the name of its compositions in the head. ``without`` lists results of compositions
    to leave out.
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
    """The first line: pairs of base and result for each kind of dead key, and the origins."""

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
    """A line as a value of this kind. Raises LayoutError if this version cannot read it."""
    try:
        return msgspec.json.decode(line, type=kind)
    except msgspec.DecodeError as error:
        raise _damaged() from error


def _damaged() -> LayoutError:
    return LayoutError(f"The keyboard layout tables ({_FILE}) are damaged: install saykey anew.")
