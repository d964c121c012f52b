"""Whether a model fits into memory beside the one in use, or only in its place."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from saykey.models.store.memory import Room, held_by, need_of, room


async def room_for(
    model: str, path: Path, available: Callable[[], int | None], worker: int | None
) -> Room:
    """Where the model can be loaded. Raises ModelError for one that does not fit at all.

    ``available`` tells the bytes that can be had, None if nobody knows; ``worker`` is the process
    of the model in use, if one is.
    """
    need = await asyncio.to_thread(_need, path)  # of a GGUF file some 10 MB are read
    if need is None:
        return Room.BESIDE  # the worker will say what is wrong with the file
    return room(model, need, available(), 0 if worker is None else held_by(worker))


def _need(path: Path) -> int | None:
    try:
        return need_of(path)
    except OSError:
        return None
