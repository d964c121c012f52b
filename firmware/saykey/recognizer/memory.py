"""Decides whether a model fits into memory beside the one in use, or only in its place."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from saykey.models.store.memory import Room, held_by, need_of, room


async def room_for(
    model: str, path: Path, available: Callable[[], int | None], worker: int | None
) -> Room:
    """Decide where the model can be loaded. Raises ModelError if it does not fit at all.

    ``available`` returns the available memory in bytes, None if it is unknown. ``worker`` is the
    process id of the model in use, None if there is none.
    """
    need = await asyncio.to_thread(_need, path)  # reads some 10 MB of a GGUF file
    if need is None:
        return Room.BESIDE  # the worker reports what is wrong with the file
    return room(model, need, available(), 0 if worker is None else held_by(worker))


def _need(path: Path) -> int | None:
    try:
        return need_of(path)
    except OSError:
        return None
