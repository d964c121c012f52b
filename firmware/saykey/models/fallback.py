"""Which models could take the place of one that is too much for the machine."""

import struct

from saykey.errors import ModelError
from saykey.models.memory import need_of
from saykey.models.store import bundled, find, stored

_VOCABULARY = struct.Struct("<4si")
_ENGLISH = 51864
"""Tokens of an English-only model (n_vocab, the first field of whisper.cpp's header)."""


def by_need(language: str) -> tuple[str, ...]:
    """The models that can hear this language, the one that needs least memory first.

    The bundled ones are left out: they know a few hundred words. So are files that cannot be read.
    """
    needs = []
    for model in stored():
        if bundled(model):
            continue
        try:
            path = find(model.name)
            with path.open("rb") as file:
                magic, vocabulary = _VOCABULARY.unpack(file.read(_VOCABULARY.size))
            if magic == b"lmgg" and (language == "en" or vocabulary != _ENGLISH):
                needs.append((need_of(path), model.name))
        except (ModelError, OSError, struct.error):
            continue
    return tuple(name for _, name in sorted(needs))
