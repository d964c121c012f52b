"""Keeps the worker of one model running: starts it, watches it, replaces it when it is lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from saykey.errors import ModelError, RecognizerError
from saykey.ports import Clock
from saykey.recognizer.languages import check_languages
from saykey.recognizer.process import WorkerProcess, settled
from saykey.recognizer.threads import usual_threads
from saykey.recognizer.time_limits import TimeLimits
from saykey.settings.schema import RecognizerSettings

_SECOND = 1_000_000_000
_NS_PER_MS = 1_000_000

_LOAD_FLOOR_NS = 30 * _SECOND
_LOAD_BYTES_PER_SECOND = 5_000_000
"""The speed of a slow SD card, from which the model is read once."""

_FIRST_PAUSE_NS = _SECOND // 10
_LONGEST_PAUSE_NS = 30 * _SECOND


@dataclass(frozen=True, slots=True)
class Starter:
    """Starts workers with this many threads, with or without the gate.

    ``language``: the languages the user speaks; see settings.schema.RecognizerSettings.
    """

    clock: Clock
    threads: int
    gate: bool
    language: str

    @classmethod
    def of(cls, settings: RecognizerSettings, clock: Clock) -> "Starter":
        """A starter with the values of the settings."""
        threads = settings.threads or usual_threads()
        return cls(clock, threads, settings.gate, settings.language)

    async def start(self, path: Path) -> WorkerProcess:
        """Start a worker and wait until its model is loaded.

        Raises ModelError when the model cannot be used or does not know a language that is spoken,
        RecognizerError when the worker dies or takes too long.
        """
        limit = _LOAD_FLOOR_NS + _size(path) * _SECOND // _LOAD_BYTES_PER_SECOND
        worker = await WorkerProcess.start(path, self.threads, gate=self.gate)
        usable = False
        try:
            if not await settled(self.clock, limit, worker.ready):
                raise RecognizerError(f"{path} was not loaded within {limit // _SECOND} s")
            check_languages(str(path), worker.ready.result().languages, self.language)
            usable = True
        finally:
            if not usable:
                await worker.end("the model could not be loaded")
        return worker


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Called from the event loop when the worker is lost and when it is replaced.

    ``on_lost`` gets one line whenever the worker is lost or cannot be replaced. ``on_ready`` gets
    the model's name when the worker was replaced.
    """

    on_ready: Callable[[str], None]
    on_lost: Callable[[str], None]


class Supervisor:
    """Replaces a worker that dies or hangs, with a growing back-off, until closed.

    The pause before a replacement is 0.1 s at first and doubles up to 30 s. A recognised phrase
    resets it. ``limits`` are the time limits of the model's phrases on this machine.
    """

    def __init__(
        self, model: str, path: Path, worker: WorkerProcess, starter: Starter, callbacks: Callbacks
    ) -> None:
        facts = worker.ready.result()
        self.model = model
        self.path = path
        self.limits = TimeLimits(facts.probe_work, facts.probe_ms * _NS_PER_MS)
        self._starter = starter
        self._callbacks = callbacks
        self._pause_ns = _FIRST_PAUSE_NS
        self._replacing: asyncio.Task[None] | None = None
        # done with the worker; pending while it is replaced; failed if there will be none
        self._worker: asyncio.Future[WorkerProcess] = asyncio.get_running_loop().create_future()
        self._closed = False
        self._install(worker)

    @property
    def worker(self) -> WorkerProcess | None:
        """The worker that has the model loaded, None while there is none."""
        if self._closed or self.is_replacing or self._worker.exception() is not None:
            return None
        return self._worker.result()

    @property
    def is_replacing(self) -> bool:
        """Whether the worker is lost and another is being started."""
        return not self._worker.done()

    def check(self) -> None:
        """Raise RecognizerError if the worker is lost for good."""
        if self._worker.done():
            self._worker.result()

    async def replacement(self) -> WorkerProcess:
        """The worker, or its replacement if it is lost. Raises RecognizerError if none comes."""
        if not await settled(self._starter.clock, _LOAD_FLOOR_NS, self._worker):
            raise RecognizerError(
                "the recognizer's worker does not start again; choose another model"
            )
        return self._worker.result()

    def worked(self) -> None:
        """Note that a phrase was recognised. This resets the pause before a replacement."""
        self._pause_ns = _FIRST_PAUSE_NS

    async def close(self, reason: str) -> None:
        """End the worker. Its process has ended when this returns."""
        worker, self._closed = self.worker, True
        if worker is not None:
            worker.kill(reason)
        if not self._worker.done():
            self._give_up(reason)
        if self._replacing is not None:
            self._replacing.cancel()
            await asyncio.wait({self._replacing})
        if worker is not None:
            await worker.end(reason)

    def _install(self, worker: WorkerProcess) -> None:
        self._worker.set_result(worker)
        worker.lost.add_done_callback(lambda lost: self._lost(worker, lost.result()))

    def _lost(self, worker: WorkerProcess, reason: str) -> None:
        if self.worker is not worker:
            return
        self._worker = asyncio.get_running_loop().create_future()
        self._replacing = asyncio.create_task(self._replace())
        self._callbacks.on_lost(reason)

    async def _replace(self) -> None:
        clock = self._starter.clock
        while not self._worker.done():
            pause, self._pause_ns = self._pause_ns, min(2 * self._pause_ns, _LONGEST_PAUSE_NS)
            await clock.sleep_until(clock.now() + pause)
            try:
                self._install(await self._starter.start(self.path))
            except ModelError as error:
                self._give_up(str(error))
                self._callbacks.on_lost(str(error))
            except RecognizerError as error:
                self._callbacks.on_lost(str(error))
            else:
                self._callbacks.on_ready(self.model)

    def _give_up(self, reason: str) -> None:
        self._worker.set_exception(RecognizerError(reason))
        self._worker.exception()  # marks it as retrieved: nobody may be waiting for it


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # the worker reports what is wrong with the file
