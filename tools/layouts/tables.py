"""Builds the rows of the shipped file, and drops entries that a host would not type as written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from layouts.coverage import ASCII, language_of, letters_of, reached
from layouts.hosts import Host, composition_of
from layouts.linux import Named, Reading
from layouts.verify import wrong_entries
from saykey.keyboard.layouts import layout_of, parse_stroke
from saykey.keyboard.tables import KEYS, NOTHING, Head, Row

UNCOMMON_KEYS = KEYS.index(0x64)
"""The index from which KEYS has only keys of ISO, Brazilian and Japanese keyboards."""


ORDINARY_CHORDS = frozenset({"", "Shift", "AltGr", "Shift+AltGr"})


@dataclass(slots=True)
class Tally:
    """How many entries were tried, and which ones were dropped, by layout."""

    entries: int = 0
    dropped: dict[str, list[str]] = field(default_factory=dict)

    @property
    def share(self) -> float:
        """The share of entries that were dropped, 0..1."""
        return sum(map(len, self.dropped.values())) / max(1, self.entries)


def linux_row(
    named: Named, reading: Reading, head: Head, windows: Mapping[str, str], tally: Tally
) -> Row:
    """A linux table; each entry was typed into a host. ``windows`` has chords to prefer."""
    levels = {chord: list(row) for chord, row in reading.levels.items()}
    prefer(levels, windows)
    prefer_common_keys(levels)
    row = Row(
        os="linux",
        name=named.name,
        title=named.title,
        language="",
        ascii=0,
        letters=0,
        letters_of=0,
        tried=True,
        caps=reading.caps,
        origin="linux",
        levels={chord: "".join(shown) for chord, shown in levels.items()},
        dead={key: f"{symbol:x}" for key, symbol in reading.dead.items()},
    )
    tally.entries += len(layout_of(row, head).strokes)
    while wrong := wrong_entries(layout_of(row, head), named):
        tally.dropped.setdefault(named.name, []).extend(wrong)
        row = _without(row, head, wrong)
    language = language_of(named.languages, layout_of(row, head).strokes)
    return _counted(_shortened(replace(row, language=language), head), head)


def host_row(host: Host, linux: Row, head: Head) -> Row:
    """A table of Windows or macOS from its facts; chords that Linux also has are preferred."""
    levels = {chord: list(shown) for chord, shown in host.levels.items()}
    prefer(levels, linux.levels)
    prefer_common_keys(levels)
    row = Row(
        os=host.os,
        name=host.name,
        title=host.title,
        language=linux.language,
        ascii=0,
        letters=0,
        letters_of=0,
        tried=False,
        caps="lock",
        origin=host.origin,
        levels={chord: "".join(shown) for chord, shown in levels.items()},
        dead={stroke: composition_of(host, accent) for stroke, accent in host.dead.items()},
    )
    return _counted(_shortened(row, head), head)


def prefer(levels: dict[str, list[str]], liked: Mapping[str, str]) -> None:
    """Use the chord in ``liked`` if a character has several chords with as many keys held."""
    for chord in (chord for chord in liked if chord in levels):
        alike = [row for other, row in levels.items() if _held_by(other) == _held_by(chord)]
        for place, character in enumerate(liked[chord]):
            if character == NOTHING or levels[chord][place] != character:
                continue
            for row in alike:
                row[:] = [NOTHING if shown == character else shown for shown in row]
            levels[chord][place] = character


def prefer_common_keys(levels: dict[str, list[str]]) -> None:
    """Do not use keys that some keyboards lack if another types the same, alone or with Shift."""
    common = {
        character for chord in ("", "Shift") for character in levels.get(chord, [])[:UNCOMMON_KEYS]
    }
    for row in levels.values():
        row[UNCOMMON_KEYS:] = [
            NOTHING if character in common else character for character in row[UNCOMMON_KEYS:]
        ]


def _held_by(chord: str) -> int:
    return len(chord.split("+")) if chord else 0


def _without(row: Row, head: Head, wrong: list[str]) -> Row:
    strokes = layout_of(row, head).strokes
    levels = {chord: list(shown) for chord, shown in row.levels.items()}
    without = row.without
    for character in wrong:
        if len(strokes[character]) > 1:
            without += character
            continue
        (stroke,) = strokes[character]
        for chord, shown in levels.items():
            held = parse_stroke(f"{chord}+0" if chord else "0")
            if (held.modifiers, held.held) == (stroke.modifiers, stroke.held):
                shown[KEYS.index(stroke.usage)] = NOTHING
    shown = {chord: "".join(row) for chord, row in levels.items()}
    return replace(row, levels=shown, without=without)


def _shortened(row: Row, head: Head) -> Row:
    """The row without levels that add nothing. Ordinary ones stay, as the finder needs them."""
    wanted = layout_of(row, head).strokes
    for chord in [chord for chord in reversed(row.levels) if chord not in ORDINARY_CHORDS]:
        fewer = {other: shown for other, shown in row.levels.items() if other != chord}
        if layout_of(shorter := replace(row, levels=fewer), head).strokes == wanted:
            row = shorter
    return row


def _counted(row: Row, head: Head) -> Row:
    typed = layout_of(row, head).strokes
    letters = letters_of(row.language)
    return replace(
        row,
        ascii=reached(ASCII, typed),
        letters=reached(letters, typed),
        letters_of=len(letters),
    )
