"""The languages a user speaks, and which of them a model does not know."""

from collections.abc import Sequence

from saykey.errors import ModelError


def languages_of(text: str) -> tuple[str, ...]:
    """The codes in a list that is separated by commas."""
    return tuple(code.strip() for code in text.split(","))


def check_languages(model: str, known: Sequence[str], spoken: str) -> None:
    """Raise ModelError if a model that knows these languages lacks one that is spoken."""
    strange = [code for code in languages_of(spoken) if code not in known]
    if not strange:
        return
    if tuple(known) == ("en",):
        raise ModelError(
            f'{model} knows English only and [recognizer] language is "{spoken}"; choose a '
            'multilingual model, one without ".en", or set language = "en"'
        )
    raise ModelError(
        f"{model} knows no language {', '.join(strange)}; correct [recognizer] language"
    )
