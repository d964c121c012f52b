"""Whisper's vocabulary: converts between the spelling in JSON and GGUF files and plain bytes.

JSON and GGUF files spell tokens in GPT-2's byte-level alphabet; whisper.cpp wants bytes. The
alphabet writes every byte as a printable character (bytes_to_unicode in openai/gpt-2,
src/encoder.py). Printable bytes are written as themselves, the others from U+0100 on.
"""

from collections.abc import Mapping, Sequence

from saykey.errors import ModelError
from saykey.models.formats.contents import (
    ENGLISH_VOCABULARY,
    TEXT_TOKENS,
    check_vocabulary,
    damaged,
)
from saykey.models.formats.tensors import Dimensions

_PRINTABLE = (*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100))
_OTHERS = [byte for byte in range(256) if byte not in _PRINTABLE]
_CHARACTER = {byte: byte for byte in _PRINTABLE} | {
    byte: 0x100 + number for number, byte in enumerate(_OTHERS)
}
_BYTE = {character: byte for byte, character in _CHARACTER.items()}

_SPACE = "Ġ".encode()
"""The first character of most words."""

END_OF_TEXT = b"<|endoftext|>"

_FOREIGN = "has a token that is not spelt in GPT-2's alphabet"

LANGUAGES = (
    "en", "zh", "de", "es", "ru", "ko", "fr", "ja", "pt", "tr", "pl", "ca", "nl", "ar", "sv", "it",
    "id", "hi", "fi", "vi", "he", "uk", "el", "ms", "cs", "ro", "da", "hu", "ta", "no", "th", "ur",
    "hr", "bg", "lt", "la", "mi", "ml", "cy", "sk", "te", "fa", "lv", "bn", "sr", "az", "sl", "kn",
    "et", "mk", "br", "eu", "is", "hy", "ne", "mn", "bs", "kk", "sq", "sw", "gl", "mr", "pa", "si",
    "km", "sn", "yo", "so", "af", "oc", "ka", "be", "tg", "sd", "gu", "am", "yi", "lo", "uz", "fo",
    "ht", "ps", "tk", "nn", "mt", "sa", "lb", "my", "bo", "tl", "mg", "as", "tt", "haw", "ln", "ha",
    "ba", "jw", "su", "yue",
)  # fmt: skip
"""In the order of OpenAI's tokenizer.py and whisper.cpp's g_lang, which fixes token numbers."""

_TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def bytes_of(token: bytes) -> bytes:
    """The bytes of a token that is spelt in GPT-2's alphabet (as UTF-8)."""
    try:
        return bytes(_BYTE[ord(character)] for character in token.decode())
    except (UnicodeDecodeError, KeyError) as error:
        raise damaged(_FOREIGN) from error


def spelt(token: bytes) -> bytes:
    """A token's bytes spelt in GPT-2's alphabet, as UTF-8."""
    return token.decode("latin-1").translate(_CHARACTER).encode()


def text_tokens(spelled: Sequence[bytes], size: Dimensions) -> tuple[bytes, ...]:
    """The text tokens of a whole vocabulary, as in whisper.cpp's files.

    Raises ModelError when they are not Whisper's. whisper.cpp knows the special tokens by number
    only, so the end of text must have the number that it expects.
    """
    if not TEXT_TOKENS <= len(spelled) <= size.vocabulary:
        raise ModelError(
            f"comes with {len(spelled)} tokens, not {TEXT_TOKENS} to {size.vocabulary}; "
            "put the tokenizer.json of the same model beside it"
        )
    end = end_of_text(size)
    if end < len(spelled) and spelled[end] != END_OF_TEXT:
        raise ModelError(
            f"has no {END_OF_TEXT.decode()} at number {end}, where whisper.cpp expects it; "
            "get a model with Whisper's own tokenizer"
        )
    tokens = _bytes_of_all(spelled[:TEXT_TOKENS])
    check_vocabulary(tokens)
    return tokens


def _bytes_of_all(spelled: Sequence[bytes]) -> tuple[bytes, ...]:
    """`bytes_of` each token.

    Most of the fifty thousand tokens are ASCII, and only a few hundred need `bytes_of`.
    """
    # UTF-8 never contains the byte 0xFF
    spaced = b"\xff".join(spelled).replace(_SPACE, b" ").split(b"\xff")
    if len(spaced) != len(spelled):
        raise damaged(_FOREIGN)
    return tuple(
        word if word.isascii() else bytes_of(token)
        for word, token in zip(spaced, spelled, strict=True)
    )


def end_of_text(size: Dimensions) -> int:
    """The number of the end-of-text token, which is the first special token."""
    return TEXT_TOKENS - (size.vocabulary == ENGLISH_VOCABULARY)


def ordered(numbers: Mapping[str, int]) -> tuple[bytes, ...]:
    """The tokens of a vocab.json or tokenizer.json, by number. Raises ModelError for gaps."""
    tokens = sorted(numbers, key=numbers.__getitem__)
    if sorted(numbers.values()) != list(range(len(tokens))):
        raise ModelError("has numbers missing among its tokens; get the file again")
    return tuple(token.encode() for token in tokens)


def whole_vocabulary(text: Sequence[bytes], size: Dimensions) -> tuple[bytes, ...]:
    """All tokens in GPT-2's spelling: text tokens, then special tokens in OpenAI's order."""
    end = end_of_text(size)
    # English-only models have 99 language tokens too, which are not used
    languages = LANGUAGES[: 100 if size.vocabulary > ENGLISH_VOCABULARY + 1 else 99]
    special = ["endoftext", "startoftranscript", *languages, *_TASKS]
    times = size.vocabulary - end - len(special)
    special += [f"{number * 0.02:.2f}" for number in range(times)]
    # a file may omit its last text token, which is empty; whisper.cpp adds it
    spelled = [*map(spelt, text[:end]), *[b""] * (end - len(text))]
    return (*spelled, *(f"<|{token}|>".encode() for token in special))
