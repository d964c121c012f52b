"""Keeps unfinished downloads, so that they can be resumed or discarded.

The bytes received are in the store's ``incoming`` folder as NAME.part. NAME.part.json names the
address and the version of the file they belong to.
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
    """The path of the unfinished download of this name. Raises ModelError for an invalid name."""
    return incoming() / f"{checked_name(name)}{_SUFFIX}"


def version_file(part: Path) -> Path:
    """The path of the file that names the address and the version of a part."""
    return part.with_name(f"{part.name}.json")


@contextmanager
def locked(part: Path) -> Iterator[FileIO]:
    """Open a part for this process only. Raises ModelError if another process has locked it."""
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
    """The unfinished downloads: their names, and how many bytes were received."""
    parts = sorted((own_directory() / "incoming").glob(f"[!.]*{_SUFFIX}"))
    return {part.stem: part.stat().st_size for part in parts}


def discard(name: str) -> None:
    """Delete an unfinished download. Raises ModelError if another process is pulling it."""
    part = partial_file(name)
    with locked(part):
        delete(part)


def delete(part: Path) -> None:
    """Delete a locked part and its version file."""
    with writing(part):
        part.unlink(missing_ok=True)
        version_file(part).unlink(missing_ok=True)
