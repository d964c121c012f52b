"""All effects: work that the device state starts in the other packages.

The hub has each effect performed and does not wait for it. The result comes back as an event.
"""

from dataclasses import dataclass, field

from saykey.flow import Edits, Phrase, PhraseId, Preceding
from saykey.settings.schema import HostSettings


@dataclass(frozen=True, slots=True)
class OpenCapture:
    """Listen for this dictation from ``at`` (monotonic ns) minus the pre-roll.

    With a ``borrower`` no phrases are posted: the sound from ``at`` on goes to that borrower.
    """

    dictation: int
    at: int
    borrower: int | None = None


@dataclass(frozen=True, slots=True)
class CloseCapture:
    """Listen up to ``at`` (monotonic ns) plus the post-roll, then post CaptureDrained.

    A dictation that is lent has no post-roll.
    """

    dictation: int
    at: int


@dataclass(frozen=True, slots=True)
class AbortCapture:
    """Stop listening now, and post no further events of this dictation."""

    dictation: int


@dataclass(frozen=True, slots=True)
class LoadModel:
    """Load this model. The result is ModelReady or ModelFailed."""

    name: str


@dataclass(frozen=True, slots=True)
class Recognise:
    """Recognise this phrase.

    The result is Recognised, RecognitionFailed or RecognitionAborted. ``attempt`` counts from 1.
    ``before``: recognise it together with this phrase; None: recognise it alone.
    """

    phrase: Phrase
    attempt: int
    language: str
    prompt: str = field(repr=False, default="")
    before: Preceding | None = None


@dataclass(frozen=True, slots=True)
class AbortRecognition:
    """Abort the recognition of this phrase.

    The result is RecognitionAborted, or the recognition's own result if it was ready before.
    """

    phrase: PhraseId
    revision: int


@dataclass(frozen=True, slots=True)
class TypeEdits:
    """Carry out these edits on this host. The result is TypingFinished or TypingStopped.

    ``profile`` are the host's settings: its operating system, layout, pace and special keys.
    """

    piece: int
    host: str
    profile: HostSettings
    edits: Edits


@dataclass(frozen=True, slots=True)
class StopTyping:
    """Stop typing the piece after the current character, with all keys up.

    The result is TypingStopped, or TypingFinished if the piece was complete before.
    """

    piece: int


@dataclass(frozen=True, slots=True)
class ReleaseKeys:
    """Send the all-zero report to this host."""

    host: str


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Connect to this host, after the previous host on the same transport is closed."""

    host: HostSettings


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Disconnect from this host: typing ends, all keys go up, then the transport is closed."""

    host: str


@dataclass(frozen=True, slots=True)
class WakeHost:
    """Send one wake-up request to this sleeping host."""

    host: str


@dataclass(frozen=True, slots=True)
class Exit:
    """End the process: nothing is left to do.

    ``unrecognised`` phrases had audio but no text yet. ``held`` pieces of text were not typed.
    """

    unrecognised: int
    held: int


HostEffect = TypeEdits | StopTyping | ReleaseKeys | OpenLink | CloseLink | WakeHost
"""Effects on the connection to a host."""

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
