"""Everything that people ask of the device, by the button or the control socket."""

from dataclasses import dataclass

from saykey.flow import Stroke
from saykey.settings.schema import HostSettings


@dataclass(frozen=True, slots=True)
class DictationStarted:
    """Listen from ``at`` (monotonic ns) less the pre-roll."""

    at: int


@dataclass(frozen=True, slots=True)
class DictationEnded:
    """Listen up to ``at`` (monotonic ns) plus the post-roll."""

    at: int


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Stop listening and typing at once, and drop what is not typed yet."""


@dataclass(frozen=True, slots=True)
class HeldTextWanted:
    """Type all text held for the current host."""


@dataclass(frozen=True, slots=True)
class HeldTextDropped:
    """Forget all text held for the current host or for none, and the audio of failed phrases."""


@dataclass(frozen=True, slots=True)
class HeldTextMoved:
    """Hold for this host what is held for none, because its host was forgotten."""

    host: str


@dataclass(frozen=True, slots=True)
class RetryWanted:
    """Recognise the failed phrases once more; what comes of them is held."""


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
    """There is one more computer to type to."""

    host: HostSettings


@dataclass(frozen=True, slots=True)
class HostChanged:
    """A host has other settings, or another name. What is held for it stays held for it."""

    name: str
    host: HostSettings


@dataclass(frozen=True, slots=True)
class HostForgotten:
    """There is no such host any more; what is held for it is held for none."""

    name: str


@dataclass(frozen=True, slots=True)
class KeysWanted:
    """Press these keys on the current host, one after the other; `saykey layouts find` asks."""

    strokes: tuple[Stroke, ...]


@dataclass(frozen=True, slots=True)
class ShutdownWanted:
    """The service is told to stop (SIGTERM, SIGINT or SIGHUP)."""


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
"""What may be refused: the step then says why."""
