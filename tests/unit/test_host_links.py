"""The links to the hosts: a transport serves one computer at a time, and its keys go up first."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import pytest

from saykey.effects import CloseLink, OpenLink, StopTyping, TypeEdits
from saykey.errors import HardwareError
from saykey.events import (
    Event,
    LinkChanged,
    PartFound,
    PartMissing,
    TypingFinished,
    TypingStopped,
)
from saykey.flow import Insert, inserted
from saykey.host_links import HostLinks
from saykey.ports import Link
from saykey.settings.schema import HostSettings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import SimulatedHost

MS = 1_000_000
DESK = HostSettings(name="desk", transport="usb:/dev/hidg0")
COUCH = HostSettings(name="couch", transport="usb:/dev/hidg0")
ATTIC = HostSettings(name="attic", transport="usb:/dev/hidg1")


class Cable(SimulatedHost):
    """A host at the end of a transport, which may be missing, and notes who has it open."""

    def __init__(self, clock: VirtualClock, name: str, log: list[str]) -> None:
        super().__init__(clock, poll_ns=8 * MS)
        self.missing = False
        self._name = name
        self._log = log

    async def open(self, on_link, on_leds) -> None:
        if self.missing:
            raise HardwareError(f"the way to {self._name} is missing: plug it in")
        self._log.append(f"{self._name} opened")
        await super().open(on_link, on_leds)

    async def close(self) -> None:
        self._log.append(f"{self._name} closed")
        await super().close()


@dataclass
class Desk:
    """Links to three hosts, and what they posted."""

    clock: VirtualClock
    links: HostLinks
    hosts: dict[str, Cable]
    log: list[str]
    posted: list[Event] = field(default_factory=list)

    async def after(self, ms: int) -> None:
        await self.clock.advance_to(self.clock.now() + ms * MS)

    def type(self, piece: int, host: HostSettings, text: str) -> None:
        self.links.perform(TypeEdits(piece, host.name, host, (Insert(text),)))


def play(scene: Callable[[Desk], Awaitable[None]]) -> Desk:
    async def perform() -> Desk:
        clock, log, posted = VirtualClock(), [], []
        hosts = {each.name: Cable(clock, each.name, log) for each in (DESK, COUCH, ATTIC)}
        links = HostLinks(lambda host: hosts[host.name], clock, posted.append)
        desk = Desk(clock, links, hosts, log, posted)
        async with asyncio.TaskGroup() as group:
            links.start(group)
            await scene(desk)
            ending = group.create_task(links.shut())
            await desk.after(1000)
            assert ending.done()
        return desk

    return asyncio.run(perform())


def test_text_goes_to_the_host_it_is_for_in_the_layout_it_brings() -> None:
    async def scene(desk: Desk) -> None:
        for host in (DESK, ATTIC):
            desk.links.perform(OpenLink(host))
        await desk.after(1)
        desk.type(1, DESK, "one")
        desk.type(2, ATTIC, "two")
        desk.type(3, msgspec.structs.replace(ATTIC, layout="de"), "y")
        await desk.after(500)
        assert (desk.hosts["desk"].text, desk.hosts["attic"].text) == ("one", "twoz")
        assert [e.piece for e in desk.posted if isinstance(e, TypingFinished)] == [1, 2, 3]

    play(scene)


def test_a_transport_is_opened_once_the_computer_before_was_let_go_of_with_its_keys_up() -> None:
    async def scene(desk: Desk) -> None:
        desk.links.perform(OpenLink(DESK))
        await desk.after(1)
        desk.type(1, DESK, "abcdefgh")
        await desk.after(20)
        desk.links.perform(StopTyping(1))
        desk.links.perform(CloseLink("desk"))
        desk.links.perform(OpenLink(COUCH))
        await desk.after(1)
        assert desk.log == ["desk opened"]
        await desk.after(100)
        assert desk.log == ["desk opened", "desk closed", "couch opened"]
        assert not desk.hosts["desk"].keys_down
        (end,) = [e for e in desk.posted if isinstance(e, TypingStopped)]
        assert desk.hosts["desk"].text == inserted(end.typed)
        desk.type(2, COUCH, "x")
        await desk.after(100)
        assert desk.hosts["couch"].text == "x"

    play(scene)


def test_a_computer_that_does_not_poll_keeps_its_transport_for_a_bounded_time() -> None:
    async def scene(desk: Desk) -> None:
        desk.links.perform(OpenLink(DESK))
        await desk.after(1)
        desk.type(1, DESK, "abcdefgh")
        await desk.after(20)
        desk.hosts["desk"].stall()
        desk.links.perform(StopTyping(1))
        desk.links.perform(CloseLink("desk"))
        desk.links.perform(OpenLink(COUCH))
        await desk.after(1000)
        assert desk.log[-1] == "couch opened"

    play(scene)


def test_the_end_lets_go_of_all_hosts_with_their_keys_up() -> None:
    async def scene(desk: Desk) -> None:
        for host in (DESK, ATTIC):
            desk.links.perform(OpenLink(host))
        await desk.after(1)
        desk.type(1, DESK, "abcdefgh")
        await desk.after(20)
        desk.links.perform(StopTyping(1))

    desk = play(scene)
    assert sorted(desk.log[2:]) == ["attic closed", "desk closed"]
    assert not desk.hosts["desk"].keys_down


@pytest.mark.parametrize("closed", [False, True])
def test_a_host_that_is_missing_is_told_and_found_unless_it_was_closed_meanwhile(closed) -> None:
    async def scene(desk: Desk) -> None:
        desk.hosts["desk"].missing = True
        desk.links.perform(OpenLink(DESK))
        await desk.after(100)
        if closed:
            desk.links.perform(CloseLink("desk"))
            await desk.after(100)
        desk.hosts["desk"].missing = False
        await desk.after(20_000)

    missing = PartMissing("host desk", "the way to desk is missing: plug it in")
    posted = play(scene).posted
    parts = [each for each in posted if isinstance(each, PartMissing | PartFound)]
    assert parts == ([missing] if closed else [missing, PartFound("host desk")])
    assert (LinkChanged("desk", Link.UP) in posted) is not closed
