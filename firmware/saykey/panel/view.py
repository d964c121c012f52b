"""The view: the part of the device state from which a screen is derived."""

from dataclasses import dataclass, field
from enum import Enum

from saykey.flow import Loudness
from saykey.ports import Link


class Listening(Enum):
    """Whether the device listens. FINISHING: the button is up, the last audio is being read."""

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
    """A fault that only the user can fix: a title of up to 14 characters, and what to do."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The device at one moment. Texts may be longer than the screen, which shows their end.

    ``level_db`` is the level now, relative to full scale (<= 0), used while listening. ``toggle``
    is the button mode. ``phrases`` is the number of phrases that have no text yet. ``text`` is the
    last recognised text. ``typing`` is (done, all) in characters of the piece being typed, or None.

    ``held`` is the number of characters held for the current host, and ``held_text`` their end.
    ``held_doubtful``: the first of them may have arrived already. ``failed`` phrases could not be
    recognised, and their audio is kept.

    ``lent``: while listening, the sound goes to a program, and nothing is typed from it.

    ``lost_ms`` is the audio lost in the last dictation. ``substitutions`` counts those of the last
    dictation and of the piece being typed. ``replaced`` (wanted, typed) is the last of them.
    ``lacking`` is a script, such as "Cyrillic", that was spoken and of which the host's layout has
    no letter. ``loudness`` is that of the last phrase while a dictation is in flight, and then that
    of the dictation. ``wordless``: no words were recognised in the last dictation, which is over.
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
    lent: bool = False
    lost_ms: int = 0
    substitutions: int = 0
    replaced: tuple[str, str] | None = field(repr=False, default=None)
    lacking: str = ""
    loudness: Loudness = Loudness.FINE
    wordless: bool = False
