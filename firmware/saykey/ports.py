"""The Protocols between the rooms and the world: each has a real and a simulated adapter.

One contract test per port (tests/contract) runs against every adapter the machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from saykey.flow import AudioFrame, Edge, PhraseId, Report, Transcript

if TYPE_CHECKING:
    from PIL.Image import Image


class Clock(Protocol):
    """Monotonic time."""

    def now(self) -> int:
        """Nanoseconds since an arbitrary start; never goes back."""
        ...

    async def sleep_until(self, at: int) -> None:
        """Return once ``now() >= at``; at once if it already is."""
        ...


class Microphone(Protocol):
    """Sound as 20 ms frames of 16 kHz mono pcm16, whatever the source delivers."""

    @property
    def name(self) -> str:
        """What the settings call it, for messages."""
        ...

    @property
    def lost_samples(self) -> int:
        """Samples at 16 kHz lost to overruns since it was opened."""
        ...

    async def open(self) -> None:
        """Start recording at sample 0. Raises MicrophoneLost with what the user should do."""
        ...

    async def read(self) -> AudioFrame:
        """The next frame of FRAME_SAMPLES samples, as soon as it is complete.

        Raises MicrophoneLost when the device goes away; the microphone is then closed. May be
        cancelled at any time without losing samples.
        """
        ...

    def has_frame(self) -> bool:
        """Whether the next frame is complete already, so that ``read`` does not wait.

        Raises MicrophoneLost as ``read`` does.
        """
        ...

    async def close(self) -> None:
        """Stop recording; a closed microphone can be opened again and starts at sample 0."""
        ...


class VoiceDetector(Protocol):
    """Says of each 20 ms frame whether it holds a voice. Keeps state from frame to frame."""

    def voiced(self, pcm16: bytes) -> bool:
        """Whether these FRAME_SAMPLES samples hold a voice."""
        ...

    def reset(self) -> None:
        """Forget all earlier frames: the next one is the first."""
        ...


@dataclass(frozen=True, slots=True)
class SessionParameters:
    """How to recognise one phrase.

    ``language`` is an ISO 639-1 code, or several, separated by commas, of which the engine takes
    the one that is spoken; ``prompt`` is text the engine should assume came before;
    ``attempt`` counts from 1: an engine may search harder on the second.
    """

    language: str
    prompt: str = ""
    attempt: int = 1


class RecognizerSession(Protocol):
    """One revision of one phrase on its way through the engine."""

    def feed(self, pcm16: bytes) -> None:
        """Append samples in order. Never blocks."""
        ...

    async def finish(self, phrase: PhraseId, revision: int) -> Transcript:
        """Say that all samples were fed, and wait for what was heard.

        Raises RecognizerError when the worker died or took longer than the phrase allows, and
        asyncio.CancelledError when cancelled: the work is then aborted, which can take as long as
        one encoder pass, during which the recognizer takes no other session.
        """
        ...


class Recognizer(Protocol):
    """An engine with one model. One session at a time."""

    @property
    def model(self) -> str | None:
        """The model that can recognise now, None while there is none."""
        ...

    async def load(self, model: str) -> None:
        """Have this model ready, by the name the settings use; replaces the one before.

        Raises ModelError when the file is missing or damaged or does not fit into memory,
        RecognizerError when the worker cannot be started. ``model`` then tells whether the one
        before is still, or again, in use.
        """
        ...

    def begin(self, parameters: SessionParameters) -> RecognizerSession:
        """Start a session. The one before must have ended."""
        ...

    async def close(self) -> None:
        """End the worker."""
        ...


class Link(Enum):
    """State of the way to a host. UNKNOWN: not yet heard of, or its device file is gone.

    Typing is tried only when UP.
    """

    UNKNOWN = "unknown"
    UP = "up"
    ASLEEP = "asleep"
    DOWN = "down"


class Transport(Protocol):
    """The way to one host: takes boot keyboard reports, tells link and lock lights."""

    @property
    def in_doubt(self) -> int:
        """How many accepted reports the host may not have read when the link drops, at most.

        The kernel's HID gadget accepts two without the host polling.
        """
        ...

    async def open(self, on_link: Callable[[Link], None], on_leds: Callable[[int], None]) -> None:
        """Connect, and call back from the event loop on each change, the first state included.

        ``on_leds`` gets the LED output report (HID 1.11, appendix B.1): bit 0 Num Lock, bit 1
        Caps Lock, bit 2 Scroll Lock. Returns at once, also while no host is there. Raises
        HardwareError when the device file is absent or not permitted. When that happens later,
        ``on_link`` gets UNKNOWN and the transport is closed: open it again.
        """
        ...

    async def send(self, report: Report) -> None:
        """Return once the link accepted the report; waits while the host does not poll.

        Does not wait for ``hold_ns``: the typist does. Raises LinkLost when the link is not up or
        drops meanwhile. Cancelled, the report was either accepted or not sent at all.
        """
        ...

    async def wake(self) -> None:
        """Ask a sleeping host to wake up, once. Does nothing on a link that is up or down."""
        ...

    async def close(self) -> None:
        """Let go of the host. No further callbacks."""
        ...


class Button(Protocol):
    """The one button."""

    def open(self, on_edge: Callable[[Edge], None]) -> None:
        """Call back from the event loop on each debounced edge. Raises HardwareError."""
        ...

    def check(self) -> None:
        """Raise HardwareError if it went away since it was opened. Costs little."""
        ...

    def close(self) -> None:
        """No further callbacks; it can be opened again."""
        ...


class Light(Enum):
    """What the LED next to the button tells."""

    OFF = "off"
    LISTENING = "listening"
    WORKING = "working"
    HELD = "held"
    FAULT = "fault"


class Lamp(Protocol):
    """The LED."""

    def open(self) -> None:
        """Be ready to show a light, and dark. Raises HardwareError."""
        ...

    def show(self, light: Light) -> None:
        """Show it until told otherwise; blinking goes on by itself. Raises HardwareError."""
        ...

    def close(self) -> None:
        """Dark; it can be opened again."""
        ...


class Display(Protocol):
    """A 128 x 64 monochrome display."""

    async def show(self, picture: Image) -> None:
        """Show a 128 x 64 picture of mode "1". The loop is not blocked. Raises HardwareError."""
        ...

    async def close(self) -> None:
        """Dark."""
        ...
