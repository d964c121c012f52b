"""The recognizer as the device sees it: a worker process kept alive, and sessions with it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from saykey.errors import ModelError, RecognizerError, SaykeyError
from saykey.flow import PhraseId, Transcript
from saykey.models.store import store
from saykey.models.store.memory import Room, available, held_by, need_of, room
from saykey.ports import Clock, SessionParameters
from saykey.recognizer.languages import check_languages
from saykey.recognizer.pace import Pace
from saykey.recognizer.process import WorkerProcess
from saykey.recognizer.session import WorkerSession
from saykey.recognizer.threads import usual_threads
from saykey.recognizer.whisper.passes import Tally, climb, end, settled, transcript
from saykey.settings.schema import RecognizerSettings

_SECOND = 1_000_000_000

_LOAD_FLOOR_NS = 30 * _SECOND
_LOAD_BYTES_PER_SECOND = 5_000_000
"""A slow SD card, of which the model is read once."""

_FIRST_PAUSE_NS = _SECOND // 10
_LONGEST_PAUSE_NS = 30 * _SECOND


class WorkerRecognizer:
    """Implements ports.Recognizer with a worker process that runs whisper.cpp.

    A worker that dies or hangs is replaced, at once and then ever more slowly; a session begun
    meanwhile waits for the new one. ``on_lost`` gets one line whenever the worker of a loaded
    model is gone or cannot be replaced, ``on_ready`` the model's name when it was replaced. Both
    are called from the event loop. ``available`` tells the bytes of memory that can be had. A
    doubtful phrase is recognised again (see ladder); ``tally`` counts what the guards and the gate
    did.
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
        self._threads = settings.threads or usual_threads()
        self._gate = settings.gate
        self._language = settings.language
        self._available = available
        self._clock = clock
        self._on_ready = on_ready
        self._on_lost = on_lost
        self._model = ""
        self._path = Path()
        # the worker, or the wait for it, or why there will be none
        self._worker: asyncio.Future[WorkerProcess] | None = None
        self._replacing: asyncio.Task[None] | None = None
        self._pause_ns = _FIRST_PAUSE_NS
        self._pace = Pace()
        self._sessions = 0
        self._busy = False

    @property
    def model(self) -> str | None:
        """See ports.Recognizer."""
        return None if self._loaded() is None else self._model

    @property
    def worker_pid(self) -> int | None:
        """The process id of the worker that has the model loaded, None while there is none."""
        worker = self._loaded()
        return None if worker is None else worker.pid

    async def load(self, model: str) -> None:
        """See ports.Recognizer. The model in use goes on until the other has decoded a probe.

        Where there is no memory for both, it is unloaded first, and brought back if the other
        fails. A model that does not fit at all is refused before anything is changed. While a lost
        worker of the same model is being replaced, waits for that.
        """
        path = store.find(model)
        if self._worker is not None and not self._worker.done() and path == self._path:
            await self._replacement(self._worker)
            return
        # in a thread: of a GGUF file some 10 MB are read
        if self._room(model, await asyncio.to_thread(_need, path)) is Room.ALONE:
            await self._load_in_its_place(model, path)
            return
        worker = await self._start(path)
        await self.close()
        self._take_up(model, path, worker)

    def begin(self, parameters: SessionParameters) -> WorkerSession:
        """See ports.Recognizer. Raises RecognizerError without a model, or while still busy."""
        if self._worker is None:
            raise RecognizerError("no model is loaded; choose one")
        if self._worker.done():
            self._worker.result()
        if self._busy:
            raise RecognizerError("the phrase before is still being recognised")
        self._sessions += 1
        return WorkerSession(self._sessions, parameters, self._loaded(), self._recognise)

    async def close(self) -> None:
        """See ports.Recognizer. Nothing of the worker is left when this returns."""
        worker, waiting, replacing = self._loaded(), self._worker, self._replacing
        self._worker = self._replacing = None
        if waiting is not None and not waiting.done():
            _give_up(waiting, "the model was changed or closed")
        if replacing is not None:
            replacing.cancel()
            await asyncio.wait({replacing})
        if worker is not None:
            await end(worker, "the model was changed or closed")

    def _loaded(self) -> WorkerProcess | None:
        if self._worker is None or not self._worker.done() or self._worker.exception() is not None:
            return None
        return self._worker.result()

    def _room(self, model: str, need: int | None) -> Room:
        if need is None:
            return Room.BESIDE  # the worker will say what is wrong with the file
        worker = self._loaded()
        held = 0 if worker is None else held_by(worker.pid)
        return room(model, need, self._available(), held)

    async def _load_in_its_place(self, model: str, path: Path) -> None:
        before, before_path = self._model, self._path
        await self.close()
        try:
            worker = await self._start(path)
        except (ModelError, RecognizerError) as error:
            await self._bring_back(before, before_path, error)
            raise
        self._take_up(model, path, worker)

    async def _bring_back(self, model: str, path: Path, why: SaykeyError) -> None:
        try:
            worker = await self._start(path)
        except (ModelError, RecognizerError) as error:
            raise RecognizerError(f"{why}; {model}, in use before, is gone, too: {error}") from why
        self._take_up(model, path, worker)

    def _take_up(self, model: str, path: Path, worker: WorkerProcess) -> None:
        self._model, self._path = model, path
        self._pace, self._pause_ns = Pace(), _FIRST_PAUSE_NS
        self._worker = asyncio.get_running_loop().create_future()
        self._install(worker)

    async def _start(self, path: Path) -> WorkerProcess:
        """Start a worker and wait until its model is loaded. Raises as `load`."""
        limit = _LOAD_FLOOR_NS + _size(path) * _SECOND // _LOAD_BYTES_PER_SECOND
        worker = await WorkerProcess.start(path, self._threads, gate=self._gate)
        usable = False
        try:
            if not await settled(self._clock, limit, worker.ready):
                raise RecognizerError(f"{path} was not loaded within {limit // _SECOND} s")
            check_languages(str(path), worker.ready.result().languages, self._language)
            usable = True
        finally:
            if not usable:
                await end(worker, "the model could not be loaded")
        return worker

    def _install(self, worker: WorkerProcess) -> None:
        if self._worker is not None:
            self._worker.set_result(worker)
        worker.lost.add_done_callback(lambda lost: self._lost(worker, lost.result()))

    def _lost(self, worker: WorkerProcess, reason: str) -> None:
        if self._loaded() is not worker:
            return
        self._worker = asyncio.get_running_loop().create_future()
        self._replacing = asyncio.create_task(self._replace(self._worker))
        self._on_lost(reason)

    async def _replace(self, waiting: asyncio.Future[WorkerProcess]) -> None:
        while not waiting.done():
            pause, self._pause_ns = self._pause_ns, min(2 * self._pause_ns, _LONGEST_PAUSE_NS)
            await self._clock.sleep_until(self._clock.now() + pause)
            try:
                self._install(await self._start(self._path))
            except ModelError as error:
                _give_up(waiting, str(error))
                self._on_lost(str(error))
            except RecognizerError as error:
                self._on_lost(str(error))
            else:
                self._on_ready(self._model)

    async def _recognise(
        self, session: WorkerSession, phrase: PhraseId, revision: int
    ) -> Transcript:
        if self._busy:
            raise RecognizerError("the phrase before is still being recognised")
        self._busy = True
        try:
            if self._worker is None:
                raise RecognizerError("no model is loaded; choose one")
            worker = session.worker or session.bind(await self._replacement(self._worker))
            tries = await climb(session, worker, self._clock, self._pace)
        finally:
            self._busy = False
        self._pause_ns = _FIRST_PAUSE_NS
        self.tally = self.tally.counted(tries)
        return transcript(tries, session, self._model, phrase, revision)

    async def _replacement(self, waiting: asyncio.Future[WorkerProcess]) -> WorkerProcess:
        if not await settled(self._clock, _LOAD_FLOOR_NS, waiting):
            raise RecognizerError(
                "the recognizer's worker does not start again; choose another model"
            )
        return waiting.result()


def _give_up(waiting: asyncio.Future[WorkerProcess], reason: str) -> None:
    waiting.set_exception(RecognizerError(reason))
    waiting.exception()  # nobody may be waiting: that is no forgotten error


def _need(path: Path) -> int | None:
    try:
        return need_of(path)
    except OSError:
        return None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the worker will say what is wrong with it
