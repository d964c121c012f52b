"""What the panel looks at: the part of the device state that a screen is derived from."""

from dataclasses import dataclass, field
from enum import Enum

from saykey.ports import Link


class Listening(Enum):
    """Whether the device listens. FINISHING: the button is up, the last sound is being read."""

    OFF = "off"
    LISTENING = "listening"
    FINISHING = "finishing"


class ModelState(Enum):
    """Whether the model can be used."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something only the user can mend: a title of up to 14 characters, and what to do about it."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at the device. Texts may be longer than a screen: the end of them is shown.

    ``level_db`` is the loudness now, relative to full scale (<= 0), used while listening.
    ``toggle`` is the button mode. ``phrases`` are in flight: spoken, not yet text. ``text`` is
    what was heard last, typed or about to be. ``typing`` is (done, all) in characters of the
    piece being typed, None when none is. ``held`` characters wait for the current host and
    ``held_text`` is their tail; ``held_doubtful``: the first of them may have arrived already.
    ``failed`` phrases could not be recognised and their sound is kept. ``lost_ms`` of sound is
    counted over the last dictation, and so are ``substitutions``, those of the piece being typed
    included; ``replaced`` (wanted, typed) is the last of them. ``lacking`` is a script, such as
    "Cyrillic", in what was said, of which the host's layout has no letter.
    """

    capture: Listening = Listening.OFF
    level_db: float = -100.0
    toggle: bool = False
    host: str
    link: Link = Link.UNKNOWN
    model: str
    model_state: ModelState = ModelState.LOADING
    phrases: int = 0
    text: str = field(repr=False, default="")
    typing: tuple[int, int] | None = None
    held: int = 0
    held_text: str = field(repr=False, default="")
    held_doubtful: bool = False
    failed: int = 0
    faults: tuple[Fault, ...] = ()
    lost_ms: int = 0
    substitutions: int = 0
    replaced: tuple[str, str] | None = field(repr=False, default=None)
    lacking: str = ""
