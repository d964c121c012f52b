"""Imports a model file from elsewhere into the user's own store."""

import hashlib
from pathlib import Path

import msgspec

from saykey.errors import ModelError
from saykey.models.formats.detect import Kind
from saykey.models.formats.file_io import Progress, named, open_regular, write_all
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.store import catalogue, user_store
from saykey.models.store.atomic_files import written
from saykey.models.store.card import Card, completed, read_card
from saykey.models.store.convert import convert_to_ggml
from saykey.models.store.load import image_of_ggml
from saykey.models.store.store import checked_name


def import_to_store(
    source: Path,
    name: str,
    progress: Progress,
    *,
    quantisation: str | None = None,
    dynamic_context: bool = False,
) -> tuple[Path, Card]:
    """Check a model and store it under this name; returns the path of the model and its card.

    A file in whisper.cpp's layout is copied byte by byte, unless a ``quantisation`` is given. Every
    other model that `opened` accepts is converted. The card is the catalogue's if it lists the
    checksum; otherwise it comes from the card beside the source or the notes in it, with
    ``dynamic_context`` added. Raises ModelError; the store is then unchanged.
    """
    checked_name(name)
    with opened(source) as model:
        card = Card() if model.is_folder else read_card(model.path)
        if dynamic_context:
            card = msgspec.structs.replace(card, dynamic_context=True)
        if model.kind is Kind.GGML and quantisation is None:
            unfinished, card = _copied(model, name, card)
        else:
            unfinished, card = _converted(model, name, quantisation, progress, card)
    try:
        return user_store.install(unfinished, name, card), card
    finally:
        unfinished.unlink(missing_ok=True)


def _copied(model: OpenModel, name: str, card: Card) -> tuple[Path, Card]:
    image, _ = image_of_ggml(model)
    found = hashlib.sha256(image).hexdigest()
    if card.sha256 not in (None, found):
        raise ModelError(
            f"{model.path} has the SHA-256 {found[:12]}…, the card beside it says "
            f"{str(card.sha256)[:12]}…; the copy is damaged, copy it again"
        )
    known = catalogue.listed_with(found)
    if known is not None:
        card = known.card
    target = user_store.incoming() / f"{name}.bin"
    user_store.check_disk_space(len(image), user_store.free_space(target.parent), target.parent)
    with written(target) as out:
        write_all(out, image)
    origin = card.origin or str(model.path)
    return target, msgspec.structs.replace(card, sha256=found, origin=origin)


def _converted(
    model: OpenModel, name: str, quantisation: str | None, progress: Progress, card: Card
) -> tuple[Path, Card]:
    target = user_store.incoming() / f"{name}.bin"
    made = convert_to_ggml(model, target, quantisation, progress)
    with open_regular(target) as file, named(target):
        found = user_store.checksum(file)
    told = completed(card, model.notes)
    return target, msgspec.structs.replace(
        told,
        origin=told.origin or str(model.path),
        sha256=found,
        notes=f"converted from {model.path.name}, {made.facts.quantisation}",
    )
