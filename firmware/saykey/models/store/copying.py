"""Bringing a model file from elsewhere into the user's own store."""

import hashlib
from pathlib import Path

import msgspec

from saykey.errors import ModelError
from saykey.models.formats.detect import Kind
from saykey.models.formats.files import kind_at, named, write_all, written
from saykey.models.formats.packing import Progress
from saykey.models.formats.weight_checks import checked
from saykey.models.store import catalogue, changes
from saykey.models.store.card import Card, completed, read_card
from saykey.models.store.import_model import import_file
from saykey.models.store.store import checked_name, read_image


def bring_in(
    source: Path,
    name: str,
    progress: Progress,
    *,
    quantisation: str | None = None,
    dynamic_context: bool = False,
) -> tuple[Path, Card]:
    """Check a model and keep it under this name; returns where it stands, and its card.

    A file in whisper.cpp's layout is kept byte by byte; everything else that `import_file`
    reads is converted, and so is a file for which a ``quantisation`` is asked. The card is the
    catalogue's if it knows the checksum; else what stands beside the source, or in it, with
    ``dynamic_context`` added. Raises ModelError: nothing is then kept.
    """
    checked_name(name)
    card = Card() if source.is_dir() else read_card(source)
    if dynamic_context:
        card = msgspec.structs.replace(card, dynamic_context=True)
    if quantisation is None and not source.is_dir() and kind_at(source) is Kind.GGML:
        part, card = _copied(source, name, card)
    else:
        part, card = _converted(source, name, quantisation, progress, card)
    try:
        return changes.keep(part, name, card), card
    finally:
        part.unlink(missing_ok=True)


def _copied(source: Path, name: str, card: Card) -> tuple[Path, Card]:
    image = read_image(source)
    with named(source):
        checked(image)
    found = hashlib.sha256(image).hexdigest()
    if card.sha256 not in (None, found):
        raise ModelError(
            f"{source} has the SHA-256 {found[:12]}…, the card beside it says "
            f"{str(card.sha256)[:12]}…; the copy is damaged, copy it again"
        )
    known = catalogue.listed_with(found)
    if known is not None:
        card = known.card
    part = changes.incoming() / f"{name}.bin"
    changes.check_room(len(image), changes.free_space(part.parent), part.parent)
    with written(part) as out:
        write_all(out, image)
    return part, msgspec.structs.replace(card, sha256=found, origin=card.origin or str(source))


def _converted(
    source: Path, name: str, quantisation: str | None, progress: Progress, card: Card
) -> tuple[Path, Card]:
    made = import_file(source, changes.incoming(), name, quantisation, progress)
    told = completed(card, made.notes)
    return made.path, msgspec.structs.replace(
        told,
        origin=told.origin or str(source),
        sha256=changes.checksum(made.path),
        notes=f"converted from {source.name}, {made.facts.quantisation}",
    )
