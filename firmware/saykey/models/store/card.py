"""The card of a model, NAME.toml beside its file: facts that the file does not contain."""

import json
import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from saykey.errors import ModelError
from saykey.models.formats.contents import Notes
from saykey.models.formats.open_model import OpenModel

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]

PADDING_ROWS = 64
"""Encoder rows of silence after a phrase, 1.3 s, where no other value was measured."""

_DELETE = "\x7f"
"""The only character that JSON leaves unescaped and TOML does not (TOML 1.0, basic strings)."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Facts about a model that its file need not contain. Each of them may be unknown.

    ``origin`` is where the file came from, an address or a sentence. ``licence`` is an SPDX name.
    ``sha256`` is of the whole file, in hex. ``pinned``: no checksum was published, and ``sha256``
    is that of the first download. ``languages`` are the codes of the model's languages.
    ``dynamic_context``: the model was trained to hear less than 30 s at a time, so short phrases
    cost less; None where unknown. Ordinary Whisper models loop or invent text with less than 30 s
    (whisper.cpp issue 1117).
    ``padding_rows``: the encoder rows of silence, 50 a second, that such a model needs after a
    phrase. ``knows_silence``: the model was taught to report no speech for noise and music, so that
    its no-speech probability can be relied on. ``engine``: the engine that runs the model, by its
    name in recognizer.engines.
    """

    description: str = ""
    origin: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    sha256: Sha256 | None = None
    pinned: bool = False
    dynamic_context: bool | None = None
    padding_rows: Annotated[int, Meta(ge=0, le=1500)] = PADDING_ROWS
    knows_silence: bool = False
    engine: str = "whisper"
    notes: str = ""

    @property
    def padding(self) -> int | None:
        """The rows of silence after a phrase; None if the model needs the full window."""
        return self.padding_rows if self.dynamic_context else None


def place_of(model: Path) -> Path:
    """The path of the card of the model file at ``model``."""
    return model.with_suffix(".toml")


def read_card(model: Path) -> Card:
    """Read the card of the model file at ``model``; an empty one if there is none.

    Raises ModelError when the card cannot be read or has an unknown or wrong key.
    """
    beside = place_of(model)
    try:
        table = tomllib.loads(beside.read_text("utf-8"))
    except FileNotFoundError:
        return Card()
    except OSError as error:
        raise ModelError(f"{beside} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ModelError(f"{beside} is not TOML: {error}; correct or remove it") from error
    try:
        return msgspec.convert(table, Card)
    except msgspec.ValidationError as error:
        raise ModelError(f"{beside} is not a model card: {error}; correct or remove it") from None


def card_of(model: OpenModel) -> Card:
    """The card of an open model, completed from the notes in the model file.

    Raises ModelError as `read_card`, and when the model is incomplete or damaged.
    """
    return completed(read_card(model.path), model.notes)


def completed(card: Card, notes: Notes) -> Card:
    """The card, with its empty fields filled from a file's own notes."""
    return msgspec.structs.replace(
        card,
        description=card.description or notes.description or notes.name,
        origin=card.origin or notes.origin,
        licence=card.licence or notes.licence,
        languages=card.languages or notes.languages,
        dynamic_context=notes.dynamic_context
        if card.dynamic_context is None
        else card.dynamic_context,
    )


def in_toml(card: Card) -> str:
    """The card as TOML text. Keys with default values are left out."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in msgspec.to_builtins(card).items())


def _value(value: object) -> str:
    # strings, lists and booleans are written the same in JSON and TOML
    return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
