"""Which models could take the place of one that is too much for the machine."""

from saykey.errors import ModelError
from saykey.models.formats.contents import ENGLISH_VOCABULARY
from saykey.models.store.outline import outline
from saykey.models.store.store import bundled, find, stored


def by_need(language: str) -> tuple[str, ...]:
    """The models that can hear this language, the one that needs least memory first.

    The bundled ones are left out: they know a few hundred words. So are files that cannot be read.
    """
    needs = []
    for model in stored():
        if bundled(model):
            continue
        try:
            told = outline(find(model.name))
        except ModelError:
            continue
        if language == "en" or told.dimensions.vocabulary != ENGLISH_VOCABULARY:
            needs.append((told.need, model.name))
    return tuple(name for _, name in sorted(needs))
