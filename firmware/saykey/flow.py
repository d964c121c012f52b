"""The values that flow through the rooms, forward only.

Edge -> Gesture; AudioFrame -> Phrase -> Transcript -> Insert | Erase | Press -> Stroke -> Report.

Audio positions are sample counts at 16 kHz since the capture of a dictation opened (its first
pre-roll sample is 0, samples the sound card lost are counted in). All other times are monotonic
nanoseconds, unless a name says ``_ms``.
"""

from dataclasses import dataclass, field
from enum import Enum

SAMPLE_RATE = 16_000
"""Samples per second everywhere behind the audio room; what Whisper and WebRTC's detector take."""

FRAME_SAMPLES = 320
"""Samples in a frame: 20 ms, a length WebRTC's detector accepts (10, 20 or 30 ms)."""

SAMPLE_BYTES = 2
"""Bytes of a sample: signed 16 bit, little endian, mono."""

LEVEL_STEP_DB = 4.0
"""Loudness is told and shown in multiples of this many dB: nobody sees less on a small display."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The button went down or up at a monotonic time in nanoseconds; debounced by the adapter."""

    at: int
    down: bool


class GestureKind(Enum):
    """What the hand did. PRESS and RELEASE come at once; the others name what they were part of."""

    PRESS = "press"
    RELEASE = "release"
    TAP = "tap"
    DOUBLE_TAP = "double tap"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture and the monotonic time in nanoseconds at which it was complete."""

    kind: GestureKind
    at: int


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Consecutive samples as pcm16 (signed 16 bit little endian, mono, 16 kHz).

    ``sample`` is the position of the first one on the microphone's own clock: samples since the
    microphone opened. A gap between two frames is audio the sound card lost.
    """

    pcm16: bytes
    sample: int

    @property
    def end(self) -> int:
        """Position just behind the last sample."""
        return self.sample + len(self.pcm16) // SAMPLE_BYTES


@dataclass(frozen=True, slots=True, order=True)
class PhraseId:
    """Phrases sort in the order of speech: by dictation, then by number; both count from 1."""

    dictation: int
    number: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of speech between two pauses.

    ``revision`` rises whenever the same phrase comes with other audio (speech went on after a
    short pause): two Phrases of one id and revision hold the same samples. ``pcm`` is pcm16 of
    the samples from ``first_sample`` up to, not including, ``last_sample``.
    """

    id: PhraseId
    revision: int
    first_sample: int
    last_sample: int
    pcm: bytes = field(repr=False, compare=False, default=b"")

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.last_sample - self.first_sample) / SAMPLE_RATE


class Verdict(Enum):
    """What the guards say of a transcript. EMPTY: the engine heard no speech in the phrase."""

    GOOD = "good"
    EMPTY = "empty"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Timings:
    """CPU or wall milliseconds the engine reports for one recognition.

    ``passes``: how often it went over the phrase; 0 if it was known without that there is no
    speech, more than 1 if what was heard first was doubted.
    """

    total_ms: float = 0.0
    encode_ms: float = 0.0
    decode_ms: float = 0.0
    passes: int = 1


@dataclass(frozen=True, slots=True)
class Transcript:
    """What an engine heard in one revision of a phrase.

    ``probability`` is the mean probability of the text's tokens and ``no_speech`` that of the
    no-speech token, both 0..1; ``attempt`` counts from 1. ``text`` has no space at either end.
    """

    phrase: PhraseId
    revision: int
    text: str = field(repr=False)
    language: str
    model: str
    attempt: int
    verdict: Verdict
    probability: float = field(default=1.0, compare=False)
    no_speech: float = field(default=0.0, compare=False)
    timings: Timings = field(default=Timings(), compare=False)


@dataclass(frozen=True, slots=True)
class Insert:
    """Type this text."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove this text, which was typed and ends before the cursor.

    The text is given, not a count: how many backspaces remove it depends on what the host's
    layout made of it and on the rule of the host's editor (keyboard.erase).
    """

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key pressed while modifiers are held.

    ``usage`` is a usage of the HID Usage Tables, page 0x07 (Keyboard/Keypad); ``modifiers`` is the
    boot keyboard's first byte: bit 0 left Control, 1 left Shift, 2 left Alt, 3 left GUI, 4..7 the
    right ones (HID 1.11, appendix B.1 and C). ``held`` are usages of keys held besides, which no
    bit of that byte stands for: some layouts reach their fifth level by such a key.
    """

    usage: int
    modifiers: int = 0
    held: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """Press a chord that is no text, such as Enter."""

    stroke: Stroke


Edit = Insert | Erase | Press
Edits = tuple[Edit, ...]


def inserted(edits: Edits) -> str:
    """All text these edits insert."""
    return "".join(edit.text for edit in edits if isinstance(edit, Insert))


@dataclass(frozen=True, slots=True)
class Report:
    """A boot keyboard input report: 8 bytes, held by the host for at least ``hold_ns``."""

    data: bytes
    hold_ns: int = 0


ALL_UP = Report(bytes(8))
"""The report in which no key is down; the last one of whatever is typed."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """A piece of text the host's layout cannot type, what is typed instead, and why.

    ``script``, such as "Cyrillic", if the layout has no letter of the script at all.
    """

    wanted: str = field(repr=False)
    typed: str = field(repr=False)
    reason: str
    script: str = field(default="", compare=False)
