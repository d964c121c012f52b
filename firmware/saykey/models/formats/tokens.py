"""Whisper's vocabulary as text files and GGUF spell it, and as whisper.cpp wants it: bytes.

GPT-2's byte-level alphabet writes every byte as a printable character (bytes_to_unicode in
openai/gpt-2, src/encoder.py): printable ones as themselves, the others from U+0100 on.
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
"""How most words begin."""

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
"""In the order of OpenAI's tokenizer.py and whisper.cpp's g_lang: each has a token's number."""

_TASKS = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")


def bytes_of(token: bytes) -> bytes:
    """The bytes that a token spelt in GPT-2's alphabet (as UTF-8) stands for."""
    try:
        return bytes(_BYTE[ord(character)] for character in token.decode())
    except (UnicodeDecodeError, KeyError) as error:
        raise damaged(_FOREIGN) from error


def spelt(token: bytes) -> bytes:
    """A token's bytes spelt in GPT-2's alphabet, as UTF-8."""
    return token.decode("latin-1").translate(_CHARACTER).encode()


def text_tokens(spelled: Sequence[bytes], size: Dimensions) -> tuple[bytes, ...]:
    """The tokens of text of a whole vocabulary, as whisper.cpp's files hold them.

    Raises ModelError when they are not Whisper's: whisper.cpp knows the special ones by number.
    """
    if not TEXT_TOKENS <= len(spelled) <= size.vocabulary:
        raise ModelError(
            f"comes with {len(spelled)} tokens, not {TEXT_TOKENS} to {size.vocabulary}; "
            "put the tokenizer.json of the same model beside it"
        )
    end = end_of_text(size)
    if end < len(spelled) and spelled[end] != END_OF_TEXT:
        raise ModelError(
            f"has {END_OF_TEXT.decode()} at another place than {end}, where whisper.cpp has it; "
            "get a model with Whisper's own tokenizer"
        )
    tokens = _bytes_of_all(spelled[:TEXT_TOKENS])
    check_vocabulary(tokens)
    return tokens


def _bytes_of_all(spelled: Sequence[bytes]) -> tuple[bytes, ...]:
    """What `bytes_of` says of each: of fifty thousand, all but some hundred are English words."""
    # no byte of UTF-8 is 0xFF
    spaced = b"\xff".join(spelled).replace(_SPACE, b" ").split(b"\xff")
    if len(spaced) != len(spelled):
        raise damaged(_FOREIGN)
    return tuple(
        word if word.isascii() else bytes_of(token)
        for word, token in zip(spaced, spelled, strict=True)
    )


def end_of_text(size: Dimensions) -> int:
    """The number of the end of text: the first of the special tokens."""
    return TEXT_TOKENS - (size.vocabulary == ENGLISH_VOCABULARY)


def ordered(numbers: Mapping[str, int]) -> tuple[bytes, ...]:
    """The tokens of a vocab.json or tokenizer.json in order. Raises ModelError for gaps."""
    tokens = sorted(numbers, key=numbers.__getitem__)
    if sorted(numbers.values()) != list(range(len(tokens))):
        raise ModelError("has numbers missing among its tokens; get the file again")
    return tuple(token.encode() for token in tokens)


def whole_vocabulary(text: Sequence[bytes], size: Dimensions) -> tuple[bytes, ...]:
    """All tokens, spelt, the special ones behind those of text in OpenAI's order."""
    end = end_of_text(size)
    # even the English models have 99 language tokens, unused
    languages = LANGUAGES[: 100 if size.vocabulary > ENGLISH_VOCABULARY + 1 else 99]
    special = ["endoftext", "startoftranscript", *languages, *_TASKS]
    times = size.vocabulary - end - len(special)
    special += [f"{number * 0.02:.2f}" for number in range(times)]
    # a file may leave its last token, which is empty, to whisper.cpp
    spelled = [*map(spelt, text[:end]), *[b""] * (end - len(text))]
    return (*spelled, *(f"<|{token}|>".encode() for token in special))
