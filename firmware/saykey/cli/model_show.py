"""The output of `saykey model list` and `saykey model info`."""

import difflib
from collections.abc import Sequence

import msgspec

from saykey.cli.tables import aligned
from saykey.errors import ModelError
from saykey.models.fetch import partial_downloads
from saykey.models.formats.file_io import size_of
from saykey.models.formats.open_model import opened
from saykey.models.store import catalogue, store
from saykey.models.store.card import Card, card_of
from saykey.models.store.load import checked_model
from saykey.models.store.memory import megabytes, need_of_facts, need_of_model

_FEW = 3


class Row(msgspec.Struct, frozen=True):
    """A model, here or in the catalogue. Sizes are in bytes, None where unknown.

    ``where`` is "here", "system", "to pull" or "unfinished". For an unfinished download, ``size``
    is the number of bytes received.
    """

    name: str
    where: str
    size: int | None = None
    memory: int | None = None
    languages: tuple[str, ...] = ()
    dynamic_context: bool = False
    boards: tuple[str, ...] = ()
    fault: str = ""


def rows(*, every: bool) -> list[Row]:
    """The models and unfinished downloads here; with ``every``, the rest of the catalogue too."""
    found = [_row(model) for model in store.stored()]
    found += [_unfinished(name, size) for name, size in partial_downloads.unfinished().items()]
    if every:
        names = {row.name for row in found}
        found += [_listed(model) for model in catalogue.listed() if model.name not in names]
    return found


def _row(model: store.StoredModel) -> Row:
    where = "here" if model.own else "system"
    try:
        with opened(store.find(model.name)) as open_model:
            card, memory = card_of(open_model), need_of_model(open_model)
            size = size_of(open_model.files[0])
    except ModelError as error:
        return Row(model.name, where, fault=str(error))
    known = catalogue.listed_with(card.sha256) if card.sha256 else None
    return Row(
        *(model.name, where, size, memory, card.languages, card.padding is not None),
        () if known is None else known.boards,
    )


def _unfinished(name: str, size: int) -> Row:
    known = catalogue.listed_as(name)
    row = Row(name, "") if known is None else _listed(known)
    return msgspec.structs.replace(row, where="unfinished", size=size)


def _listed(model: catalogue.Listed) -> Row:
    return Row(
        *(model.name, "to pull", model.size, model.memory),
        *(model.languages, model.dynamic_context, model.boards),
    )


def table(models: Sequence[Row]) -> list[str]:
    """One line for each model, in columns, under a line of headings."""
    headings = ("model", "where", "file", "memory", "languages", "short phrases", "boards")
    return aligned([headings, *map(_cells, models)])


def _cells(row: Row) -> tuple[str, ...]:
    if row.fault:
        return (row.name, row.where, "?", "?", "?", "?", row.fault)
    return (
        row.name,
        row.where,
        _size(row.size),
        _size(row.memory),
        _languages(row.languages),
        "fast" if row.dynamic_context else "slow",
        " ".join(row.boards) or "?",
    )


def facts_of(name: str) -> dict[str, str]:
    """Everything known about a model, as text. Raises ModelError for an unknown name."""
    listed = catalogue.listed_as(name)
    if name not in store.names() and "/" not in name:
        if listed is None:
            raise ModelError(_nobody_knows(name))
        return {
            "model": name,
            "where": f"to pull from {listed.address}",
            **_of_card(listed.card),
            "file": _size(listed.size),
            "memory": f"{_size(listed.memory)}, estimated",
            "boards": " ".join(listed.boards),
        }
    path = store.find(name)
    model = checked_model(path)
    facts, size = model.facts, model.facts.dimensions
    return {
        "model": name,
        "where": str(path),
        **_of_card(model.card),
        "file": f"{_size(facts.size)}, {facts.quantisation}",
        "memory": f"{_size(need_of_facts(facts))}, estimated",
        "dimensions": f"{size.encoder_layers} + {size.decoder_layers} layers of {size.state}",
        "knows": "English only" if not facts.multilingual else f"{facts.languages} languages",
    }


def _of_card(card: Card) -> dict[str, str]:
    pinned = " (of the first download; none was published)" if card.pinned else ""
    return {
        "what": card.description or "?",
        "from": card.origin or "?",
        "licence": card.licence or "?",
        "languages": _languages(card.languages),
        "SHA-256": f"{card.sha256 or '?'}{pinned}",
        "short phrases": "fast: trained for dynamic context"
        if card.dynamic_context
        else "slow: each costs as much as 30 s",
        **({"notes": card.notes} if card.notes else {}),
    }


def _nobody_knows(name: str) -> str:
    known = [*store.names(), *(model.name for model in catalogue.listed())]
    near = difflib.get_close_matches(name, known, n=3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ";"
    return f"there is no model {name!r}{hint} `saykey model list --all` lists them"


def _languages(codes: Sequence[str]) -> str:
    return " ".join(codes) if 0 < len(codes) <= _FEW else f"{len(codes)}" if codes else "?"


def _size(size: int | None) -> str:
    return "?" if size is None else megabytes(size)
