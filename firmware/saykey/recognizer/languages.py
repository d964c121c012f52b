"""Checks that a model knows the languages a user speaks."""

from collections.abc import Sequence

from saykey.errors import ModelError


def languages_of(text: str) -> tuple[str, ...]:
    """Split a list separated by commas into language codes."""
    return tuple(code.strip() for code in text.split(","))


def check_languages(model: str, known: Sequence[str], spoken: str) -> None:
    """Raise ModelError if the model does not know a language that is spoken.

    ``known``: the codes of its languages. ``spoken``: codes separated by commas.
    """
    strange = [code for code in languages_of(spoken) if code not in known]
    if not strange:
        return
    if tuple(known) == ("en",):
        raise ModelError(
            f'{model} knows English only and [recognizer] language is "{spoken}"; choose a '
            'multilingual model, one without ".en", or set language = "en"'
        )
    raise ModelError(f"{model} does not know {', '.join(strange)}; correct [recognizer] language")
