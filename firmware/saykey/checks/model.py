"""Checks the model and the languages in the settings."""

from collections.abc import Iterator
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.detect import Kind
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.formats.tokens import LANGUAGES
from saykey.models.store import store
from saykey.models.store.card import card_of
from saykey.models.store.catalogue import listed_as
from saykey.recognizer.languages import check_languages, languages_of
from saykey.settings.finding import Grade, SettingsFinding
from saykey.settings.schema import RecognizerSettings

_PROMPT_TOKENS = 224
"""Whisper uses at most half of its 448 text tokens for a prompt: the last ones of a longer prompt
(whisper.cpp v1.8, whisper_full_with_state)."""

_MOST_TOLD = 5

_MEANT = {
    "cn": "zh", "cz": "cs", "dk": "da", "ee": "et", "gb": "en", "gr": "el", "ir": "fa",
    "iw": "he", "jp": "ja", "kr": "ko", "nb": "no", "rs": "sr", "se": "sv", "ua": "uk", "us": "en",
    "deu": "de", "eng": "en", "fra": "fr", "ger": "de", "ita": "it", "spa": "es",
}  # fmt: skip
"""Country codes, old codes and three-letter codes that people write in place of language codes."""


def model_findings(settings: RecognizerSettings) -> Iterator[SettingsFinding]:
    """Report a model that is missing or unusable, and languages that the model does not know.

    Only a language that no model knows is an error. The others are warnings, because another model
    can be downloaded and chosen while saykey runs.
    """
    strange = [code for code in languages_of(settings.language) if code not in LANGUAGES]
    for code in strange:
        hint = f'did you mean "{_MEANT[code]}"? ' if code in _MEANT else ""
        yield SettingsFinding(
            f'[recognizer] language = "{settings.language}": no model knows "{code}"',
            f"{hint}codes are those of ISO 639-1, such as en, de, el",
        )
    words = len(settings.vocabulary.split()) + settings.vocabulary.count(",")
    if words > _PROMPT_TOKENS:
        yield _warning(
            f"[recognizer] vocabulary has {words} words and commas; the model uses only the last "
            f"{_PROMPT_TOKENS}",
            "leave out words that the model spells right without it",
        )
    try:
        with opened(_found(settings.model)) as model:
            _check_usable(model)
            known = LANGUAGES[: model.facts.languages]
            meant = card_of(model).languages
    except (ModelError, OSError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        yield _warning(f'[recognizer] model = "{settings.model}": {reason}')
        return
    if not strange:
        yield from _unknown_to_model(settings, known, meant)


def _found(model: str) -> Path:
    """The path of the model. Raises ModelError if it is missing or a folder."""
    if listed_as(model) is not None and model not in store.names():
        raise ModelError(f"it is not on this device; `saykey model pull {model}` downloads it")
    path = store.find(model)
    if path.is_dir():
        raise _not_imported(path)
    return path


def _check_usable(model: OpenModel) -> None:
    """Raise ModelError for a format that must be imported first."""
    if model.kind is Kind.SAFETENSORS:
        raise _not_imported(model.path)


def _not_imported(path: Path) -> ModelError:
    return ModelError(f"it is not in the store; `saykey model import {path}` puts it there")


def _unknown_to_model(
    settings: RecognizerSettings, known: tuple[str, ...], meant: tuple[str, ...]
) -> Iterator[SettingsFinding]:
    """Report languages that the model lacks.

    ``known`` are the languages in its vocabulary, and ``meant`` those that its card lists.
    """
    try:
        check_languages(settings.model, known, settings.language)
    except ModelError as error:
        yield _warning(str(error))
        return
    others = [code for code in languages_of(settings.language) if meant and code not in meant]
    if others:
        listed = ", ".join(meant[:_MOST_TOLD]) + (", …" if len(meant) > _MOST_TOLD else "")
        yield _warning(
            f'[recognizer] language = "{settings.language}": {settings.model} '
            f"is meant for {listed}",
            "choose another model or language",
        )


def _warning(text: str, remedy: str = "") -> SettingsFinding:
    return SettingsFinding(text, remedy, Grade.WARNING)
