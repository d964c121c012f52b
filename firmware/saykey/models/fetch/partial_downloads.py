"""Downloads that are not finished: what came is kept, and can be resumed or discarded.

It stands in the store's ``incoming`` as NAME.part, with NAME.part.json telling which version of
which file it is of.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.store.atomic_files import alone
from saykey.models.store.store import checked_name, own_directory
from saykey.models.store.user_store import incoming, writing

_SUFFIX = ".part"


def partial_file(name: str) -> Path:
    """Where the download of this name stands. Raises ModelError."""
    return incoming() / f"{checked_name(name)}{_SUFFIX}"


def version_file(part: Path) -> Path:
    """Where it is told which version of which file a part is of."""
    return part.with_name(f"{part.name}.json")


@contextmanager
def locked(part: Path) -> Iterator[FileIO]:
    """The part, opened for this process alone. Raises ModelError if another one has it."""
    with ExitStack() as stack:
        with writing(part):
            try:
                file = stack.enter_context(alone(part, wait=False))
            except BlockingIOError:
                raise ModelError(
                    f"{part.stem} is being pulled by another process; wait for it"
                ) from None
        yield file


def unfinished() -> dict[str, int]:
    """The downloads that are not finished: their names, and how many bytes are here."""
    parts = sorted((own_directory() / "incoming").glob(f"[!.]*{_SUFFIX}"))
    return {part.stem: part.stat().st_size for part in parts}


def discard(name: str) -> None:
    """Remove what is here of a download. Raises ModelError if another process is at it."""
    part = partial_file(name)
    with locked(part):
        delete(part)


def delete(part: Path) -> None:
    """Remove a part that is locked, and what tells of it."""
    with writing(part):
        part.unlink(missing_ok=True)
        version_file(part).unlink(missing_ok=True)
