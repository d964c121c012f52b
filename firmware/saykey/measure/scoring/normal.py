"""Normalises texts before words are compared, so that spelling and punctuation do not count."""

import re
from collections.abc import Callable

from saykey.errors import UsageError

Normaliser = Callable[[str], str]
"""Returns a text in lower case without punctuation, its words separated by single spaces."""

_DIGITS_APART = re.compile(r"(?<!\S)(\d+) (?=\d+(?!\S))")

_ONE = re.compile(r"(?<!\S)one(?!\S)")

_SAID = re.compile(r"\w")


def normaliser(language: str) -> Normaliser:
    """The normaliser of Whisper's paper for this ISO 639-1 code.

    There is one for English, "en", and one for all other languages. Raises UsageError
    if the extra packages for `saykey eval` are not installed.
    """
    try:
        import jiwer  # noqa: F401 - only to see whether it is there
        from whisper_normalizer.basic import BasicTextNormalizer
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError as error:
        raise UsageError(
            f"`saykey eval` needs the package {error.name}: pip install 'saykey[eval]'"
        ) from None
    clean = EnglishTextNormalizer() if language == "en" else BasicTextNormalizer()
    # the English one leaves a lone "." of an ellipsis
    return lambda text: with_whole_numbers(" ".join(filter(_SAID.search, clean(text).split())))


def with_whole_numbers(text: str) -> str:
    """The text with neighbouring digits written together, and with 1 for one.

    The English normaliser makes "123" of "one two three", and "one 2 3" of "1, 2, 3".
    """
    text = _ONE.sub("1", text)
    return _DIGITS_APART.sub(r"\1", text)
