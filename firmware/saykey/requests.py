"""All requests from users, by the button or the control socket. The state may refuse them."""

from dataclasses import dataclass

from saykey.flow import Stroke
from saykey.settings.schema import HostSettings


@dataclass(frozen=True, slots=True)
class DictationStarted:
    """Listen from ``at`` (monotonic ns) minus the pre-roll.

    With a ``borrower`` the microphone is lent: the sound from ``at`` on goes to that client of the
    control socket, and nothing is recognised or typed. The number is used for one dictation only.
    """

    at: int
    borrower: int | None = None


@dataclass(frozen=True, slots=True)
class DictationEnded:
    """Listen up to ``at`` (monotonic ns) plus the post-roll.

    With a ``borrower`` only the dictation of that borrower is ended.
    """

    at: int
    borrower: int | None = None


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Stop listening and typing at once, and drop what is not typed yet.

    With a ``borrower`` only the dictation of that borrower is dropped, and typing continues.
    """

    borrower: int | None = None


@dataclass(frozen=True, slots=True)
class HeldTextWanted:
    """Type all text held for the current host."""


@dataclass(frozen=True, slots=True)
class HeldTextDropped:
    """Forget all text held for the current host or for none, and the audio of failed phrases."""


@dataclass(frozen=True, slots=True)
class HeldTextMoved:
    """Hold for this host the text that is held for no host, because its host was removed."""

    host: str


@dataclass(frozen=True, slots=True)
class RetryWanted:
    """Recognise the failed phrases once more. Their text is held."""


@dataclass(frozen=True, slots=True)
class ModelWanted:
    """Use this model from the next dictation on."""

    name: str


@dataclass(frozen=True, slots=True)
class HostWanted:
    """Send the next dictation to this host."""

    host: str


@dataclass(frozen=True, slots=True)
class HostAdded:
    """Add a computer to type to."""

    host: HostSettings


@dataclass(frozen=True, slots=True)
class HostChanged:
    """Give the host ``name`` these settings, which may rename it. It keeps its held text."""

    name: str
    host: HostSettings


@dataclass(frozen=True, slots=True)
class HostForgotten:
    """Remove a host. Its held text is then held for no host."""

    name: str


@dataclass(frozen=True, slots=True)
class KeysWanted:
    """Press these keys on the current host, one after another. `saykey layouts find` uses it."""

    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class ShutdownWanted:
    """Stop the service: SIGTERM, SIGINT or SIGHUP arrived."""


Request = (
    DictationStarted
    | DictationEnded
    | Cancelled
    | HeldTextWanted
    | HeldTextDropped
    | HeldTextMoved
    | RetryWanted
    | ModelWanted
    | HostWanted
    | HostAdded
    | HostChanged
    | HostForgotten
    | KeysWanted
    | ShutdownWanted
)
"""All requests. The state may refuse each of them: `Step.refusal` is then the reason."""
