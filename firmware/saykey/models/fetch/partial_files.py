"""Downloads that were begun: what came is kept, to be gone on with, and can be given up.

It stands in the store's ``incoming`` as NAME.part, with NAME.part.json telling which version of
which file it is of.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.files import alone
from saykey.models.store.changes import incoming, writing
from saykey.models.store.store import checked_name, own_directory

_SUFFIX = ".part"


def part_of(name: str) -> Path:
    """Where the download of this name stands. Raises ModelError."""
    return incoming() / f"{checked_name(name)}{_SUFFIX}"


def trace_of(part: Path) -> Path:
    """Where it is told what a part is of."""
    return part.with_name(f"{part.name}.json")


@contextmanager
def held(part: Path) -> Iterator[FileIO]:
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


def begun() -> dict[str, int]:
    """The downloads that are not finished: their names, and how many bytes are here."""
    parts = sorted((own_directory() / "incoming").glob(f"[!.]*{_SUFFIX}"))
    return {part.stem: part.stat().st_size for part in parts}


def give_up(name: str) -> None:
    """Remove what is here of a download. Raises ModelError if another process is at it."""
    part = part_of(name)
    with held(part):
        forget(part)


def forget(part: Path) -> None:
    """Remove a part that is held, and its trace."""
    with writing(part):
        part.unlink(missing_ok=True)
        trace_of(part).unlink(missing_ok=True)
