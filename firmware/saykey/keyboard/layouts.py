"""Keyboard layouts: the strokes that type each character on a given system and layout."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import msgspec

from saykey.errors import LayoutError
from saykey.flow import Stroke
from saykey.keyboard.layout_search import nearest
from saykey.keyboard.tables import KEYS, NOTHING, Head, LayoutSummary, Row, decoded, unpacked

SYSTEMS = ("linux", "macos", "windows")
"""The host systems for which there are tables."""

MODIFIERS: Mapping[str, int] = {
    "Ctrl": 0x01,
    "Shift": 0x02,
    "Alt": 0x04,
    "AltGr": 0x40,
    "RightCtrl": 0x10,
    "RightShift": 0x20,
    "GUI": 0x08,
    "RightGUI": 0x80,
}
"""Bits of the boot report's first byte (HID 1.11, appendix B.1); AltGr is the right Alt key."""
_MOST_NAMES_TOLD = 40


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A layout: ``strokes`` maps each NFC character it types to the strokes that type it.

    ``origin`` and ``licence`` name the source of the table. ``tried``: each entry was typed into a
    host (for linux: libxkbcommon). ``caps`` is "lock" if the Caps Lock key locks capitals, else
    "other". ``dead_keys`` are strokes that wait for the next one.
    """

    os: str
    name: str
    title: str
    origin: str
    licence: str
    strokes: Mapping[str, tuple[Stroke, ...]]
    tried: bool = False
    caps: str = "lock"
    dead_keys: frozenset[Stroke] = frozenset()


def layout_summaries(os: str) -> tuple[LayoutSummary, ...]:
    """All layouts of a system, sorted by name. Raises LayoutError."""
    _check_system(os)
    start = _start_of_line(os)
    lines = [line for line in unpacked().splitlines() if line.startswith(start)]
    return tuple(sorted((decoded(line, LayoutSummary) for line in lines), key=_name_of))


def layout_names(os: str) -> tuple[str, ...]:
    """The layouts known for "linux", "windows" or "macos", sorted. Raises LayoutError."""
    return tuple(summary.name for summary in layout_summaries(os))


def load_layout(os: str, name: str) -> Layout:
    """The table of a layout, such as "de" or "de+nodeadkeys", on a system.

    Raises LayoutError if there is none, with the nearest known names, or if the tables are damaged.
    """
    _check_system(os)
    lines = unpacked()
    wanted = b"\n" + _start_of_line(os) + b',"name":' + msgspec.json.encode(name) + b","
    at = lines.find(wanted)
    if at < 0:
        raise LayoutError(_no_table(os, name))
    head = decoded(lines[: lines.index(b"\n")], Head)
    row = decoded(lines[at + 1 : lines.index(b"\n", at + 1)], Row)
    return layout_of(row, head)


def layout_of(row: Row, head: Head) -> Layout:
    """The layout that a line of the file describes."""
    strokes = dict(_direct(row))
    dead = {parse_stroke(key): composed for key, composed in row.dead.items()}
    strokes |= _composed(strokes, dead, head.compositions, row.without)
    origin = head.origins[row.origin]
    return Layout(
        row.os,
        row.name,
        row.title,
        origin.origin,
        origin.licence,
        strokes,
        row.tried,
        row.caps,
        frozenset(dead),
    )


def parse_stroke(written: str) -> Stroke:
    """A stroke from its written form: ``parse_stroke("Shift+1e") == Stroke(0x1e, 0x02)``.

    Held keys that are not modifiers are written as their usages, before the key itself.
    """
    *held, usage = written.split("+")
    modifiers = 0
    keys = []
    for name in held:
        if name in MODIFIERS:
            modifiers |= MODIFIERS[name]
        else:
            keys.append(int(name, 16))
    return Stroke(int(usage, 16), modifiers, tuple(keys))


def _direct(row: Row) -> Iterator[tuple[str, tuple[Stroke, ...]]]:
    """Characters of one stroke; a later stroke for the same character replaces an earlier one."""
    for chord, shown in reversed(row.levels.items()):
        held = parse_stroke(f"{chord}+0" if chord else "0")
        for usage, character in zip(reversed(KEYS), reversed(shown), strict=True):
            if character != NOTHING:
                yield character, (Stroke(usage, held.modifiers, held.held),)


def _composed(
    direct: Mapping[str, tuple[Stroke, ...]],
    dead: Mapping[Stroke, str],
    compositions: Mapping[str, str],
    without: str,
) -> dict[str, tuple[Stroke, ...]]:
    """Characters that need a dead key and a base, because no single stroke types them."""
    found: dict[str, tuple[Stroke, ...]] = {}
    for stroke, name in dead.items():
        pairs = compositions[name]
        for base, result in zip(pairs[::2], pairs[1::2], strict=True):
            if base in direct and result not in direct and result not in without:
                found.setdefault(result, (stroke, *direct[base]))
    return found


def _name_of(summary: LayoutSummary) -> str:
    return summary.name


def _start_of_line(os: str) -> bytes:
    return f'{{"os":"{os}"'.encode()


def nearest_layouts(os: str | None, name: str) -> tuple[str, ...]:
    """Up to three layouts that an unknown name may mean; ``os`` None: of any system."""
    every = [summary for system in SYSTEMS for summary in layout_summaries(system)]
    return nearest(name, os, every)


def _check_system(os: str) -> None:
    if os not in SYSTEMS:
        near = difflib.get_close_matches(os.lower(), SYSTEMS, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        known = ", ".join(SYSTEMS)
        raise LayoutError(f"No table is known for system {os!r}.{hint} Known: {known}.")


def _no_table(os: str, name: str) -> str:
    near = " or ".join(nearest_layouts(os, name))
    hint = f" Did you mean {near}?" if near else ""
    known = layout_names(os)
    names = f"Known: {', '.join(known)}."
    if len(known) > _MOST_NAMES_TOLD:
        names = f"`saykey layouts` lists all {len(known)}."
    return f"No table is known for keyboard layout {name!r} on {os}.{hint} {names}"
