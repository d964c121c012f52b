"""One phrase on its way to a worker: its messages, sent at once or kept for the next worker."""

from collections.abc import Awaitable, Callable

from saykey.flow import SAMPLE_BYTES, PhraseId, Transcript
from saykey.ports import SessionParameters
from saykey.recognizer import protocol
from saykey.recognizer.process import WorkerProcess


class WorkerSession:
    """Implements ports.RecognizerSession; made by client.WorkerRecognizer.begin.

    Without a worker (it is being replaced) the messages wait here.
    """

    def __init__(
        self,
        number: int,
        parameters: SessionParameters,
        worker: WorkerProcess | None,
        recognise: "Callable[[WorkerSession, PhraseId, int], Awaitable[Transcript]]",
    ) -> None:
        self.number = number
        self.parameters = parameters
        self.worker = worker
        self.samples = 0
        self._waiting: list[protocol.Order] = []
        self._recognise = recognise
        self._send(protocol.Begin(number, parameters.language, parameters.prompt))

    def feed(self, pcm16: bytes) -> None:
        """See ports.RecognizerSession."""
        self.samples += len(pcm16) // SAMPLE_BYTES
        self._send(protocol.Feed(self.number, pcm16))

    async def finish(self, phrase: PhraseId, revision: int) -> Transcript:
        """See ports.RecognizerSession."""
        return await self._recognise(self, phrase, revision)

    def bind(self, worker: WorkerProcess) -> WorkerProcess:
        """Let this worker have the session, with all that waited."""
        self.worker = worker
        for order in self._waiting:
            worker.send(order)
        self._waiting.clear()
        return worker

    def _send(self, order: protocol.Order) -> None:
        if self.worker is None:
            self._waiting.append(order)
        else:
            self.worker.send(order)
