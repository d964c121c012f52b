"""Everything that can happen to the device. Rooms and people post these to the hub's inbox."""

from dataclasses import dataclass

from saykey.flow import Edits, Gesture, Phrase, PhraseId, Substitution, Transcript
from saykey.ports import Link
from saykey.requests import Request

# What people want, by button or control socket


@dataclass(frozen=True, slots=True)
class Gestured:
    """The button was used; what it means depends on the button mode and the device's state."""

    gesture: Gesture


# What the microphone and the speech room report


@dataclass(frozen=True, slots=True)
class MicrophoneReady:
    """The microphone can be opened (again)."""


@dataclass(frozen=True, slots=True)
class MicrophoneFailed:
    """The microphone went away or cannot be opened; the line says what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class SoundHeard:
    """The loudness while listening, in dB relative to full scale (<= 0): it is another now.

    A multiple of flow.LEVEL_STEP_DB, measured over the last 160 ms.
    """

    level_db: float


@dataclass(frozen=True, slots=True)
class PhrasePaused:
    """A short pause: this is the phrase if nothing more is said."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class PhraseResumed:
    """Speech went on after a short pause: the phrase is longer than it seemed."""

    phrase: PhraseId


@dataclass(frozen=True, slots=True)
class PhraseEnded:
    """The phrase is complete, by a pause, the length cap, or the release."""

    phrase: Phrase


@dataclass(frozen=True, slots=True)
class CaptureDrained:
    """All audio of the dictation went through the speech room; no phrase of it will follow.

    ``lost_samples`` were lost by the sound card while it was open.
    """

    dictation: int
    lost_samples: int = 0


@dataclass(frozen=True, slots=True)
class ModelsKnown:
    """The models the device has and could fall back to, the one that needs least memory first."""

    names: tuple[str, ...]


# What is reported of button, light, display and the ways to the hosts; see state/parts.py


@dataclass(frozen=True, slots=True)
class PartMissing:
    """A part cannot be opened, or went away; ``reason`` says what to do. It is tried again."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class PartFound:
    """A part that was missing works."""

    part: str


# What the recognizer reports


@dataclass(frozen=True, slots=True)
class ModelReady:
    """The worker has loaded this model."""

    name: str


@dataclass(frozen=True, slots=True)
class ModelFailed:
    """This model cannot be used; the line says what to do. ``kept``: another that still can."""

    name: str
    reason: str
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class ModelLost:
    """The worker died while it had nothing to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Recognised:
    """A phrase became text."""

    transcript: Transcript


@dataclass(frozen=True, slots=True)
class RecognitionFailed:
    """The worker died on this phrase or took too long. It has to load its model anew."""

    phrase: PhraseId
    revision: int
    reason: str


@dataclass(frozen=True, slots=True)
class RecognitionAborted:
    """The recognizer let go of this phrase as it was told to, and takes another."""

    phrase: PhraseId
    revision: int


# What the keyboard and the transports report


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The way to a host changed."""

    host: str
    link: Link


@dataclass(frozen=True, slots=True)
class LedsChanged:
    """A host set its lock lights (LED output report, see ports.Transport)."""

    host: str
    leds: int


@dataclass(frozen=True, slots=True)
class TypingPlanned:
    """All of a piece is planned and no key of it was pressed yet.

    ``units`` is its length: graphemes to type or to erase, and chords. ``substitutions`` are those
    that typing all of it will make.
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
    """So many units of a piece are done. Told now and then while a long piece is typed."""

    piece: int
    units: int


@dataclass(frozen=True, slots=True)
class TypingFinished:
    """The whole piece was typed and all keys are up."""

    piece: int
    reports: int = 0
    substitutions: tuple[Substitution, ...] = ()


@dataclass(frozen=True, slots=True)
class TypingStopped:
    """Typing ended early. ``typed``, ``doubtful`` and ``rest`` are the piece's edits, cut in three.

    ``typed`` is on the host; ``doubtful`` may or may not be (its reports were accepted but
    perhaps not read when the link dropped; empty after a stop on request); ``rest`` was not sent.
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
