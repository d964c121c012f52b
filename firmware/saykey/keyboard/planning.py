"""Plans pieces with the layout and the profile that each of them brings."""

import asyncio
from collections.abc import Callable

from saykey.flow import Edits, inserted
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.profile import profile_of
from saykey.keyboard.reports import Plan, Planner
from saykey.settings.schema import HostSettings

_LONG_TEXT = 2_000  # characters of ASCII; planning more takes over 20 ms on the slowest boards
_LONG_FOREIGN_TEXT = 200  # where nearly each character may be one not met before

PlannerOf = Callable[[HostSettings], Planner]


def planner_of(host: HostSettings) -> Planner:
    """The planner for a host's layout and profile. Raises LayoutError or UsageError."""
    return Planner(load_layout(host.os, host.layout), profile_of(host))


class Planning:
    """Keeps the planner of the host's profile, and makes a new one when the profile changes."""

    def __init__(self, host: HostSettings, planner_of: PlannerOf) -> None:
        self.planner = planner_of(host)
        self._planner_of = planner_of
        self._host = host

    def use(self, host: HostSettings) -> None:
        """Plan with this profile from now on."""
        if host != self._host:
            self._host, self.planner = host, self._planner_of(host)

    async def plan(self, edits: Edits) -> Plan:
        """Plan all of the edits; a long text is planned in a thread."""
        text = inserted(edits)
        if len(text) > (_LONG_TEXT if text.isascii() else _LONG_FOREIGN_TEXT):
            return await asyncio.to_thread(self.planner.plan_edits, edits)
        return self.planner.plan_edits(edits)
