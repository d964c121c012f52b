"""The ports: Protocols for hardware, processes and time. Each has a real and a simulated adapter.

One contract test per port (tests/contract) runs against every adapter that the machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from saykey.flow import AudioFrame, Edge, PhraseId, Preceding, Report, Transcript

if TYPE_CHECKING:
    from PIL.Image import Image


class Clock(Protocol):
    """Monotonic time."""

    def now(self) -> int:
        """Nanoseconds since an arbitrary start. Never decreases."""
        ...

    async def sleep_until(self, at: int) -> None:
        """Return when ``now() >= at``, at once if ``at`` is past."""
        ...


class Microphone(Protocol):
    """A sound source. Delivers 20 ms frames of 16 kHz mono pcm16, whatever the device records."""

    @property
    def name(self) -> str:
        """Its name in the settings, for messages."""
        ...

    @property
    def lost_samples(self) -> int:
        """Samples at 16 kHz lost by overruns since it was opened."""
        ...

    async def open(self) -> None:
        """Start recording at sample 0. Raises MicrophoneLost with advice for the user."""
        ...

    async def read(self) -> AudioFrame:
        """Wait for the next complete frame of FRAME_SAMPLES samples and return it.

        Raises MicrophoneLost when the device goes away. The microphone is then closed. A cancelled
        read loses no samples.
        """
        ...

    def has_frame(self) -> bool:
        """Whether the next frame is complete, so that ``read`` returns at once.

        Raises MicrophoneLost as ``read`` does.
        """
        ...

    async def close(self) -> None:
        """Stop recording. A closed microphone can be opened again, and starts at sample 0."""
        ...


class VoiceDetector(Protocol):
    """Decides for each 20 ms frame whether it contains a voice. Keeps state between frames."""

    def voiced(self, pcm16: bytes) -> bool:
        """Whether these FRAME_SAMPLES samples contain a voice."""
        ...

    def reset(self) -> None:
        """Forget all earlier frames."""
        ...


@dataclass(frozen=True, slots=True)
class SessionParameters:
    """How to recognise one phrase.

    ``language`` is an ISO 639-1 code, or several separated by commas: the engine then detects which
    of them is spoken. ``prompt`` is text that the engine treats as preceding the phrase.
    ``attempt`` counts from 1. An engine may search more thoroughly from the second attempt on.
    ``before`` is the phrase typed before this one, or None. An engine that recognises both together
    reports the seam between them in the transcript (see flow.Seam). Any other engine ignores it.
    The session gets the samples of ``before`` from here: only those of the phrase itself are fed.
    """

    language: str
    prompt: str = ""
    attempt: int = 1
    before: Preceding | None = None


class RecognizerSession(Protocol):
    """The recognition of one revision of one phrase."""

    def feed(self, pcm16: bytes) -> None:
        """Append samples, in order. Never blocks."""
        ...

    async def finish(self, phrase: PhraseId, revision: int) -> Transcript:
        """Wait for the transcript of the samples fed so far. No more may be fed.

        Raises RecognizerError when the worker died or took longer than the phrase's time-out.
        When the task is cancelled, the work is aborted. That can take as long as one encoder pass,
        and the recognizer takes no other session until then.
        """
        ...


class Recognizer(Protocol):
    """An engine with one model. One session at a time."""

    @property
    def model(self) -> str | None:
        """The loaded model, or None."""
        ...

    async def load(self, model: str) -> None:
        """Load this model, by its name in the settings, in place of the loaded one.

        Raises ModelError when the file is missing, damaged or too large for the memory, and
        RecognizerError when the worker cannot be started. The property ``model`` then says whether
        the previous model is loaded.
        """
        ...

    def begin(self, parameters: SessionParameters) -> RecognizerSession:
        """Start a session. The previous session must have ended."""
        ...

    async def close(self) -> None:
        """End the worker."""
        ...


class Link(Enum):
    """State of the link to a host. Text is typed only when it is UP.

    UNKNOWN: nothing was reported yet, or the device file is gone.
    """

    UNKNOWN = "unknown"
    UP = "up"
    ASLEEP = "asleep"
    DOWN = "down"


class Transport(Protocol):
    """The connection to one host. Sends boot keyboard reports, reports link and lock LEDs."""

    @property
    def in_doubt(self) -> int:
        """The most accepted reports that the host may not have read when the link drops.

        The kernel's HID gadget accepts two reports before the host polls.
        """
        ...

    async def open(self, on_link: Callable[[Link], None], on_leds: Callable[[int], None]) -> None:
        """Connect. Call back from the event loop with the first state and with each change.

        ``on_leds`` gets the LED output report (HID 1.11, appendix B.1): bit 0 Num Lock, bit 1
        Caps Lock, bit 2 Scroll Lock. Returns at once, even when no host is connected. Raises
        HardwareError when the device file is absent or not permitted. If the device file goes away
        later, ``on_link`` gets UNKNOWN and the transport is closed: open it again.
        """
        ...

    async def send(self, report: Report) -> None:
        """Return when the link has accepted the report. Waits while the host does not poll.

        Does not wait for ``hold_ns``: the typist does that. Raises LinkLost when the link is not up
        or drops meanwhile. If the task is cancelled, the report was either accepted or not sent.
        """
        ...

    async def wake(self) -> None:
        """Send one wake-up request to a sleeping host. Does nothing when the link is up or down."""
        ...

    async def close(self) -> None:
        """Disconnect from the host. No further callbacks."""
        ...


class Button(Protocol):
    """The button."""

    def open(self, on_edge: Callable[[Edge], None]) -> None:
        """Call back from the event loop on each debounced edge. Raises HardwareError."""
        ...

    def check(self) -> None:
        """Raise HardwareError if it went away since it was opened. Cheap."""
        ...

    def close(self) -> None:
        """No further callbacks. The button can be opened again."""
        ...


class Light(Enum):
    """What the LED next to the button shows."""

    OFF = "off"
    LISTENING = "listening"
    WORKING = "working"
    HELD = "held"
    FAULT = "fault"


class Lamp(Protocol):
    """The LED."""

    def open(self) -> None:
        """Get ready to show a light. The LED is dark. Raises HardwareError."""
        ...

    def show(self, light: Light) -> None:
        """Show this light until the next call. Blinking needs no calls. Raises HardwareError."""
        ...

    def close(self) -> None:
        """Switch the LED off. It can be opened again."""
        ...


class Display(Protocol):
    """A 128 x 64 monochrome display."""

    async def show(self, picture: Image) -> None:
        """Show a 128 x 64 picture of mode "1". Does not block the loop. Raises HardwareError."""
        ...

    async def close(self) -> None:
        """Switch the display off."""
        ...
