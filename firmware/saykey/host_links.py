"""The connections to the hosts: a transport and a typist for each host that is open."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

from saykey.attach import attach
from saykey.effects import (
    CloseLink,
    HostEffect,
    OpenLink,
    ReleaseKeys,
    StopTyping,
    TypeEdits,
    WakeHost,
)
from saykey.events import Event, LedsChanged, LinkChanged
from saykey.keyboard.typist import Typist
from saykey.ports import Clock, Link, Transport
from saykey.settings.schema import HostSettings
from saykey.state.parts import way_to

TransportOf = Callable[[HostSettings], Transport]


@dataclass(slots=True, eq=False)
class _Way:
    """The connection to one host. It is closed after ``over`` is set."""

    transport: Transport
    typist: Typist
    over: asyncio.Event = field(default_factory=asyncio.Event)


class HostLinks:
    """Performs the effects on hosts.

    A transport is opened after the previous host on the same transport is closed.
    """

    def __init__(
        self, transport_of: TransportOf, clock: Clock, post: Callable[[Event], None]
    ) -> None:
        self._transport_of = transport_of
        self._clock = clock
        self._post = post
        self._ways: dict[str, _Way] = {}
        self._in_use: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._lives: set[asyncio.Task[None]] = set()
        self._group: asyncio.TaskGroup | None = None

    def start(self, group: asyncio.TaskGroup) -> None:
        """Run tasks in this group, so that an unexpected error ends the group and is reported."""
        self._group = group

    def perform(self, effect: HostEffect) -> None:
        """Start the work of this effect."""
        match effect:
            case OpenLink(host):
                self._open(host)
            case CloseLink(name):
                self._ways.pop(name).over.set()
            case TypeEdits():
                self._ways[effect.host].typist.type_edits(effect)
            case StopTyping():
                for way in self._ways.values():
                    way.typist.stop_typing(effect)
            case ReleaseKeys(name):
                self._ways[name].typist.release_keys()
            case WakeHost(name):
                self._spawn(self._ways[name].transport.wake())
            case _:
                assert_never(effect)

    async def shut(self) -> None:
        """Disconnect from all hosts. The final key releases have limited time, see Typist."""
        for way in self._ways.values():
            way.over.set()
        if self._lives:
            await asyncio.wait(self._lives)

    def _open(self, host: HostSettings) -> None:
        transport = self._transport_of(host)
        way = _Way(transport, Typist(transport, host, self._clock, self._post))
        self._ways[host.name] = way
        life = self._spawn(self._live(host, way))
        self._lives.add(life)
        life.add_done_callback(self._lives.discard)

    def _spawn(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        if self._group is None:
            raise RuntimeError("start the links before their first effect")
        return self._group.create_task(work)

    async def _live(self, host: HostSettings, way: _Way) -> None:
        async with self._in_use[host.transport]:
            use = partial(self._connect, host.name, way)
            attached = attach(way_to(host.name), use, self._clock, self._post)
            tasks = {self._spawn(way.typist.run()), self._spawn(attached)}
            try:
                await way.over.wait()
                await way.typist.settled()
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.wait(tasks)
                await way.transport.close()

    async def _connect(self, name: str, way: _Way, works: Callable[[], None]) -> None:
        """Stay connected until the transport's device goes away. See saykey.attach.Use."""
        gone = asyncio.Event()

        def link_changed(link: Link) -> None:
            if link in {Link.DOWN, Link.UNKNOWN}:
                way.typist.leds_changed(None)
            if link is Link.UNKNOWN:
                gone.set()
            self._post(LinkChanged(name, link))

        def leds_changed(leds: int) -> None:
            way.typist.leds_changed(leds)
            self._post(LedsChanged(name, leds))

        await way.transport.open(link_changed, leds_changed)
        works()
        await gone.wait()
