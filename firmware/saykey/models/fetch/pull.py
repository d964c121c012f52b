"""Pulls a model: resumes broken downloads, and checks the file before it can be used.

The bytes received are kept until the file is complete, even when the process is killed: see
partial_downloads.
"""

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import msgspec

from saykey.errors import ModelError
from saykey.models.fetch import partial_downloads
from saykey.models.fetch.http import Answer, Broken, get
from saykey.models.fetch.partial_downloads import version_file
from saykey.models.formats.file_io import Progress, named, write_all
from saykey.models.store import user_store
from saykey.models.store.card import Card
from saykey.models.store.load import checked_image

_TRIES = 4
"""Connections in a row without a new byte after which the pull fails."""

_LARGEST = 4 << 30
"""Bytes. The store reads no larger file."""

_ELSEWHERE = "use another address (--from)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model to pull. ``size`` in bytes and the checksum in ``card`` are None where unknown."""

    name: str
    address: str
    card: Card
    size: int | None = None


class _Version(msgspec.Struct):
    """The address and the version of the file a part belongs to."""

    address: str
    etag: str


def pull(
    wanted: Wanted,
    progress: Progress,
    *,
    free: Callable[[Path], int] = user_store.free_space,
    pause: Callable[[float], None] = time.sleep,
) -> tuple[Path, Card]:
    """Pull a model into the user's store; returns the path of the model and its card.

    The card has the checksum of the downloaded file, marked as pinned where none was known. Raises
    ModelError with one line; the store is then unchanged.
    """
    part = partial_downloads.partial_file(wanted.name)
    with partial_downloads.locked(part) as file:
        _fetch(wanted, _Part(part, file), progress, free, pause)
        with named(part):
            found = user_store.checksum(file)
        if wanted.card.sha256 not in (None, found):
            partial_downloads.delete(part)
            raise ModelError(
                f"{wanted.name}: the download has the SHA-256 {found[:12]}…, not "
                f"{str(wanted.card.sha256)[:12]}…, and was deleted; pull it again or "
                f"{_ELSEWHERE}"
            )
        try:
            checked_image(part)
        except ModelError as error:
            partial_downloads.delete(part)
            why = str(error).removeprefix(f"{part} ")
            raise ModelError(f"{wanted.address} {why}") from error
        card = msgspec.structs.replace(wanted.card, sha256=found, pinned=wanted.card.sha256 is None)
        model = user_store.install(part, wanted.name, card)
        version_file(part).unlink(missing_ok=True)
    return model, card


class _Part:
    """The part of a file that was received."""

    def __init__(self, path: Path, file: FileIO) -> None:
        self.path = path
        self._file = file
        self.size = file.seek(0, 2)

    def etag(self, address: str) -> str | None:
        """The ETag of the version it belongs to, None if the download cannot be resumed."""
        try:
            trace = msgspec.json.decode(version_file(self.path).read_bytes(), type=_Version)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None
        return trace.etag if trace.address == address else None

    def begin(self, address: str, answer: Answer) -> None:
        """Continue at the byte where the response begins."""
        if answer.begin != self.size:
            self._file.truncate(answer.begin)
            self.size = self._file.seek(answer.begin)
        trace = version_file(self.path)
        if answer.etag is None:
            trace.unlink(missing_ok=True)
        else:
            trace.write_bytes(msgspec.json.encode(_Version(address, answer.etag)))

    def add(self, chunk: bytes) -> None:
        """Append the bytes received."""
        write_all(self._file, chunk)
        self.size += len(chunk)


def _fetch(
    wanted: Wanted,
    part: _Part,
    progress: Progress,
    free: Callable[[Path], int],
    pause: Callable[[float], None],
) -> None:
    """Download until the part holds the whole file. Raises ModelError after too many failures."""
    idle = 0
    while part.size != wanted.size:
        before = part.size
        try:
            _receive(wanted, part, progress, free)
        except Broken as broken:
            idle = 0 if part.size > before else idle + 1
            if idle == _TRIES:
                raise ModelError(_off_line(wanted, str(broken), part.size)) from broken
            pause(2.0**idle - 1)
        else:
            return


def _receive(wanted: Wanted, part: _Part, progress: Progress, free: Callable[[Path], int]) -> None:
    etag = part.etag(wanted.address)
    with closing(get(wanted.address, part.size if etag else 0, etag)) as answer:
        _check(wanted, answer)
        total = answer.total if answer.total is not None else wanted.size
        where = part.path.parent
        user_store.check_disk_space((total or 0) - answer.begin, free(where), where)
        with user_store.writing(part.path):
            part.begin(wanted.address, answer)
            progress(part.size, total)
            for chunk in answer.chunks():
                part.add(chunk)
                if part.size > (total or _LARGEST):
                    raise ModelError(f"{wanted.address} sends too many bytes; {_ELSEWHERE}")
                progress(part.size, total)
    if total is not None and part.size < total:
        raise Broken("the connection broke")


def _check(wanted: Wanted, answer: Answer) -> None:
    if None not in (wanted.size, answer.total) and wanted.size != answer.total:
        raise ModelError(
            f"{wanted.address} has {answer.total} bytes, not {wanted.size}: it is not this model; "
            f"{_ELSEWHERE}"
        )


def _off_line(wanted: Wanted, why: str, here: int) -> str:
    kept = "the part received is kept; " if here else ""
    return (
        f"{wanted.name} cannot be pulled: {why}; {kept}try again online, or fetch "
        f"{wanted.address} on another computer and bring it by USB stick: "
        f"`saykey model import FILE --name {wanted.name}`"
    )
