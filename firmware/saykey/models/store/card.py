"""The card beside a model file: what the file does not say of itself, as NAME.toml."""

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
"""Encoder rows of silence behind a phrase, 1.3 s, where nothing else was measured."""

_DELETE = "\x7f"
"""The one character JSON leaves as it is and TOML wants escaped (TOML 1.0, basic strings)."""


class Card(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is known of a model besides its bytes; all of it may be unknown.

    ``origin`` is where the file came from, an address or a sentence. ``licence`` is an SPDX name.
    ``sha256`` is of the whole file, in hex; ``pinned`` says that nobody published it: it is that
    of the first download. ``languages`` are the codes the model is meant for.
    ``dynamic_context``: it was trained to hear less than 30 s at a time, so that short phrases
    cost less; None where nobody said so. Ordinary Whisper models loop or invent text then
    (whisper.cpp issue 1117).
    ``padding_rows``: the encoder rows of silence, 50 a second, that it needs behind a phrase then.
    ``engine``: what runs it, by its name in recognizer.engines.
    """

    description: str = ""
    origin: str = ""
    licence: str = ""
    languages: tuple[str, ...] = ()
    sha256: Sha256 | None = None
    pinned: bool = False
    dynamic_context: bool | None = None
    padding_rows: Annotated[int, Meta(ge=0, le=1500)] = PADDING_ROWS
    engine: str = "whisper"
    notes: str = ""

    @property
    def padding(self) -> int | None:
        """The rows of silence behind a phrase; None if the model needs the full window."""
        return self.padding_rows if self.dynamic_context else None


def place_of(model: Path) -> Path:
    """Where the card of the model file at this path stands."""
    return model.with_suffix(".toml")


def read_card(model: Path) -> Card:
    """The card of the model file at this path; an empty one if there is none.

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
        raise ModelError(f"{beside} is no card of a model: {error}; correct or remove it") from None


def card_of(model: OpenModel) -> Card:
    """The card of an open model, completed by what the model says of itself.

    Raises ModelError as `read_card`, and when the model is no whole one.
    """
    return completed(read_card(model.path), model.notes)


def completed(card: Card, notes: Notes) -> Card:
    """The card with what a file says of itself in the places that it leaves empty."""
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
    """The card as the text of its file; keys at their defaults are left out."""
    return "".join(f"{key} = {_value(value)}\n" for key, value in msgspec.to_builtins(card).items())


def _value(value: object) -> str:
    # JSON's strings, lists and booleans are TOML's as well
    return json.dumps(value, ensure_ascii=False).replace(_DELETE, "\\u007f")
