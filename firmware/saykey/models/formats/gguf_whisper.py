"""The key-value pairs that describe a Whisper model in a GGUF file: checks and writes them.

The keys are those of the standard (ggml's docs/gguf.md) and of transcribe.cpp's converter
(scripts/convert-whisper.py), so transcribe.cpp reads these files too. Saykey adds the key
saykey.dynamic_context.
"""

import struct
from collections.abc import Iterable, Mapping
from math import cos, pi, prod

from saykey.errors import ModelError
from saykey.models.formats.contents import (
    ENGLISH_VOCABULARY,
    SPECTRUM_ROWS,
    Contents,
    Notes,
    damaged,
    languages_known,
)
from saykey.models.formats.gguf import Gguf, Scalar, Value, Writable
from saykey.models.formats.tensor_names import MEL_FILTERS, WINDOW, transcribe
from saykey.models.formats.tensors import F32, Dimensions, Format, StoredTensor, Tensor
from saykey.models.formats.tokens import LANGUAGES, end_of_text, text_tokens, whole_vocabulary

_DYNAMIC = "saykey.dynamic_context"
_TOKENS = "tokenizer.ggml.tokens"

_FRONT_END: dict[str, Scalar] = {
    "stt.frontend.type": "mel",
    "stt.frontend.sample_rate": 16000,
    "stt.frontend.n_fft": 400,
    "stt.frontend.win_length": 400,
    "stt.frontend.hop_length": 160,
    "stt.frontend.window": "hann_periodic",
    "stt.frontend.normalize": "whisper_logmel",
    "stt.frontend.pad_mode": "reflect",
    "stt.frontend.mel_norm": "slaney",
    "stt.frontend.chunk_length": 30,
    "stt.frontend.n_samples": 480000,
    "stt.frontend.nb_max_frames": 3000,
    "stt.frontend.center": True,
}
"""How whisper.cpp prepares sound for the encoder of every model (whisper.h, log_mel)."""

_WINDOW_SAMPLES = 400

_FIXED: dict[str, Scalar] = {
    "general.architecture": "whisper",
    "stt.whisper.encoder.activation": "gelu",
    "stt.whisper.decoder.activation": "gelu",
    "stt.whisper.decoder.tie_word_embeddings": True,
    "stt.whisper.decoder.scale_embedding": False,
    "tokenizer.ggml.model": "gpt2",
}

_FILE_TYPES = {
    "f16": 1, "q4_0": 2, "q4_1": 3, "q8_0": 7, "q5_0": 8, "q5_1": 9,
    "q2_k": 10, "q3_k": 12, "q4_k": 15, "q5_k": 17, "q6_k": 18,
}  # fmt: skip
"""general.file_type of the standard, enum llama_ftype; k-quants as their medium mixtures."""


def check_says(gguf: Gguf, size: Dimensions) -> None:
    """Raise ModelError when a key contradicts the tensors or names what whisper.cpp cannot run."""
    # the names of the front end do not matter, only its numbers
    counted = {key: value for key, value in _FRONT_END.items() if isinstance(value, int)}
    for key, expected in (_FIXED | counted | _size_pairs(size)).items():
        said = gguf.pairs.get(key, expected)
        if type(said) is not type(expected) or said != expected:
            raise ModelError(
                f"says {key} = {_short(said)}, not {expected}; get a plain Whisper model"
            )
    filters = gguf.tensors.get(MEL_FILTERS)
    if filters is not None and (
        filters.shape != (SPECTRUM_ROWS, size.mels) or filters.format != F32
    ):
        raise damaged(f"has mel filters of {filters.shape} in {filters.format.name}")


def vocabulary_in(gguf: Gguf, size: Dimensions) -> tuple[bytes, ...] | None:
    """The text tokens, None when the file has none. Raises ModelError."""
    spelt = gguf.pairs.get(_TOKENS)
    if spelt is None:
        return None
    items = spelt if isinstance(spelt, tuple) else (0,)
    tokens = [token for token in items if isinstance(token, bytes)]
    if len(tokens) != len(items):
        raise damaged(f"has {_TOKENS} that are no texts")
    return text_tokens(tokens, size)


def notes_in(gguf: Gguf) -> Notes:
    """The description that the file gives of itself."""
    languages = gguf.pairs.get("general.languages", ())
    dynamic = gguf.pairs.get(_DYNAMIC)
    return Notes(
        name=_text(gguf, "general.name") or _text(gguf, "stt.variant"),
        description=_text(gguf, "general.description"),
        licence=_text(gguf, "general.license"),
        origin=_text(gguf, "general.source.url") or _text(gguf, "general.url"),
        languages=_codes(languages) if isinstance(languages, tuple) else (),
        dynamic_context=dynamic if isinstance(dynamic, bool) else None,
    )


def _text(gguf: Gguf, key: str) -> str:
    value = gguf.pairs.get(key)
    return " ".join(value.split())[:500] if isinstance(value, str) else ""


