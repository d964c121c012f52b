"""Pure state of the parts of the device that are missing: button, light, display, ways to hosts."""

from dataclasses import dataclass
from typing import assert_never

from saykey.events import PartEvent, PartFound, PartMissing

BUTTON, LIGHT, DISPLAY = "button", "light", "display"
"""Names of parts. The way to a host has the name `way_to` gives it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that cannot be used now; ``reason`` says what the user should do."""

    part: str
    reason: str


_HOST = "host "


def way_to(host: str) -> str:
    """The name of the part that is the way to this host."""
    return _HOST + host


def in_use(missing: tuple[Missing, ...], hosts: frozenset[str]) -> tuple[Missing, ...]:
    """What is missing of the parts that are in use: of the ways to hosts, those to these ones."""
    return tuple(
        each
        for each in missing
        if not each.part.startswith(_HOST) or each.part.removeprefix(_HOST) in hosts
    )


def told(missing: tuple[Missing, ...], event: PartEvent) -> tuple[Missing, ...]:
    """What is missing after this event; each part stands there once, the latest to go last."""
    others = tuple(each for each in missing if each.part != event.part)
    match event:
        case PartMissing(part, reason):
            return (*others, Missing(part, reason))
        case PartFound():
            return others
        case _:
            assert_never(event)
