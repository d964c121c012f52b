"""A recognizer that returns texts from a script, after a time on any clock."""

from collections.abc import Mapping

from saykey.errors import ModelError, RecognizerError
from saykey.flow import SAMPLE_BYTES, SAMPLE_RATE, PhraseId, Seam, Timings, Transcript, Verdict
from saykey.ports import Clock, SessionParameters
from saykey.recognizer.whisper.guards import is_empty

_NS_PER_MS = 1_000_000


class ScriptedSession:
    """Implements ports.RecognizerSession."""

    def __init__(self, owner: "ScriptedRecognizer", parameters: SessionParameters) -> None:
        self._owner = owner
        self._parameters = parameters
        self._samples = 0

    def feed(self, pcm16: bytes) -> None:
        """Count the samples. Their content is ignored."""
        self._samples += len(pcm16) // SAMPLE_BYTES

    async def finish(self, phrase: PhraseId, revision: int) -> Transcript:
        """Return the script's text for this phrase, after the time that it takes."""
        return await self._owner.recognise(self._parameters, self._samples, phrase, revision)


class ScriptedRecognizer:
    """Implements ports.Recognizer without an engine.

    ``texts`` contains the text of each phrase. All other phrases are silent. ``joint`` contains,
    for phrases that are understood together with the phrase before, the mark at the seam and the
    text behind it. ``models`` are the names that can be loaded. A phrase of one second takes
    ``pace_ms``, by default no time.
    """

    def __init__(
        self,
        clock: Clock,
        texts: Mapping[PhraseId, str],
        *,
        joint: Mapping[PhraseId, tuple[str, str]] | None = None,
        models: frozenset[str] = frozenset({"tiny.en-short"}),
        pace_ms: float = 0.0,
    ) -> None:
        self.texts = dict(texts)
        self.joint = dict(joint or {})
        self.pace_ms = pace_ms
        self._clock = clock
        self._models = models
        self._model: str | None = None
        self._failures: dict[PhraseId, int] = {}
        self._busy = False

    def fail(self, phrase: PhraseId, times: int = 1) -> None:
        """Let the next recognitions of this phrase fail as if the worker had died."""
        self._failures[phrase] = times

    @property
    def model(self) -> str | None:
        """See ports.Recognizer."""
        return self._model

    async def load(self, model: str) -> None:
        """See ports.Recognizer."""
        if model not in self._models:
            there = ", ".join(sorted(self._models))
            raise ModelError(f"there is no model {model!r}; there are: {there}")
        self._model = model

    def begin(self, parameters: SessionParameters) -> ScriptedSession:
        """See ports.Recognizer. Raises RecognizerError without a model, or while it is busy."""
        self._require()
        return ScriptedSession(self, parameters)

    async def close(self) -> None:
        """See ports.Recognizer."""
        self._model = None

    async def recognise(
        self, parameters: SessionParameters, samples: int, phrase: PhraseId, revision: int
    ) -> Transcript:
        """Do the recognition for a session's `finish`."""
        model = self._require()
        self._busy = True
        took_ms = self.pace_ms * samples / SAMPLE_RATE
        try:
            await self._clock.sleep_until(self._clock.now() + int(took_ms * _NS_PER_MS))
        finally:
            self._busy = False
        if self._model is not model:
            raise RecognizerError("the model was changed or closed")
        if self._failures.get(phrase, 0) > 0:
            self._failures[phrase] -= 1
            raise RecognizerError("the recognizer's worker died, as in the script")
        text, seam = self.texts.get(phrase, ""), None
        if parameters.before is not None and phrase in self.joint:
            mark, text = self.joint[phrase]
            seam = Seam(mark)
        nothing = is_empty(text, probability=1.0, no_speech=0.0)
        return Transcript(
            phrase=phrase,
            revision=revision,
            text="" if nothing else text,
            language=parameters.language,
            model=model,
            attempt=parameters.attempt,
            verdict=Verdict.EMPTY if nothing else Verdict.GOOD,
            timings=Timings(total_ms=took_ms),
            seam=seam,
        )

    def _require(self) -> str:
        if self._model is None:
            raise RecognizerError("no model is loaded; choose one")
        if self._busy:
            raise RecognizerError("the previous phrase is still being recognised")
        return self._model
