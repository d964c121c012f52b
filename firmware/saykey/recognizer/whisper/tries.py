"""One way to recognise a phrase, and the result of one try. Pure."""

from dataclasses import dataclass, field

from saykey.flow import Seam, Verdict
from saykey.recognizer.whisper.guards import (
    SURE_OF_SPEECH,
    Doubt,
    doubt,
    echoes,
    is_empty,
    is_gated,
    is_silent,
)


@dataclass(frozen=True, slots=True)
class Way:
    """How to recognise: encoder rows, temperature (0: the most probable token), prompt or none.

    ``parts``: the phrase is divided at a quiet place into so many, each recognised by itself; the
    rows are those of all parts. ``joint``: it is recognised together with the phrase before.
    """

    rows: int
    temperature: float = 0.0
    prompted: bool = True
    parts: int = 1
    joint: bool = False


@dataclass(frozen=True, slots=True)
class Try:
    """The result of recognising in one way; see whisper.decoding.Heard.

    ``text`` and ``probability`` are of this phrase only, also if ``way`` is joint. ``seam`` is then
    what stands before the text, None if the words of the phrase before were not found.
    ``seconds`` is the length of the phrase. ``prompt`` is "" if none was given. ``speech``: the
    gate's score of 0..1, None without a gate. ``knows_silence``: the model was taught to.
    """

    way: Way
    text: str = field(repr=False)
    probability: float
    seconds: float
    no_speech: float = 0.0
    capped: bool = False
    speech: float | None = None
    prompt: str = field(default="", repr=False)
    language: str = ""
    seam: Seam | None = None
    knows_silence: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether the engine heard no words."""
        return self.is_silent or is_empty(
            self.text, probability=self.probability, no_speech=self.no_speech
        )

    @property
    def doubt(self) -> Doubt | None:
        """Why the guards do not believe the words."""
        return doubt(
            self.text, probability=self.probability, capped=self.capped, seconds=self.seconds
        )

    @property
    def verdict(self) -> Verdict:
        """The guards' verdict on this try alone."""
        if self.is_empty:
            return Verdict.EMPTY
        return Verdict.GOOD if self.doubt is None else Verdict.DOUBTFUL

    @property
    def is_believed(self) -> bool:
        """Whether nothing speaks against the words."""
        return self.verdict is Verdict.GOOD and not self.is_echo and not self.is_lost

    @property
    def is_gated(self) -> bool:
        """Whether the gate heard no speech. Then nothing was recognised."""
        return is_gated(self.speech, knows_silence=self.knows_silence)

    @property
    def is_silent(self) -> bool:
        """Whether a model that was taught silence heard it.

        Two phrases together are never silent, so this is known of a phrase alone.
        """
        alone = self.knows_silence and not self.way.joint
        return alone and is_silent(self.no_speech, self.speech)

    @property
    def is_sure_of_speech(self) -> bool:
        """Whether the gate is sure that somebody speaks, or there is no gate."""
        return self.speech is None or self.speech >= SURE_OF_SPEECH

    @property
    def is_deaf(self) -> bool:
        """Whether the engine heard nothing although the gate is sure of speech."""
        spoken = self.speech is not None and self.is_sure_of_speech
        return spoken and self.is_empty and not self.is_silent

    @property
    def is_echo(self) -> bool:
        """Whether this may be the prompt instead of the phrase."""
        return not self.is_empty and echoes(self.text, self.prompt)

    @property
    def is_lost(self) -> bool:
        """Whether the words of the phrase before were not found in the joint text."""
        return self.way.joint and self.seam is None
