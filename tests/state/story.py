"""A device whose life is told step by step; see test_event_orders.py."""

from dataclasses import replace

from saykey import effects as fx
from saykey import events as ev
from saykey.flow import Phrase, PhraseId, Timings, Transcript, Verdict
from saykey.ports import Link
from saykey.settings.schema import HostSettings, RecognizerSettings, Settings
from saykey.state import hosts as computers
from saykey.state.device import Device, initial
from saykey.state.step import step


class Story:
    """Tell it what happens; it remembers the device and what each step began."""

    def __init__(self, *, doubtful: str = "type", button: str = "hold") -> None:
        settings = Settings(
            recognizer=RecognizerSettings(doubtful=doubtful),
            host=(HostSettings(name="desk"), HostSettings(name="couch")),
        )
        self.device, _ = initial(settings)
        rules = replace(self.device.rules, button=button)
        self.device: Device = replace(self.device, rules=rules)
        self.begun: list[fx.Effect] = []
        self.tell(ev.ModelReady("saykey-demo"))
        self.tell(ev.LinkChanged("desk", Link.UP))
        self.tell(ev.LinkChanged("couch", Link.UP))
        self.begun.clear()

    def tell(self, event: ev.Event, now: int = 0) -> tuple[fx.Effect, ...]:
        """One event; returns what it began."""
        self.device, done = step(self.device, event, now)
        self.begun += done
        return done

    def press(self, at: int = 0) -> tuple[fx.Effect, ...]:
        return self.tell(ev.DictationStarted(at), at)

    def release(self, at: int = 0) -> tuple[fx.Effect, ...]:
        return self.tell(ev.DictationEnded(at), at)

    def drained(self, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.CaptureDrained(dictation))

    def pause(self, number: int, revision: int = 1, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.PhrasePaused(phrase(number, revision, dictation)))

    def resume(self, number: int, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.PhraseResumed(PhraseId(dictation, number)))

    def say(self, number: int, revision: int = 1, dictation: int = 1) -> tuple[fx.Effect, ...]:
        return self.tell(ev.PhraseEnded(phrase(number, revision, dictation)))

    def hear(
        self,
        number: int,
        text: str,
        revision: int = 1,
        dictation: int = 1,
        verdict: Verdict = Verdict.GOOD,
        *,
        took_ms: float = 50.0,
    ) -> tuple[fx.Effect, ...]:
        heard = Transcript(
            PhraseId(dictation, number), revision, text, "en", "saykey-demo", 1, verdict,
            timings=Timings(took_ms),
        )  # fmt: skip
        return self.tell(ev.Recognised(heard))

    def worker_dies_on(self, number: int, revision: int = 1) -> tuple[fx.Effect, ...]:
        done = self.tell(ev.RecognitionFailed(PhraseId(1, number), revision, "killed"))
        return done + self.tell(ev.ModelReady("saykey-demo"))

    def typed(self, piece: int) -> tuple[fx.Effect, ...]:
        return self.tell(ev.TypingFinished(piece))

    def link(self, host: str, link: Link) -> tuple[fx.Effect, ...]:
        return self.tell(ev.LinkChanged(host, link))

    def held(self, host: str = "desk") -> list[str]:
        return [h.text for h in computers.get(self.device.delivery.hosts, host).held]

    def typing(self) -> list[str]:
        """All texts that were to be typed so far."""
        return [effect.text for effect in self.begun if isinstance(effect, fx.TypeText)]


def phrase(number: int, revision: int = 1, dictation: int = 1) -> Phrase:
    """A phrase whose samples follow from its number and revision."""
    first = number * 100_000
    return Phrase(PhraseId(dictation, number), revision, first, first + revision * 16_000)
