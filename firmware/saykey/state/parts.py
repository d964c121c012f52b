"""State of the device's missing parts: button, LED, display and host connections. Pure."""

from dataclasses import dataclass
from typing import assert_never

from saykey.events import PartEvent, PartFound, PartMissing

BUTTON, LIGHT, DISPLAY = "button", "light", "display"
"""Names of parts. `way_to` returns the name of a host's connection."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that cannot be used now. ``reason`` says what the user should do."""

    part: str
    reason: str


_HOST = "host "


def way_to(host: str) -> str:
    """The name of the part that is the connection to this host."""
    return _HOST + host


def in_use(missing: tuple[Missing, ...], hosts: frozenset[str]) -> tuple[Missing, ...]:
    """The missing parts that are in use. Of the host connections, only those to these hosts."""
    return tuple(
        each
        for each in missing
        if not each.part.startswith(_HOST) or each.part.removeprefix(_HOST) in hosts
    )


def told(missing: tuple[Missing, ...], event: PartEvent) -> tuple[Missing, ...]:
    """The missing parts after this event: each part once, the latest at the end."""
    others = tuple(each for each in missing if each.part != event.part)
    match event:
        case PartMissing(part, reason):
            return (*others, Missing(part, reason))
        case PartFound():
            return others
        case _:
            assert_never(event)
