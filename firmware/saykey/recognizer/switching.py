"""Loads models: keeps the one in use and replaces it by another."""

from collections.abc import Callable
from pathlib import Path

from saykey.errors import ModelError, RecognizerError, SaykeyError
from saykey.models.store import store
from saykey.models.store.memory import Room
from saykey.recognizer.memory import room_for
from saykey.recognizer.supervisor import Callbacks, Starter, Supervisor

_CLOSED = "the model was changed or closed"


class ModelInUse:
    """At most one supervised model. ``current`` is None before the first one and after `close`."""

    def __init__(
        self, starter: Starter, callbacks: Callbacks, available: Callable[[], int | None]
    ) -> None:
        self.current: Supervisor | None = None
        self._starter = starter
        self._callbacks = callbacks
        self._available = available

    async def load(self, model: str) -> None:
        """See ports.Recognizer. The model in use stays until the new one has decoded a probe.

        If there is no memory for both, the model in use is unloaded first. It is loaded again if
        the new one fails. A model that does not fit at all is refused before anything is changed.
        If a lost worker of the same model is being replaced, this waits for the replacement.
        """
        path = store.find(model)
        current = self.current
        if current is not None and current.is_replacing and path == current.path:
            await current.replacement()
            return
        worker = None if current is None or current.worker is None else current.worker.pid
        if await room_for(model, path, self._available, worker) is Room.ALONE:
            await self._load_in_its_place(model, path)
            return
        fresh = await self._supervised(model, path)
        before, self.current = self.current, fresh
        if before is not None:
            await before.close(_CLOSED)

    async def close(self) -> None:
        """End the worker. Its process has ended when this returns."""
        before, self.current = self.current, None
        if before is not None:
            await before.close(_CLOSED)

    async def _load_in_its_place(self, model: str, path: Path) -> None:
        before = self.current
        await self.close()
        try:
            self.current = await self._supervised(model, path)
        except (ModelError, RecognizerError) as error:
            if before is not None:
                await self._bring_back(before, error)
            raise

    async def _bring_back(self, before: Supervisor, why: SaykeyError) -> None:
        try:
            self.current = await self._supervised(before.model, before.path)
        except (ModelError, RecognizerError) as error:
            raise RecognizerError(
                f"{why}; the previous model {before.model} cannot be loaded again: {error}"
            ) from why

    async def _supervised(self, model: str, path: Path) -> Supervisor:
        worker = await self._starter.start(path)
        return Supervisor(model, path, worker, self._starter, self._callbacks)
