"""Reads the catalogue: the models that can be pulled by name, and their sources."""

from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from saykey.models.store.card import Card, Sha256
from saykey.models.store.memory import need

_FILE = Path(__file__).parents[2] / "data" / "models" / "catalogue.toml"


class Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Width and layers of the encoder, the same in all quantisations of a Whisper model."""

    state: int
    layers: int


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A publisher of files. ``address`` contains {name} or {file} of the model."""

    title: str
    page: str
    address: str
    licence: str = ""
    dynamic_context: bool = False


class _Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    source: str
    family: str
    languages: Annotated[int, Meta(ge=1, le=100)]
    boards: tuple[str, ...]
    file: str = ""
    size: int | None = None
    sha256: Sha256 | None = None


class _Tables(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    languages: tuple[str, ...]
    family: dict[str, Family]
    source: dict[str, Source]
    model: tuple[_Row, ...]


class Listed(msgspec.Struct, frozen=True):
    """A model of the catalogue.

    ``size`` in bytes and ``sha256`` are None where no source states them. ``boards``: machines on
    which a short phrase becomes text within about 3 s. ``memory``: estimated bytes a worker needs.
    """

    name: str
    address: str
    licence: str
    languages: tuple[str, ...]
    dynamic_context: bool
    boards: tuple[str, ...]
    title: str
    page: str
    size: int | None
    sha256: str | None
    memory: int | None

    @property
    def card(self) -> Card:
        """The card to write beside the downloaded file once its checksum is right."""
        return Card(
            description=self.title,
            origin=self.address,
            licence=self.licence,
            languages=self.languages,
            sha256=self.sha256,
            dynamic_context=self.dynamic_context,
        )


@cache
def listed() -> tuple[Listed, ...]:
    """All models of the catalogue, in its order: smaller families first."""
    tables = msgspec.toml.decode(_FILE.read_bytes(), type=_Tables)
    return tuple(_joined(row, tables) for row in tables.model)


def _joined(row: _Row, tables: _Tables) -> Listed:
    source, family = tables.source[row.source], tables.family[row.family]
    return Listed(
        name=row.name,
        address=source.address.format(name=row.name, file=row.file),
        licence=source.licence,
        languages=tables.languages[: row.languages],
        dynamic_context=source.dynamic_context,
        boards=row.boards,
        title=source.title,
        page=source.page,
        size=row.size,
        sha256=row.sha256,
        memory=None if row.size is None else need(row.size, family.state, family.layers),
    )


def listed_as(name: str) -> Listed | None:
    """The model of this name; None if the catalogue has none."""
    return next((model for model in listed() if model.name == name), None)


def listed_with(sha256: str) -> Listed | None:
    """The model whose file has this checksum, whatever the file's name; None if there is none."""
    return next((model for model in listed() if model.sha256 == sha256), None)