def _codes(languages: tuple[int | float | bytes, ...]) -> tuple[str, ...]:
    return tuple(
        code.decode()
        for code in languages
        if isinstance(code, bytes) and code.isalpha() and len(code) <= 3
    )


def _short(value: Value) -> str:
    return repr(value)[:60]


def _size_pairs(size: Dimensions) -> dict[str, Scalar]:
    encoder, decoder = "stt.whisper.encoder", "stt.whisper.decoder"
    return {
        f"{encoder}.n_layers": size.encoder_layers,
        f"{encoder}.d_model": size.state,
        f"{encoder}.n_heads": size.heads,
        f"{encoder}.ffn_dim": 4 * size.state,
        f"{encoder}.num_mel_bins": size.mels,
        f"{encoder}.max_source_positions": size.audio_context,
        f"{decoder}.n_layers": size.decoder_layers,
        f"{decoder}.d_model": size.state,
        f"{decoder}.n_heads": size.heads,
        f"{decoder}.ffn_dim": 4 * size.state,
        f"{decoder}.max_target_positions": size.text_context,
        f"{decoder}.vocab_size": size.vocabulary,
        "stt.frontend.num_mels": size.mels,
    }


def _vocabulary_pairs(vocabulary: tuple[bytes, ...], size: Dimensions) -> dict[str, Writable]:
    tokens = whole_vocabulary(vocabulary, size)
    number = {token: at for at, token in enumerate(tokens)}
    end = end_of_text(size)
    return {
        "stt.whisper.decoder_start_token_id": number[b"<|startoftranscript|>"],
        "stt.whisper.no_timestamps_token_id": number[b"<|notimestamps|>"],
        "stt.whisper.sot_token_id": number[b"<|startoftranscript|>"],
        "stt.whisper.transcribe_token_id": number[b"<|transcribe|>"],
        "stt.whisper.translate_token_id": number[b"<|translate|>"],
        "stt.whisper.prev_sot_token_id": number[b"<|startofprev|>"],
        "tokenizer.ggml.pre": "gpt2",
        _TOKENS: tokens,
        # llama.cpp's token types: 1 normal, 3 control
        "tokenizer.ggml.token_type": (1,) * end + (3,) * (len(tokens) - end),
        "tokenizer.ggml.bos_token_id": end,
        "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.padding_token_id": end,
        "tokenizer.ggml.add_bos_token": False,
    }


def pairs_for(contents: Contents, weights: Format, notes: Notes) -> Mapping[str, Writable]:
    """The key-value pairs of a self-describing file of this model."""
    size = contents.dimensions
    languages = notes.languages or LANGUAGES[: languages_known(size)]
    multilingual = len(languages) > 1 and size.vocabulary != ENGLISH_VOCABULARY
    pairs: dict[str, Writable] = {
        **_FIXED,
        **_FRONT_END,
        **_size_pairs(size),
        "general.type": "model",
        "general.name": notes.name,
        "general.basename": "whisper",
        "general.size_label": _size_label(contents.tensors.values()),
        "general.quantization_version": 2,
        "general.file_type": _FILE_TYPES[weights.name],
        "stt.variant": notes.name,
        "stt.capability.lang_detect": multilingual,
        "stt.capability.translate": multilingual,
        "stt.capability.timestamps": True,
        **_vocabulary_pairs(contents.vocabulary, size),
    }
    told = (
        ("general.description", notes.description), ("general.license", notes.licence),
        ("general.source.url", notes.origin),
        ("general.languages", tuple(code.encode() for code in languages)),
    )  # fmt: skip
    pairs.update((key, value) for key, value in told if value)
    if notes.dynamic_context is not None:
        pairs[_DYNAMIC] = notes.dynamic_context
    return pairs


def window() -> bytes:
    """The data of WINDOW: Hann's window of 25 ms, periodic."""
    turns = (2 * pi * sample / _WINDOW_SAMPLES for sample in range(_WINDOW_SAMPLES))
    return struct.pack(f"<{_WINDOW_SAMPLES}f", *(0.5 - 0.5 * cos(turn) for turn in turns))


def tensors_for(contents: Contents) -> dict[str, Tensor]:
    """The tensors of a GGUF file in their order, by transcribe.cpp's names; mel filters first."""
    front = {
        MEL_FILTERS: Tensor((SPECTRUM_ROWS, contents.dimensions.mels), F32),
        WINDOW: Tensor((_WINDOW_SAMPLES,), F32),
    }
    return front | {
        transcribe(name): Tensor(_flat(tensor.shape), tensor.format)
        for name, tensor in contents.tensors.items()
    }


def _flat(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Drop a leading 1: only whisper.cpp stores the biases of convolutions as columns."""
    return shape[1:] if shape[0] == 1 else shape


def _size_label(tensors: Iterable[StoredTensor]) -> str:
    """The number of weights in the standard's notation: 74M, 2B."""
    count = sum(prod(tensor.shape) for tensor in tensors)
    unit, name = next((10**n, name) for n, name in ((9, "B"), (6, "M"), (0, "")) if count >= 10**n)
    return f"{count / unit:.0f}{name}"
