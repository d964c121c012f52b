"""One dictation from a sound source to a simulated host, with the device's own packages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from saykey import effects as fx
from saykey import events as ev
from saykey import looks
from saykey import requests as rq
from saykey.adapters import Adapters
from saykey.app import App
from saykey.errors import MicrophoneLost, ModelError
from saykey.flow import SAMPLE_RATE, Phrase, PhraseId, Substitution
from saykey.latency import NS_PER_MS, Latency
from saykey.panel.painter import FRAME_NS
from saykey.ports import Clock, Microphone
from saykey.settings.schema import Settings
from saykey.simulated.desk import DeskButton, DeskDisplay
from saykey.simulated.host import SimulatedHost
from saykey.state.device import Device
from saykey.state.loading import Loading

if TYPE_CHECKING:
    from PIL.Image import Image

POLL_NS = 1_000_000
"""The shortest polling interval of a boot keyboard at full speed or faster: 1 ms."""


@dataclass(frozen=True, slots=True)
class HeardPhrase:
    """A phrase, and when it was spoken, in seconds of the recording.

    ``recognition_ms`` is the wall-clock time from the Recognise effect to the text.
    """

    text: str
    begin_s: float
    end_s: float
    recognition_ms: float = 0.0


@dataclass(slots=True)
class Session:
    """The dictation so far, for programs that show it.

    ``ended`` are the complete phrases. ``texts`` contains the text and the wall-clock milliseconds
    of every recognised revision. A revision from a pause may be shorter than the whole phrase.
    ``ordered`` is when the recognition of a revision started (ns).
    """

    device: Device
    host: SimulatedHost
    picture: Image | None = None
    latency: Latency = field(default_factory=Latency)
    reports: int = 0
    substitutions: list[Substitution] = field(default_factory=list)
    ended: dict[PhraseId, Phrase] = field(default_factory=dict)
    texts: dict[tuple[PhraseId, int], tuple[str, float]] = field(default_factory=dict)
    ordered: dict[tuple[PhraseId, int], int] = field(default_factory=dict)

    @property
    def phrases(self) -> tuple[HeardPhrase, ...]:
        """The complete phrases that became text, in the order of speech."""
        heard = []
        for ident, phrase in sorted(self.ended.items()):
            text, took_ms = self.texts.get((ident, phrase.revision), ("", 0.0))
            if text:
                begin_s = phrase.first_sample / SAMPLE_RATE
                heard.append(HeardPhrase(text, begin_s, begin_s + phrase.seconds, took_ms))
        return tuple(heard)


Show = Callable[[Session], None]


async def dictate(
    settings: Settings,
    clock: Clock,
    microphone: Microphone,
    until: Callable[[], Awaitable[None]],
    show: Show,
) -> Session:
    """Press, wait for ``until``, release, and return when all text stands on the host.

    Raises ModelError when the model cannot be used, MicrophoneLost when there is no microphone.
    """
    host = SimulatedHost(clock, layout=settings.host[0].layout, poll_ns=POLL_NS)
    button, display = DeskButton(clock), DeskDisplay()
    app = App(
        settings,
        Adapters(
            clock=clock,
            microphone=microphone,
            transport_of=lambda _host: host,
            button=button,
            display=display,
        ),
    )
    session = Session(app.hub.device, host)
    moved = asyncio.Event()

    def look(event: ev.Event, device: Device, effects: tuple[fx.Effect, ...], now: int) -> None:
        session.device, session.latency = device, app.latency
        session.picture = display.picture
        _note(session, event, effects, now)
        moved.set()
        show(session)

    app.hub.observe(look)
    stage = _Stage(session, moved, asyncio.create_task(app.run()))
    try:
        await stage.dictate(button, until)
        await clock.sleep_until(clock.now() + 2 * FRAME_NS)  # the last picture
        session.picture = display.picture
    finally:
        app.hub.post(rq.ShutdownWanted())
        await asyncio.wait({stage.running})
    stage.running.result()
    return session


@dataclass(frozen=True, slots=True)
class _Stage:
    """Waits until the running device reaches a state, or ends early."""

    session: Session
    moved: asyncio.Event
    running: asyncio.Task[fx.Exit]

    async def dictate(self, button: DeskButton, until: Callable[[], Awaitable[None]]) -> None:
        """Press, wait for ``until``, release, and wait until all text stands on the host.

        Raises as the function `dictate` does.
        """
        await self.when(lambda device: device.model.loading is not Loading.LOADING)
        if self.session.device.model.loading is Loading.FAILED:
            raise ModelError(self.session.device.model.reason)
        button.press()
        await self.when(lambda device: bool(device.hearing.started or device.microphone_fault))
        await self.while_listening(until)
        button.release()
        await self.when(looks.idle)

    async def when(self, reached: Callable[[Device], bool]) -> None:
        """Wait until ``reached`` is true of the device. Raises what ended the device early."""
        while not reached(self.session.device):
            if self.running.done():
                self.running.result()
                raise RuntimeError("the device ended by itself")
            waiting = asyncio.create_task(self.moved.wait())
            await asyncio.wait({waiting, self.running}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            self.moved.clear()

    async def while_listening(self, until: Callable[[], Awaitable[None]]) -> None:
        """Wait for ``until``. Raises MicrophoneLost if the microphone is missing."""
        speaking = asyncio.ensure_future(until())
        losing = asyncio.create_task(self.when(lambda device: bool(device.microphone_fault)))
        try:
            await asyncio.wait({speaking, losing}, return_when=asyncio.FIRST_COMPLETED)
            if losing.done():
                losing.result()
                raise MicrophoneLost(self.session.device.microphone_fault)
            speaking.result()
        finally:
            speaking.cancel()
            losing.cancel()


def _note(session: Session, event: ev.Event, effects: tuple[fx.Effect, ...], now: int) -> None:
    for effect in effects:
        if isinstance(effect, fx.Recognise):
            session.ordered[effect.phrase.id, effect.phrase.revision] = now
    match event:
        case ev.PhraseEnded(phrase):
            session.ended[phrase.id] = replace(phrase, pcm=b"")
        case ev.Recognised(heard):
            key = heard.phrase, heard.revision
            took = (now - session.ordered.get(key, now)) / NS_PER_MS
            session.texts[key] = heard.text, took
        case ev.TypingFinished() | ev.TypingStopped():
            session.reports += event.reports
            session.substitutions += event.substitutions
        case _:
            pass
