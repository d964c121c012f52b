"""Builds the tables of Windows and macOS from facts about those systems; nothing is guessed.

The characters that keys show come from dumps of real hosts, or from xkeyboard-config's variants for
Macintosh keyboards. data/host_keys.toml says which keys are dead, and what those compose.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from layouts.linux import Reading, can_be_entry
from layouts.sources import facts, toml_facts
from saykey.keyboard.tables import KEYS, NOTHING

VSCODE = "vscode_keyboards.json"
HAND_WRITTEN = "host_keys.toml"

MAY_BE_DEAD = frozenset("^`´¨~¯¸°ˆ˜˘ˇ˙˚˛˝'\"")  # noqa: RUF001 - they look alike
"""What dead keys show. In a dump of Windows, dead keys and keys that type the mark look alike."""

SWAPPED = {0x35: 0x64, 0x64: 0x35}
"""The key left of 1 and the ISO key left of Z: macOS swaps them, depending on the keyboard type."""


@dataclass(frozen=True, slots=True)
class Host:
    """A layout of Windows or macOS: rows by chord and dead keys by stroke, as in the tables.

    ``composes`` maps each accent to its pairs of base and result, as one text.
    """

    os: str
    name: str
    title: str
    origin: str
    levels: dict[str, list[str]]
    dead: dict[str, str]
    composes: dict[str, str]


def all_hosts(readings: Mapping[str, Reading], titles: Mapping[str, str]) -> Iterator[Host]:
    """Every layout of Windows and macOS for which there are facts.

    ``readings`` and ``titles`` are xkeyboard-config's, by the names of layouts. Raises ValueError
    if facts contradict each other, or if no fact says whether a mark is dead or plain.
    """
    for os, layouts in facts(VSCODE)["layouts"].items():
        for name, layout in layouts.items():
            yield _dumped(os, name, layout)
    for name, known in toml_facts(HAND_WRITTEN)["macos"]["layouts"].items():
        if "variant" in known:
            yield _variant(name, known, readings[known["variant"]], titles[known["variant"]])


def origins(xkb_data: str) -> dict[str, dict[str, str]]:
    """The origin and the licence for each value of ``Host.origin``."""
    dumped, licence = (facts(VSCODE)[key] for key in ("origin", "licence"))
    own = "dead keys and compositions by the Saykey authors"
    return {
        "windows": {"origin": f"{dumped}; {own}", "licence": licence},
        "macos": {"origin": f"{dumped}; compositions by the Saykey authors", "licence": licence},
        "macos-variant": {
            "origin": f"xkeyboard-config {xkb_data}, variants for Macintosh; {own}",
            "licence": "MIT and X11 (xkeyboard-config)",
        },
    }


def compositions(hosts: Iterable[Host]) -> dict[str, str]:
    """What dead keys of these hosts compose, by the names that ``composition_of`` gives."""
    return {
        composition_of(host, accent): host.composes[accent]
        for host in hosts
        for accent in host.dead.values()
    }


def composition_of(host: Host, accent: str) -> str:
    """The name of an accent's compositions; layouts of a system with the usual ones share it."""
    usual = _composes(host.os, "").get(accent)
    where = host.os if host.composes[accent] == usual else f"{host.os} {host.name}"
    return f"{where} {accent}"


def _dumped(os: str, name: str, layout: dict) -> Host:
    known = toml_facts(HAND_WRITTEN)[os]["layouts"].get(name, {})
    levels = {chord: list("".join(row)) for chord, row in layout["rows"].items()}
    dead = known.get("dead", {}) if os == "windows" else layout["dead"]
    if os == "windows":
        _check_marks(f"{os} {name}", levels, known)
    return _finished(Host(os, name, layout["title"], os, levels, dead, _composes(os, name)))


