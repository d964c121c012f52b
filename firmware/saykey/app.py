"""Wires the rooms."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from saykey import journal, looks
from saykey.adapters import Adapters
from saykey.attach import Use, attach
from saykey.audio.level import level_db
from saykey.control.server import ControlServer
from saykey.effects import Effect, Exit
from saykey.errors import Refused
from saykey.events import (
    DictationStarted,
    Event,
    LedsChanged,
    LinkChanged,
    ModelsKnown,
    ModelWanted,
    ShutdownWanted,
)
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES
from saykey.hub import Hub
from saykey.keeper import Keeper
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.profile import profile_of
from saykey.keyboard.typist import Typist
from saykey.latency import Latency, Record, note, remember
from saykey.listening.capture import Capture
from saykey.models.store.fallback import by_need
from saykey.models.store.store import find
from saykey.panel.hand import Hand
from saykey.panel.painter import Lighter, Painter
from saykey.performer import Computer, Performer
from saykey.ports import Link
from saykey.settings.schema import HostSettings, Settings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector
from saykey.state import parts
from saykey.state.device import Device, initial

_log = logging.getLogger(__name__)


class App:
    """The device: rooms, hub, panel and control, wired for these settings and adapters."""

    def __init__(self, settings: Settings, adapters: Adapters) -> None:
        self._settings = settings
        self._adapters = adapters
        clock = adapters.clock
        self._keeper = Keeper(adapters.mirror, adapters.manager, clock)
        self.hub = Hub(initial(settings, self._keeper.found), clock, self._perform)
        self.recognizer = adapters.recognizer(settings, clock, self.hub.post)
        self._capture = Capture(
            adapters.microphone, clock, settings.microphone, self._cutter, self.hub.post
        )
        self._computers = {host.name: self._computer(host) for host in settings.host}
        self._performer = Performer(self._capture, self.recognizer, self._computers, self.hub.post)
        self._painter = (
            Painter(adapters.display, clock, lambda: looks.view(self.hub.device))
            if adapters.display is not None
            else None
        )
        self.latency = Latency()
        self.record = Record()
        self.hub.observe(self._keeper.observe)
        self.hub.observe(self._record)

    async def run(self) -> Exit:
        """Until a ShutdownWanted is carried out. Raises SaykeyError if it cannot start."""
        control = await self._open_control()
        try:
            await self._open_world()
            self._keeper.opened(self.hub.device)
            end = await self._live()
        finally:
            await self._close_world(control)
        _log.info("ended: %d phrases unrecognised, %d texts held", end.unrecognised, end.held)
        return end

    async def _live(self) -> Exit:
        async with asyncio.TaskGroup() as group:
            self._performer.start(group)
            tasks = [group.create_task(self._capture.run())]
            tasks += [group.create_task(c.typist.run()) for c in self._computers.values()]
            tasks += [
                group.create_task(attach(part, use, self._adapters.clock, self.hub.post))
                for part, use in self._parts().items()
            ]
            tasks += [group.create_task(self._keeper.run())]
            tasks += [group.create_task(asyncio.to_thread(self._rehearse))]
            end = await self.hub.run()
            await self._settle_keys()
            await self._capture.shutdown()
            await self._performer.stop()
            for task in tasks:
                task.cancel()
        return end

    async def _settle_keys(self) -> None:
        """The last releases are on their way to the hosts; each is bounded in time."""
        await asyncio.gather(*(c.typist.settled() for c in self._computers.values()))

    async def _open_control(self) -> ControlServer | None:
        if self._adapters.control is None:
            return None
        control = ControlServer(
            self._adapters.control,
            clock=self._adapters.clock,
            ask=self._ask,
            status=lambda: looks.status(self.hub.device, self.record),
        )
        await control.open()
        self.hub.observe(lambda *_step: control.changed())
        return control

    async def _ask(self, event: Event) -> None:
        """What a client asks for. Raises SaykeyError for what would come to nothing."""
        if isinstance(event, ModelWanted):
            find(event.name)
            await self._tell_models()
        if (reason := looks.refusal(self.hub.device, event)) is not None:
            raise Refused(reason)
        await self.hub.ask(event)
        if isinstance(event, DictationStarted) and (lost := await self._capture.tried()):
            raise Refused(lost)

    async def _tell_models(self) -> None:
        """What models there are changes while the device runs: they are pulled and removed.

        In a thread: of a GGUF file some 10 MB are read.
        """
        names = await asyncio.to_thread(by_need, self._settings.recognizer.language)
        self.hub.post(ModelsKnown(names))

    def _parts(self) -> dict[str, Use]:
        """What the settings name of things that may be missing, and how each is used."""
        button, lamp = self._adapters.button, self._adapters.lamp
        named: dict[str, Use] = {}
        if button is not None:
            hand = Hand(button, self._settings.button, self._adapters.clock, self.hub.post)
            named[parts.BUTTON] = hand.run
        if lamp is not None:
            lighter = Lighter(lamp, lambda: looks.light(self.hub.device))
            self.hub.observe(lambda *_step: lighter.changed())
            named[parts.LIGHT] = lighter.run
        if (painter := self._painter) is not None:
            self.hub.observe(lambda *_step: painter.changed())
            named[parts.DISPLAY] = painter.run
        for name, computer in self._computers.items():
            named[parts.way_to(name)] = partial(self._connect, name, computer)
        return named

    async def _open_world(self) -> None:
        await self._tell_models()
        loop = asyncio.get_running_loop()
        for number in self._adapters.signals:
            loop.add_signal_handler(number, self.hub.post, ShutdownWanted())

    async def _connect(self, name: str, computer: Computer, works: Callable[[], None]) -> None:
        """Be connected until the way to this host is gone; see saykey.attach.Use."""
        gone = asyncio.Event()

        def link_changed(link: Link) -> None:
            if link in {Link.DOWN, Link.UNKNOWN}:
                computer.typist.leds_changed(None)
            if link is Link.UNKNOWN:
                gone.set()
            self.hub.post(LinkChanged(name, link))

        def leds_changed(leds: int) -> None:
            computer.typist.leds_changed(leds)
            self.hub.post(LedsChanged(name, leds))

        await computer.transport.open(link_changed, leds_changed)
        works()
        await gone.wait()

    async def _close_world(self, control: ControlServer | None) -> None:
        if control is not None:
            await control.close()
        await self.recognizer.close()
        for computer in self._computers.values():
            await computer.transport.close()
        if self._painter is not None:
            await self._painter.close()

    def _perform(self, effect: Effect) -> None:
        self._performer.perform(effect)

    def _cutter(self, dictation: int) -> Cutter:
        speech = self._settings.speech
        return Cutter(dictation, speech, WebRtcDetector(speech.aggressiveness))

    def _rehearse(self) -> None:
        """Hear a frame of silence: it loads the libraries the first dictation would wait for."""
        silence = bytes(FRAME_SAMPLES * SAMPLE_BYTES)
        self._cutter(0).feed(silence, 0)
        level_db(silence)

    def _computer(self, host: HostSettings) -> Computer:
        transport = self._adapters.transports[host.name]
        layout = load_layout(host.os, host.layout)
        clock, post = self._adapters.clock, self.hub.post
        typist = Typist(transport, layout, clock, post, host.name, profile_of(host))
        return Computer(transport, typist)

    def _record(self, event: Event, device: Device, effects: tuple[Effect, ...], now: int) -> None:
        if (line := journal.line(event)) is not None:
            _log.info("%s", line)
        before = self.latency
        self.latency = note(before, event, effects, now)
        self.record = remember(self.record, event, before, self.latency)
        if before.last_report != self.latency.last_report and looks.idle(device):
            _log.info(
                "dictation %d: %.0f ms from release to transcript, %.0f ms to the last report",
                self.latency.dictation,
                self.latency.release_to_transcript_ms or 0.0,
                self.latency.release_to_last_report_ms or 0.0,
            )
