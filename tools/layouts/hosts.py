"""Tables of Windows and macOS, from facts about those systems: nothing here is guessed.

Which characters keys show is dumped from real hosts, or that of an xkeyboard-config variant for
Macintosh keyboards. Which of them are dead, and what those compose, stands in data/host_keys.toml.
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
"""What dead keys show. A dump of Windows does not tell a dead key from one that types its mark."""

SWAPPED = {0x35: 0x64, 0x64: 0x35}
"""The key left of 1 and the ISO key left of Z: macOS takes one for the other by keyboard type."""


@dataclass(frozen=True, slots=True)
class Host:
    """A layout of Windows or macOS: rows by chord and dead keys by stroke, as in the tables.

    ``composes`` has for each accent its pairs of base and result, as one text.
    """

    os: str
    name: str
    title: str
    origin: str
    levels: dict[str, list[str]]
    dead: dict[str, str]
    composes: dict[str, str]


def all_hosts(readings: Mapping[str, Reading], titles: Mapping[str, str]) -> Iterator[Host]:
    """Every layout of Windows and macOS that facts are there for.

    ``readings`` and ``titles`` are xkeyboard-config's, by the names of layouts. Raises ValueError
    where facts contradict each other, or a mark is not said to be dead or plain.
    """
    for os, layouts in facts(VSCODE)["layouts"].items():
        for name, layout in layouts.items():
            yield _dumped(os, name, layout)
    for name, known in toml_facts(HAND_WRITTEN)["macos"]["layouts"].items():
        if "variant" in known:
            yield _variant(name, known, readings[known["variant"]], titles[known["variant"]])


def origins(xkb_data: str) -> dict[str, dict[str, str]]:
    """What ``Host.origin`` stands for."""
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
    """What dead keys of these hosts compose, by the names in ``composition_of``."""
    return {
        composition_of(host, accent): host.composes[accent]
        for host in hosts
        for accent in host.dead.values()
    }


def composition_of(host: Host, accent: str) -> str:
    """The name of what an accent composes: one for all layouts of a system where it is usual."""
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
    """A layout of macOS as xkeyboard-config has it, the keys that ISO keyboards swap changed over.

    xkeyboard-config numbers keys by an ISO keyboard. macOS takes a keyboard of country code 0 for
    an ANSI one.
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
    """With the dead keys taken out of the rows, and what no table can hold."""
    levels = host.levels
    for stroke, accent in host.dead.items():
        if (shown := _get(levels, stroke)) not in {accent, NOTHING}:
            raise ValueError(f"{host.os} {host.name}: {stroke} shows {shown}, not a dead {accent}")
        _set(levels, stroke, NOTHING)
    for row in levels.values():
        row[:] = [character if can_be_entry(character) else NOTHING for character in row]
    used = [(stroke, accent) for stroke, accent in host.dead.items() if host.composes.get(accent)]
    # The first stroke for an accent is taken.
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
                raise ValueError(f"{layout}: is {stroke} {character} dead? {HAND_WRITTEN} says not")


def _avoid_swapped_keys(host: Host) -> None:
    """Leave the keys that macOS swaps where other keys type the same."""
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
