"""The whole device: creates the packages' objects and connects them to the hub."""

import asyncio
import logging

from saykey import journal, looks
from saykey.adapters import Adapters
from saykey.attach import Use, attach
from saykey.audio.level import level_db
from saykey.control.server import ControlServer
from saykey.effects import Effect, Exit
from saykey.errors import Refused
from saykey.events import Event, ModelsKnown
from saykey.flow import FRAME_SAMPLES, SAMPLE_BYTES, LentSound
from saykey.host_links import HostLinks
from saykey.hub import Hub
from saykey.keeper import Keeper
from saykey.latency import Latency, Record, note, remember
from saykey.listening.capture import Capture
from saykey.models.store.memory import models_by_need
from saykey.models.store.store import find
from saykey.panel.hand import Hand
from saykey.panel.painter import Lighter, Painter
from saykey.performer import Performer
from saykey.requests import DictationStarted, ModelWanted, ShutdownWanted
from saykey.settings.schema import Settings
from saykey.speech.cutter import Cutter
from saykey.speech.detector import WebRtcDetector
from saykey.state import parts
from saykey.state.device import Device, initial

_log = logging.getLogger(__name__)


class App:
    """The device with its hub, panel and control socket, for these settings and adapters."""

    def __init__(self, settings: Settings, adapters: Adapters) -> None:
        self._settings = settings
        self._adapters = adapters
        clock = adapters.clock
        self._keeper = Keeper(adapters.mirror, adapters.manager, clock)
        self.hub = Hub(initial(settings, self._keeper.found), clock, self._perform)
        self.recognizer = adapters.recognizer(settings, clock, self.hub.post)
        self._capture = Capture(
            adapters.microphone,
            clock,
            settings.microphone,
            self._cutter,
            self.hub.post,
            hand_over=self._hand_over,
        )
        self._control: ControlServer | None = None
        self._links = HostLinks(adapters.transport_of, clock, self.hub.post)
        self._performer = Performer(self._capture, self.recognizer, self._links, self.hub.post)
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
        """Run until a ShutdownWanted is carried out. Raises SaykeyError if it cannot start."""
        self._control = await self._open_control()
        try:
            await self._open_world()
            self._keeper.opened(self.hub.device)
            end = await self._live()
        finally:
            await self._close_world()
        _log.info("ended: %d phrases unrecognised, %d texts held", end.unrecognised, end.held)
        return end

    async def _live(self) -> Exit:
        async with asyncio.TaskGroup() as group:
            self._links.start(group)
            self._performer.start(group)
            tasks = [group.create_task(self._capture.run())]
            tasks += [
                group.create_task(attach(part, use, self._adapters.clock, self.hub.post))
                for part, use in self._parts().items()
            ]
            tasks += [group.create_task(self._keeper.run())]
            tasks += [group.create_task(asyncio.to_thread(self._rehearse))]
            try:
                end = await self.hub.run()
            finally:
                # First: waiting for a recognition could otherwise take until its time-out.
                await self.recognizer.close()
            await self._links.shut()
            await self._capture.shutdown()
            await self._performer.stop()
            for task in tasks:
                task.cancel()
        return end

    async def _open_control(self) -> ControlServer | None:
        if self._adapters.control is None:
            return None
        control = ControlServer(
            self._adapters.control,
            clock=self._adapters.clock,
            ask=self._ask,
            post=self.hub.post,
            status=lambda: looks.status(self.hub.device, self.record),
        )
        await control.open()
        self.hub.observe(lambda *_step: control.changed())
        return control

    async def _ask(self, event: Event) -> None:
        """Have a client's request carried out. Raises SaykeyError if it is refused or fails."""
        if isinstance(event, ModelWanted):
            find(event.name)
            await self._tell_models()
        if refusal := await self.hub.ask(event):
            raise Refused(refusal)
        if isinstance(event, DictationStarted) and (lost := await self._capture.tried()):
            raise Refused(lost)

    async def _tell_models(self) -> None:
        """Post which models there are. It changes while the device runs: models come and go.

        The search runs in a thread, because it may read 10 MB of each GGUF file.
        """
        names = await asyncio.to_thread(models_by_need, self._settings.recognizer.language)
        self.hub.post(ModelsKnown(names))

    def _parts(self) -> dict[str, Use]:
        """The parts named in the settings that may be missing, and the function that uses each."""
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
        return named

    async def _open_world(self) -> None:
        await self._tell_models()
        loop = asyncio.get_running_loop()
        for number in self._adapters.signals:
            loop.add_signal_handler(number, self.hub.post, ShutdownWanted())

    async def _close_world(self) -> None:
        if self._control is not None:
            await self._control.close()
        await self.recognizer.close()
        if self._painter is not None:
            await self._painter.close()

    def _perform(self, effect: Effect) -> None:
        self._performer.perform(effect)

    def _cutter(self, dictation: int) -> Cutter:
        speech = self._settings.speech
        return Cutter(dictation, speech, WebRtcDetector(speech.aggressiveness))

    def _hand_over(self, heard: LentSound) -> None:
        if self._control is not None:
            self._control.hand_over(heard)

    def _rehearse(self) -> None:
        """Process a frame of silence, to load libraries before the first dictation needs them."""
        silence = bytes(FRAME_SAMPLES * SAMPLE_BYTES)
        self._cutter(0).feed(silence, 0)
        level_db(silence)

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
