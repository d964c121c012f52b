"""The recognizer's client: opens sessions with the worker of the model in use."""

from collections.abc import Callable

from saykey.errors import RecognizerError
from saykey.flow import PhraseId, Transcript
from saykey.models.store.memory import available
from saykey.ports import Clock, SessionParameters
from saykey.recognizer import protocol
from saykey.recognizer.session import WorkerSession, heard
from saykey.recognizer.supervisor import Callbacks, Starter
from saykey.recognizer.switching import ModelInUse
from saykey.recognizer.tally import Tally
from saykey.settings.schema import RecognizerSettings


class WorkerRecognizer:
    """Implements ports.Recognizer with a worker process that runs the model's engine.

    A worker that dies or hangs is replaced; a session begun meanwhile waits for the new one.
    For ``on_lost`` and ``on_ready`` see supervisor.Callbacks. ``available`` returns the available
    memory in bytes, None if it is unknown. ``tally`` counts what the guards and the gate did.
    """

    def __init__(
        self,
        settings: RecognizerSettings,
        clock: Clock,
        *,
        on_ready: Callable[[str], None] = lambda _model: None,
        on_lost: Callable[[str], None] = lambda _reason: None,
        available: Callable[[], int | None] = available,
    ) -> None:
        self.tally = Tally()
        self._clock = clock
        self._in_use = ModelInUse(
            Starter.of(settings, clock), Callbacks(on_ready, on_lost), available
        )
        self._sessions = 0
        self._busy = False

    @property
    def model(self) -> str | None:
        """See ports.Recognizer."""
        current = self._in_use.current
        return None if current is None or current.worker is None else current.model

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that has the model loaded, None while there is none."""
        current = self._in_use.current
        return None if current is None or current.worker is None else current.worker.pid

    async def load(self, model: str) -> None:
        """See switching.ModelInUse."""
        await self._in_use.load(model)

    def begin(self, parameters: SessionParameters) -> WorkerSession:
        """See ports.Recognizer. Raises RecognizerError without a model, or while still busy."""
        current = self._in_use.current
        if current is None:
            raise RecognizerError("no model is loaded; choose one")
        current.check()
        if self._busy:
            raise RecognizerError("the phrase before is still being recognised")
        self._sessions += 1
        return WorkerSession(self._sessions, parameters, current.worker, self._recognise)

    async def close(self) -> None:
        """See ports.Recognizer. The worker's process has ended when this returns."""
        await self._in_use.close()

    async def _recognise(
        self, session: WorkerSession, phrase: PhraseId, revision: int
    ) -> Transcript:
        if self._busy:
            raise RecognizerError("the phrase before is still being recognised")
        self._busy = True
        try:
            current = self._in_use.current
            if current is None:
                raise RecognizerError("no model is loaded; choose one")
            worker = session.worker or session.bind(await current.replacement())
            final = await heard(session, worker, self._clock, current.limits)
        finally:
            self._busy = False
        current.worked()
        self.tally = self.tally.counted(final)
        return _transcript(final, current.model, phrase, revision)


def _transcript(final: protocol.Final, model: str, phrase: PhraseId, revision: int) -> Transcript:
    return Transcript(
        phrase=phrase,
        revision=revision,
        text=final.text,
        language=final.language,
        model=model,
        attempt=final.attempt,
        verdict=final.verdict,
        probability=final.probability,
        no_speech=final.no_speech,
        timings=final.timings,
        seam=final.seam,
    )
