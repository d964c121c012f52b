"""Tables of Windows and macOS, from facts about those systems: nothing here is guessed."""

from collections.abc import Iterator
from dataclasses import dataclass

from layouts.sources import facts
from saykey.keyboard.tables import KEYS, NOTHING

VSCODE = "vscode_keyboards.json"


@dataclass(frozen=True, slots=True)
class Host:
    """A layout of Windows or macOS: rows by chord, as in the tables.

    The dumps say which keys are dead, not what they compose: those keys type nothing here.
    """

    os: str
    name: str
    title: str
    origin: str
    levels: dict[str, str]


def all_hosts() -> Iterator[Host]:
    """Every layout of Windows and macOS that facts are there for."""
    layouts = facts(VSCODE)["layouts"]
    for name, layout in layouts["windows"].items():
        yield _host("windows", name, layout)
    for name, layout in layouts["macos"].items():
        yield _host("macos", name, layout)


def origins() -> dict[str, dict[str, str]]:
    """What ``Host.origin`` stands for."""
    dumped = {key: facts(VSCODE)[key] for key in ("origin", "licence")}
    return {"windows-dump": dumped, "macos-dump": dumped}


def _host(os: str, name: str, layout: dict) -> Host:
    levels = {}
    for chord, row in layout["rows"].items():
        shown = "".join(row).ljust(len(KEYS), NOTHING)
        marks = layout["dead"].get(chord, "")
        if missing := set(marks) - set(shown):
            raise ValueError(f"{os} {name}: no key of level {chord!r} shows {missing}")
        levels[chord] = "".join(NOTHING if mark in marks else mark for mark in shown)
    return Host(os, name, layout["title"], f"{os}-dump", levels)
