"""A device that a test drives event by event. See test_event_orders.py."""

from dataclasses import replace

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.flow import (
    Edits,
    Insert,
    Loudness,
    Phrase,
    PhraseId,
    Seam,
    Timings,
    Transcript,
    Verdict,
    inserted,
)
from saykey.ports import Link
from saykey.settings.schema import HostSettings, RecognizerSettings, Settings
from saykey.state.device import Device, initial
from saykey.state.hosts import get
from saykey.state.step import step

DESK = HostSettings(name="desk", transport="usb:/dev/hidg0")
COUCH = HostSettings(name="couch", transport="usb:/dev/hidg1")


class Story:
    """Takes events. It keeps the device and the effects of all steps."""

    def __init__(
        self,
        *,
        doubtful: str = "type",
        button: str = "hold",
        hosts: tuple[HostSettings, ...] = (DESK, COUCH),
    ) -> None:
        settings = Settings(recognizer=RecognizerSettings(doubtful=doubtful), host=hosts)
        device = initial(settings).device
        self.device: Device = replace(device, rules=replace(device.rules, button=button))
        self.refused = ""
        self.begun: list[fx.Effect] = []
        self.tell(ev.ModelReady("tiny.en-short"))
        for host in hosts:
            self.tell(ev.LinkChanged(host.name, Link.UP))
        self.begun.clear()

    def tell(self, event: ev.Event, now: int = 0) -> tuple[fx.Effect, ...]:
        """Step the device with one event. Returns its effects. ``refused`` is the refusal."""
        self.device, done, self.refused = step(self.device, event, now)
        self.begun += done
        return done

    def press(self, at: int = 0) -> tuple[fx.Effect, ...]:
        return self.tell(rq.DictationStarted(at), at)

    def release(self, at: int = 0) -> tuple[fx.Effect, ...]:
        return self.tell(rq.DictationEnded(at), at)

    def drained(self, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.CaptureDrained(dictation))

    def pause(self, number: int, revision: int = 1, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.PhrasePaused(phrase(number, revision, dictation)))

    def resume(self, number: int, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.PhraseResumed(PhraseId(dictation, number)))

    def say(
        self,
        number: int,
        revision: int = 1,
        dictation: int = 1,
        *,
        cut: bool = False,
        loudness: Loudness = Loudness.FINE,
    ) -> tuple[fx.Effect, ...]:
        ended = replace(phrase(number, revision, dictation), cut=cut, loudness=loudness)
        return self.tell(ev.PhraseEnded(ended))

    def hear(
        self,
        number: int,
        text: str,
        revision: int = 1,
        dictation: int = 1,
        verdict: Verdict = Verdict.GOOD,
        *,
        took_ms: float = 50.0,
        seam: str | None = None,
    ) -> tuple[fx.Effect, ...]:
        """``seam``: the mark between this text and the phrase before, if heard together."""
        heard = Transcript(
            PhraseId(dictation, number), revision, text, "en", "tiny.en-short", 1, verdict,
            timings=Timings(took_ms), seam=None if seam is None else Seam(seam),
        )  # fmt: skip
        return self.tell(ev.Recognised(heard))

    def worker_dies_on(self, number: int, revision: int = 1) -> tuple[fx.Effect, ...]:
        done = self.tell(ev.RecognitionFailed(PhraseId(1, number), revision, "killed"))
        return done + self.tell(ev.ModelReady("tiny.en-short"))

    def type_all(self) -> None:
        """The host takes all text that is queued for it."""
        while (typing := self.device.delivery.typing) is not None:
            self.typed(typing.id)

    def typed(self, piece: int) -> tuple[fx.Effect, ...]:
        return self.tell(ev.TypingFinished(piece))

    def stopped(self, piece: int, *parts: str) -> tuple[fx.Effect, ...]:
        """Typing ended early, with these texts typed, doubtful and not sent."""
        return self.tell(ev.TypingStopped(piece, *map(inserting, parts)))

    def link(self, host: str, link: Link) -> tuple[fx.Effect, ...]:
        return self.tell(ev.LinkChanged(host, link))

    def held(self, host: str = "desk") -> list[str]:
        return [h.text for h in get(self.device.delivery.hosts, host).held]

    def typing(self) -> list[str]:
        """All texts that were to be typed so far."""
        edits = [each.edits for each in self.begun if isinstance(each, fx.TypeEdits)]
        return [text for each in edits if (text := inserted(each))]


def inserting(text: str) -> Edits:
    """The edits that type this text."""
    return (Insert(text),) if text else ()


def phrase(number: int, revision: int = 1, dictation: int = 1) -> Phrase:
    """A phrase whose samples follow from its number and revision."""
    first = number * 100_000
    return Phrase(PhraseId(dictation, number), revision, first, first + revision * 16_000)
