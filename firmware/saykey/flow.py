"""The values that the packages pass to one another. Data flows in one direction only.

Edge -> Gesture; AudioFrame -> Phrase -> Transcript -> Insert | Erase | Press -> Stroke -> Report.

Audio positions count samples at 16 kHz from the first pre-roll sample of a dictation, lost samples
included. All other times are monotonic nanoseconds, unless a name ends in ``_ms`` or ``_s``.
"""

from dataclasses import dataclass, field
from enum import Enum

SAMPLE_RATE = 16_000
"""Samples per second everywhere after the audio package. Whisper and WebRTC's detector need it."""

FRAME_SAMPLES = 320
"""Samples in a frame: 20 ms. WebRTC's detector accepts frames of 10, 20 or 30 ms."""

SAMPLE_BYTES = 2
"""Bytes per sample: signed 16 bit, little endian, mono."""

LEVEL_STEP_DB = 4.0
"""Loudness is reported and shown in steps of this many dB. A small display cannot show less."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The button went down or up, at a monotonic time in ns. The adapter debounces the contacts."""

    at: int
    down: bool


class GestureKind(Enum):
    """PRESS and RELEASE are reported at once; the others in addition, as the kind of the press."""

    PRESS = "press"
    RELEASE = "release"
    TAP = "tap"
    DOUBLE_TAP = "double tap"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture, and the monotonic time in nanoseconds at which it was complete."""

    kind: GestureKind
    at: int


@dataclass(frozen=True, slots=True)
class AudioFrame:
    """Consecutive samples as pcm16 (signed 16 bit little endian, mono, 16 kHz).

    ``sample`` is the position of the first sample, counted since the microphone opened. A gap
    between two frames is audio that the sound card lost.
    """

    pcm16: bytes
    sample: int

    @property
    def end(self) -> int:
        """Position one after the last sample."""
        return self.sample + len(self.pcm16) // SAMPLE_BYTES


@dataclass(frozen=True, slots=True)
class LentSound:
    """Sound for a client that borrows the microphone: pcm16, perhaps empty. ``over``: the last.

    ``why`` is one line that says why the device ended it, or empty after a release.
    """

    borrower: int
    pcm16: bytes = field(repr=False)
    over: bool = False
    why: str = ""


@dataclass(frozen=True, slots=True, order=True)
class PhraseId:
    """Identifies a phrase. Sorts in the order of speech: by dictation, then by number, from 1."""

    dictation: int
    number: int


class Loudness(Enum):
    """The loudness of a phrase. TOO_QUIET: words may be missing. CLIPPED: distorted, too loud."""

    FINE = "fine"
    TOO_QUIET = "too quiet"
    CLIPPED = "clipped"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A stretch of speech between two pauses.

    ``revision`` increases when the same phrase is reported with other audio, because speech
    continued after a short pause. Two Phrases with the same id and revision hold the same samples.
    ``pcm`` is pcm16 of the samples from ``first_sample`` up to, not including, ``last_sample``.
    ``cut``: the phrase ended at the length limit, while the user went on speaking.
    """

    id: PhraseId
    revision: int
    first_sample: int
    last_sample: int
    pcm: bytes = field(repr=False, compare=False, default=b"")
    cut: bool = False
    loudness: Loudness = Loudness.FINE

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return (self.last_sample - self.first_sample) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Preceding:
    """The phrase typed before another in the same dictation. Both are recognised together.

    ``pcm`` is its audio (pcm16), ``text`` its whole text with the closing mark. ``gap``: how many
    samples lie between both; 0 if the length limit divided them.
    """

    pcm: bytes = field(repr=False, compare=False)
    text: str = field(repr=False)
    gap: int


@dataclass(frozen=True, slots=True)
class Seam:
    """What stands between two phrases that were recognised together.

    ``mark`` is punctuation, such as ".", or "" for none. The case of the next word is right.
    """

    mark: str


class Verdict(Enum):
    """How the guards judge a transcript. EMPTY: the engine found no speech in the phrase."""

    GOOD = "good"
    EMPTY = "empty"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True)
class Timings:
    """CPU or wall-clock milliseconds that the engine reports for one recognition.

    ``passes`` is how often the engine ran on the phrase: 0 if it was known before that there is no
    speech, more than 1 if the first result was doubtful.
    """

    total_ms: float = 0.0
    encode_ms: float = 0.0
    decode_ms: float = 0.0
    passes: int = 1


@dataclass(frozen=True, slots=True)
class Transcript:
    """The text that an engine recognised in one revision of a phrase.

    ``probability`` is the mean probability of the text's tokens. ``no_speech`` is the probability
    of the no-speech token. Both are 0..1. ``attempt`` counts from 1. ``text`` has no space at
    either end. With a ``seam`` the phrase was recognised together with the one before it, and
    ``text`` follows the seam. Without one it was recognised alone.
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
    seam: Seam | None = None


@dataclass(frozen=True, slots=True)
class Insert:
    """Type this text."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Erase:
    """Remove this text, which was typed and ends at the cursor.

    It holds the text and not a count: the number of backspaces depends on how the host's layout
    typed the text and on the rules of the host's editor (see keyboard.erase).
    """

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stroke:
    """One key pressed while modifiers are held.

    ``usage`` is a usage of the HID Usage Tables, page 0x07 (Keyboard/Keypad). ``modifiers`` is the
    first byte of a boot keyboard report: bit 0 left Control, 1 left Shift, 2 left Alt, 3 left GUI,
    4..7 the right ones (HID 1.11, appendix B.1 and C). ``held`` are usages of further keys to hold
    that have no bit in that byte: some layouts reach their fifth level with such a key.
    """

    usage: int
    modifiers: int = 0
    held: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Press:
    """Press a key or chord that types no text, such as Enter."""

    stroke: Stroke


Edit = Insert | Erase | Press
Edits = tuple[Edit, ...]


def inserted(edits: Edits) -> str:
    """All text that these edits insert, as one string."""
    return "".join(edit.text for edit in edits if isinstance(edit, Insert))


@dataclass(frozen=True, slots=True)
class Report:
    """A boot keyboard input report: 8 bytes. No report follows it within ``hold_ns``."""

    data: bytes
    hold_ns: int = 0


ALL_UP = Report(bytes(8))
"""The report in which no key is down. Every piece ends with it."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Text that the host's layout cannot type, what is typed instead, and why.

    ``script`` is the script, such as "Cyrillic", if the layout has no letter of it; else "".
    """

    wanted: str = field(repr=False)
    typed: str = field(repr=False)
    reason: str
    script: str = field(default="", compare=False)
