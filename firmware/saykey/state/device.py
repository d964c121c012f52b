"""The whole device as one frozen value: everything that is shown is derived from it."""

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from saykey.effects import Effect, LoadModel
from saykey.flow import Substitution
from saykey.settings.schema import Settings
from saykey.state import links
from saykey.state.delivery import Delivery, keep
from saykey.state.hearing import Hearing
from saykey.state.hosts import Held, Host
from saykey.state.loading import Model
from saykey.state.parts import Missing

MOST_REPLACED = 16
"""Substitutions remembered; a display shows one."""


QUIET_DB = -96.0
"""The loudness of nothing: half a step of 16 bits."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What the settings decide about the state's ways."""

    button: Literal["hold", "toggle"] = "hold"
    language: str = "en"
    speculate: bool = True
    doubtful: Literal["type", "hold", "drop"] = "type"
    prompt: str = ""
    join_ns: int = 30_000_000_000


@dataclass(frozen=True, slots=True)
class Counters:
    """What went another way than asked for since the last dictation began.

    ``replaced`` are the substitutions in what was typed, the last MOST_REPLACED of them, and
    ``substitutions`` is how many there were.
    """

    lost_samples: int = 0
    substitutions: int = 0
    replaced: tuple[Substitution, ...] = ()
    doubtful_dropped: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """All that is known.

    ``microphone_fault`` is a line for the user, empty while all is well. ``missing`` are the parts
    that cannot be used now. ``heard`` is the text of the last transcript, for the display.
    ``pressed`` is the dictation that the last press of the button began, if it began one.
    ``level_db`` is 0 dB at full scale. ``closing``: shutdown was asked for; ``exited``: nothing is
    left to do.
    """

    rules: Rules
    model: Model
    delivery: Delivery
    hearing: Hearing = field(default_factory=Hearing)
    counters: Counters = field(default_factory=Counters)
    microphone_fault: str = ""
    missing: tuple[Missing, ...] = ()
    level_db: float = QUIET_DB
    heard: str = field(repr=False, default="")
    pressed: int | None = None
    closing: bool = False
    exited: bool = False


class Step(NamedTuple):
    """The device after an event, what it begins, and what it refused.

    ``refusal`` is one line for whoever asked, with what to do instead; "" if nothing was refused.
    """

    device: Device
    effects: tuple[Effect, ...] = ()
    refusal: str = ""


def initial(settings: Settings, held: tuple[tuple[str, Held], ...] = ()) -> Step:
    """The device at start, and what to begin with.

    ``held`` are texts from before, with the names of their hosts. One for a host that is not in the
    settings any more is held for no host: it is never lost.
    """
    recognizer = settings.recognizer
    rules = Rules(
        settings.button.mode,
        recognizer.language,
        recognizer.speculate,
        recognizer.doubtful,
        recognizer.vocabulary,
        round(settings.text.join_s * 1e9),
    )
    hosts = tuple(Host(each) for each in settings.host)
    sent = Delivery(hosts, hosts[0].name)
    for name, text in held:
        numbered = replace(text, number=sent.pieces + 1)
        sent = keep(replace(sent, pieces=numbered.number), name, (numbered,))
    sent, opening = links.opened(sent, Hearing())
    device = Device(rules, Model(recognizer.model, recognizer.model), sent)
    return Step(device, (LoadModel(recognizer.model), *opening))