def _variant(name: str, known: dict, reading: Reading, title: str) -> Host:
    """A layout of macOS from xkeyboard-config, with the keys of SWAPPED exchanged.

    xkeyboard-config numbers the keys of an ISO keyboard. macOS treats a keyboard of country code 0
    as an ANSI keyboard.
    """
    levels = {}
    for chord in ("", "Shift", "AltGr", "Shift+AltGr"):
        shown = reading.levels.get(chord, [NOTHING] * len(KEYS))
        levels[chord] = [shown[KEYS.index(SWAPPED.get(usage, usage))] for usage in KEYS]
        trusted = {*known.get("shared", ())}
        for place, usage in enumerate(KEYS):
            stroke = _stroke(chord, usage)
            if stroke in known.get("without", ()) or ("AltGr" in chord and stroke not in trusted):
                levels[chord][place] = NOTHING
    for stroke, character in known.get("keys", {}).items():
        _set(levels, stroke, character)
    _check_marks(f"macos {name}", levels, known)
    composes = _composes("macos", name)
    return _finished(Host("macos", name, title, "macos-variant", levels, known["dead"], composes))


def _finished(host: Host) -> Host:
    """The host with rows that hold neither dead keys nor what no table can hold."""
    levels = host.levels
    for stroke, accent in host.dead.items():
        if (shown := _get(levels, stroke)) not in {accent, NOTHING}:
            raise ValueError(f"{host.os} {host.name}: {stroke} shows {shown}, not a dead {accent}")
        _set(levels, stroke, NOTHING)
    for row in levels.values():
        row[:] = [character if can_be_entry(character) else NOTHING for character in row]
    used = [(stroke, accent) for stroke, accent in host.dead.items() if host.composes.get(accent)]
    # The first stroke for an accent is used, so keys that macOS swaps come last.
    used.sort(key=lambda dead: _is_swapped(dead[0]))
    host = replace(host, dead=dict(used))
    if host.os == "macos":
        _avoid_swapped_keys(host)
    return host


def _check_marks(layout: str, levels: dict[str, list[str]], known: dict) -> None:
    told = {*known.get("dead", ()), *known.get("plain_strokes", ())}
    for chord, row in levels.items():
        for usage, character in zip(KEYS, row, strict=True):
            stroke = _stroke(chord, usage)
            if character in MAY_BE_DEAD - {*known.get("plain", "")} and stroke not in told:
                raise ValueError(f"{layout}: is {stroke} {character} dead? {HAND_WRITTEN} lacks it")


def _avoid_swapped_keys(host: Host) -> None:
    """Do not use the keys that macOS swaps if other keys type the same."""
    typed = {
        _stroke(chord, usage): character
        for chord, row in host.levels.items()
        for usage, character in zip(KEYS, row, strict=True)
    }
    accents = {
        stroke: accent for stroke, accent in host.dead.items() if host.composes[accent][0] == " "
    }
    elsewhere = {shown for stroke, shown in (typed | accents).items() if not _is_swapped(stroke)}
    for stroke, character in typed.items():
        if _is_swapped(stroke) and character in elsewhere:
            _set(host.levels, stroke, NOTHING)


def _is_swapped(stroke: str) -> bool:
    return int(stroke.rpartition("+")[2], 16) in SWAPPED


def _composes(os: str, name: str) -> dict[str, str]:
    """For each accent its pairs of base and result, a space and the accent first."""
    general = toml_facts(HAND_WRITTEN)[os]
    known = general["layouts"].get(name, {})
    letters = general["composes"] | known.get("composes", {})
    spaces = known.get("spaces", general["spaces"])
    return {
        accent: (f" {accent}" if accent in spaces else "")
        + "".join(unicodedata.normalize("NFD", letter)[0] + letter for letter in composed)
        for accent, composed in letters.items()
        if accent not in known.get("unsure", "")
    }


def _stroke(chord: str, usage: int) -> str:
    return f"{chord}+{usage:02x}" if chord else f"{usage:02x}"


def _place(stroke: str) -> tuple[str, int]:
    chord, _, usage = stroke.rpartition("+")
    return chord, KEYS.index(int(usage, 16))


def _get(levels: dict[str, list[str]], stroke: str) -> str:
    chord, place = _place(stroke)
    return levels[chord][place] if chord in levels else NOTHING


def _set(levels: dict[str, list[str]], stroke: str, character: str) -> None:
    chord, place = _place(stroke)
    levels.setdefault(chord, [NOTHING] * len(KEYS))[place] = character
