"""What the device state tells the rooms to begin. The hub performs each; none is awaited."""

from dataclasses import dataclass, field

from saykey.flow import Edits, Phrase, PhraseId
from saykey.settings.schema import HostSettings


@dataclass(frozen=True, slots=True)
class OpenCapture:
    """Listen for this dictation from ``at`` (monotonic ns) less the pre-roll."""

    dictation: int
    at: int


@dataclass(frozen=True, slots=True)
class CloseCapture:
    """Listen up to ``at`` plus the post-roll, then report CaptureDrained."""

    dictation: int
    at: int


@dataclass(frozen=True, slots=True)
class AbortCapture:
    """Stop listening now and report nothing more of this dictation."""

    dictation: int


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Have this model ready; ends in ModelReady or ModelFailed."""

    name: str


@dataclass(frozen=True, slots=True)
class Recognise:
    """Recognise this phrase; ends in Recognised, RecognitionFailed or RecognitionAborted."""

    phrase: Phrase
    attempt: int
    language: str
    prompt: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class AbortRecognition:
    """Let go of this phrase; ends in RecognitionAborted, or in a result that was already there."""

    phrase: PhraseId
    revision: int


@dataclass(frozen=True, slots=True)
class TypeEdits:
    """Carry these edits out on this host; ends in TypingFinished or TypingStopped.

    ``profile`` is how the host is typed to: its system, layout, pace and keys.
    """

    piece: int
    host: str
    profile: HostSettings
    edits: Edits


@dataclass(frozen=True, slots=True)
class StopTyping:
    """End the piece at the next whole character, keys up; ends as TypeEdits does."""

    piece: int


@dataclass(frozen=True, slots=True)
class ReleaseKeys:
    """Send the all-zero report to this host."""

    host: str


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Open the way to this host, once the host before on the same transport was let go of."""

    host: HostSettings


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Let go of this host: what is typed there ends, all keys go up, then the transport closes."""

    host: str


@dataclass(frozen=True, slots=True)
class WakeHost:
    """Ask this sleeping host to wake up, once."""

    host: str


@dataclass(frozen=True, slots=True)
class Exit:
    """Everything is put away: end the process.

    ``unrecognised`` phrases had audio but no text yet; ``held`` pieces of text were not typed.
    """

    unrecognised: int
    held: int


HostEffect = TypeEdits | StopTyping | ReleaseKeys | OpenLink | CloseLink | WakeHost
"""What concerns the way to a host."""

Effect = (
    OpenCapture
    | CloseCapture
    | AbortCapture
    | LoadModel
    | Recognise
    | AbortRecognition
    | HostEffect
    | Exit
)
