"""The whole device state as one frozen value. Everything that is shown is derived from it."""

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from saykey.effects import Effect, LoadModel
from saykey.flow import Loudness, Substitution
from saykey.settings.schema import Settings
from saykey.state import links
from saykey.state.delivery import Delivery, keep
from saykey.state.hearing import Hearing
from saykey.state.hosts import Held, Host
from saykey.state.loading import Model
from saykey.state.parts import Missing

MOST_REPLACED = 16
"""How many substitutions are remembered. The display shows one."""


QUIET_DB = -96.0
"""The level of silence: half a quantisation step of 16 bits."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that the state depends on. ``join_ns`` is `[text] join_s` in nanoseconds."""

    button: Literal["hold", "toggle"] = "hold"
    language: str = "en"
    speculate: bool = True
    doubtful: Literal["type", "hold", "drop"] = "type"
    prompt: str = ""
    join_ns: int = 30_000_000_000


@dataclass(frozen=True, slots=True)
class Counters:
    """Losses, replacements and notices since the last dictation began.

    ``lost_samples`` were lost by the sound card. ``substitutions`` is the number of substitutions
    in the text that was typed, and ``replaced`` are the last MOST_REPLACED of them.
    ``doubtful_dropped`` is the number of doubtful texts that were dropped.

    ``too_quiet`` and ``clipped`` count phrases of the dictation with words in them, and
    ``loudness`` is that of the last one. ``wordless``: the dictation is over, and no words were
    recognised in it.
    """

    lost_samples: int = 0
    substitutions: int = 0
    replaced: tuple[Substitution, ...] = ()
    doubtful_dropped: int = 0
    too_quiet: int = 0
    clipped: int = 0
    loudness: Loudness = Loudness.FINE
    wordless: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """The device state.

    ``microphone_fault`` is a line for the user, or empty. ``missing`` are the parts that cannot be
    used now. ``level_db`` is relative to full scale. ``heard`` is the text of the last transcript,
    for the display. ``pressed`` is the dictation that the last press of the button began, None if
    it began none. ``closing``: a shutdown was requested. ``exited``: the shutdown is complete.
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
    """The device after an event, the effects, and the reason if the event was refused.

    ``refusal`` is one line for the user that says what to do instead; "" if nothing was refused.
    """

    device: Device
    effects: tuple[Effect, ...] = ()
    refusal: str = ""


def initial(settings: Settings, held: tuple[tuple[str, Held], ...] = ()) -> Step:
    """The device at the start, and the first effects.

    ``held`` are restored texts, each with the name of its host. The text of a host that is no
    longer in the settings is held for no host. No text is lost.
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
