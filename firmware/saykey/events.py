"""All events. The packages, the button and the control socket post them to the hub's inbox."""

from dataclasses import dataclass

from saykey.flow import Edits, Gesture, Phrase, PhraseId, Substitution, Transcript
from saykey.ports import Link
from saykey.requests import Request

# From the user, by the button. Requests by the control socket are in saykey.requests.


@dataclass(frozen=True, slots=True)
class Gestured:
    """The user made a gesture. Its meaning depends on the button mode and the device's state."""

    gesture: Gesture


# From the microphone and the speech package


@dataclass(frozen=True, slots=True)
class MicrophoneReady:
    """The microphone can be opened (again)."""


@dataclass(frozen=True, slots=True)
class MicrophoneFailed:
    """The microphone went away or cannot be opened. ``reason`` is a line that says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """The loudness changed while listening. ``level_db`` is relative to full scale (<= 0).

    It is a multiple of flow.LEVEL_STEP_DB, measured over the last 160 ms.
    """

    level_db: float


@dataclass(frozen=True, slots=True)
class PhrasePaused:
    """The user made a short pause. ``phrase`` is complete if speech does not continue."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class PhraseResumed:
    """Speech continued after a short pause. The phrase reported at the pause is not complete."""

    phrase: PhraseId


@dataclass(frozen=True, slots=True)
class PhraseEnded:
    """The phrase is complete: after a pause, at the longest length, or at the release."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class CaptureDrained:
    """The speech package has read all audio of the dictation. No phrase of it will follow.

    ``lost_samples`` is how many samples the sound card lost during the dictation.
    """

    dictation: int
    lost_samples: int = 0


@dataclass(frozen=True, slots=True)
class ModelsKnown:
    """The models on the device that it can fall back to, sorted by memory, the smallest first."""

    names: tuple[str, ...]


# From the parts that may be missing: button, LED, display and host connections (state/parts.py)


@dataclass(frozen=True, slots=True)
class PartMissing:
    """A part cannot be opened, or went away. ``reason`` says what to do. It is opened again."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartFound:
    """A part that was missing works now."""

    part: str


# From the recognizer


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The worker has loaded this model."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """This model cannot be used. ``reason`` is a line that says what to do.

    ``kept`` is another model that can still be used, or None.
    """

    name: str
    reason: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class ModelLost:
    """The worker died while it had nothing to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A phrase was recognised."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """The worker died on this phrase or took too long. It has to load its model again."""

    phrase: PhraseId
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecognitionAborted:
    """The recognizer aborted this phrase as requested. It can take another one."""

    phrase: PhraseId
    revision: int


# From the keyboard and transport packages


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The link to a host changed."""

    host: str
    link: Link


@dataclass(frozen=True, slots=True)
class LedsChanged:
    """A host set its lock LEDs. ``leds`` is the LED output report, see ports.Transport."""

    host: str
    leds: int


@dataclass(frozen=True, slots=True)
class TypingPlanned:
    """The whole piece is planned, and none of its keys was pressed yet.

    ``units`` is its length: graphemes to type or to erase, and chords. ``substitutions`` are all
    that the plan makes.
    """

    piece: int
    units: int
    substitutions: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True)
class TypingBegan:
    """The first report of a piece was accepted."""

    piece: int


@dataclass(frozen=True, slots=True)
class TypingAdvanced:
    """``units`` of the piece are typed so far. Posted from time to time during a long piece."""

    piece: int
    units: int


@dataclass(frozen=True, slots=True)
class TypingFinished:
    """The whole piece was typed, and all keys are up."""

    piece: int
    reports: int = 0
    substitutions: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True)
class TypingStopped:
    """Typing ended early. ``typed``, ``doubtful`` and ``rest`` are the piece's edits in order.

    ``typed`` arrived on the host. ``doubtful`` may have arrived: the link accepted its reports, but
    the host may not have read them before the link dropped. It is empty after a stop on request.
    ``rest`` was not sent.
    """

    piece: int
    typed: Edits
    doubtful: Edits
    rest: Edits
    reports: int = 0
    substitutions: tuple[Substitution, ...] = ()


SoundEvent = (
    MicrophoneReady
    | MicrophoneFailed
    | SoundHeard
    | PhrasePaused
    | PhraseResumed
    | PhraseEnded
    | CaptureDrained
)

PartEvent = PartMissing | PartFound

RecognizerEvent = (
    ModelsKnown
    | ModelReady
    | ModelFailed
    | ModelLost
    | Recognised
    | RecognitionFailed
    | RecognitionAborted
)

HostEvent = (
    LinkChanged
    | LedsChanged
    | TypingPlanned
    | TypingBegan
    | TypingAdvanced
    | TypingFinished
    | TypingStopped
)

Event = Gestured | Request | SoundEvent | PartEvent | RecognizerEvent | HostEvent
