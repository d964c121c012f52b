"""Layout tables: which strokes type a character on a host of some system and layout.

The tables are data (``keyboard/data``). ``index.json`` names a file for each system and layout, so
that systems on which a layout is the same share one. In a table each character, or grapheme, has
its strokes, separated by spaces: a stroke is a usage of HID page 0x07 in hexadecimal, after the
modifiers that are held, such as ``"04"``, ``"Shift+1e"``, ``"AltGr+34 08"`` (a dead key, then a
letter).
"""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from saykey.errors import LayoutError
from saykey.flow import Stroke

MODIFIERS: Mapping[str, int] = {
    "Ctrl": 0x01,
    "Shift": 0x02,
    "Alt": 0x04,
    "AltGr": 0x40,
}
"""Bits of the boot report's first byte (HID 1.11, appendix B.1); AltGr is the right Alt key."""


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """What one layout types: NFC graphemes to the strokes that type them.

    ``origin`` and ``licence`` say where the table comes from.
    """

    os: str
    name: str
    title: str
    origin: str
    licence: str
    strokes: Mapping[str, tuple[Stroke, ...]]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    layout: str
    title: str
    origin: str
    licence: str
    characters: dict[str, str]


def layout_names(os: str) -> tuple[str, ...]:
    """The layouts known for "linux", "windows" or "macos", sorted. Raises LayoutError."""
    return tuple(sorted(_tables_of(os)))


def load_layout(os: str, name: str) -> Layout:
    """The table of a layout on a system. Raises LayoutError with the nearest known names."""
    tables = _tables_of(os)
    if name not in tables:
        raise LayoutError(_unknown(f"keyboard layout {name!r} on {os}", name, tables))
    table = msgspec.json.decode(_read(tables[name]), type=_Table)
    strokes = {
        character: tuple(parse_stroke(stroke) for stroke in written.split())
        for character, written in table.characters.items()
    }
    return Layout(os, name, table.title, table.origin, table.licence, strokes)


def parse_stroke(written: str) -> Stroke:
    """A stroke from its written form: ``parse_stroke("Shift+1e") == Stroke(0x1e, 0x02)``."""
    *held, usage = written.split("+")
    modifiers = 0
    for name in held:
        modifiers |= MODIFIERS[name]
    return Stroke(int(usage, 16), modifiers)


def _tables_of(os: str) -> dict[str, str]:
    index = msgspec.json.decode(_read("index.json"), type=dict[str, dict[str, str]])
    if os not in index:
        raise LayoutError(_unknown(f"system {os!r}", os, index))
    return index[os]


def _unknown(what: str, wanted: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(wanted.lower(), known, n=3, cutoff=0.4)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"No table is known for {what}.{hint} Known: {', '.join(sorted(known))}."


def _read(name: str) -> bytes:
    return (files("saykey.keyboard") / "data" / name).read_bytes()
