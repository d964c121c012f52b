"""The names of Whisper's tensors in each family of files.

- OpenAI's checkpoints and whisper.cpp: ``decoder.blocks.0.attn.query.weight``
- Hugging Face's checkpoints, and candle's GGUF files: ``model.decoder.layers.0.self_attn.q_proj``
  (transformers' modeling_whisper.py)
- GGUF files of transcribe.cpp: ``dec.blocks.0.self_attn.q`` (its scripts/convert-whisper.py)
"""

import re
from collections.abc import Callable, Mapping

from saykey.errors import ModelError
from saykey.models.formats.contents import HEAD_WIDTH, check_dimensions, damaged, same_shape
from saykey.models.formats.tensors import F16, Dimensions, StoredTensor, wanted_tensors

_HUGGING_FACE = (
    ("positional_embedding", "embed_positions.weight"), ("token_embedding", "embed_tokens"),
    ("ln_post", "layer_norm"), ("ln", "layer_norm"), ("blocks", "layers"),
    ("attn_ln", "self_attn_layer_norm"), ("cross_attn_ln", "encoder_attn_layer_norm"),
    ("mlp_ln", "final_layer_norm"), ("attn", "self_attn"), ("cross_attn", "encoder_attn"),
    ("query", "q_proj"), ("key", "k_proj"), ("value", "v_proj"), ("out", "out_proj"),
    ("mlp.0", "fc1"), ("mlp.2", "fc2"),
)  # fmt: skip
_TRANSCRIBE = (
    ("positional_embedding", "pos_emb.weight"), ("token_embedding", "token_embd"),
    ("ln_post", "final_norm"), ("ln", "final_norm"), ("mlp_ln", "norm_ffn"),
    ("cross_attn_ln", "norm_cross"), ("query", "q"), ("key", "k"), ("value", "v"),
    ("mlp.0", "ffn.fc1"), ("mlp.2", "ffn.fc2"),
)  # fmt: skip
_TRANSCRIBE_ENCODER = (
    ("encoder.conv1", "enc.conv.0"), ("encoder.conv2", "enc.conv.1"), ("encoder", "enc"),
    ("attn_ln", "norm_attn"),
)  # fmt: skip
_TRANSCRIBE_DECODER = (
    ("decoder", "dec"), ("attn_ln", "norm_self"), ("attn", "self_attn"),
)  # fmt: skip

MEL_FILTERS = "frontend.mel_filterbank"
WINDOW = "frontend.window"
OUTPUT = ("proj_out.weight", "lm_head.weight", "model.proj_out.weight")
"""Hugging Face's names of the output layer, which in Whisper equals the token embedding."""


def _renamed(name: str, table: tuple[tuple[str, str], ...]) -> str:
    name = f".{name}."
    for ours, theirs in table:
        name = name.replace(f".{ours}.", f".{theirs}.")
    return name[1:-1]


def openai(name: str) -> str:
    """OpenAI's name itself."""
    return name


def hugging_face(name: str) -> str:
    """Hugging Face's name of one of OpenAI's tensors."""
    return "model." + bare_hugging_face(name)


def bare_hugging_face(name: str) -> str:
    """Hugging Face's name as saved from WhisperModel, not WhisperForConditionalGeneration."""
    return _renamed(name, _HUGGING_FACE)


def transcribe(name: str) -> str:
    """transcribe.cpp's name of one of OpenAI's tensors."""
    part = _TRANSCRIBE_ENCODER if name.startswith("encoder") else _TRANSCRIBE_DECODER
    return _renamed(_renamed(name, part), _TRANSCRIBE)


_FAMILIES: tuple[Callable[[str], str], ...] = (openai, hugging_face, bare_hugging_face, transcribe)
_EMBEDDING = "decoder.token_embedding.weight"


def recognised(tensors: Mapping[str, StoredTensor]) -> tuple[Dimensions, dict[str, StoredTensor]]:
    """The dimensions, derived from the shapes, and the tensors by OpenAI's names.

    The shapes are changed to those whisper.cpp wants. Raises ModelError when the names belong to
    no family, when a tensor is missing or left over, or when a shape does not fit the dimensions.
    """
    named = next((named for named in _FAMILIES if named(_EMBEDDING) in tensors), None)
    if named is None:
        raise ModelError("holds no Whisper model; Saykey recognises speech with Whisper only")
    size = _dimensions(tensors, named)
    check_dimensions(size, size.state, size.heads)
    # the format does not matter here: the shapes are the same for all
    wanted = wanted_tensors(size, F16)
    found: dict[str, StoredTensor] = {}
    for name, tensor in wanted.items():
        there = tensors.get(named(name))
        if there is None:
            raise damaged(f"lacks tensor {named(name)}")
        if not same_shape(there.shape, tensor.shape):
            raise damaged(f"has tensor {named(name)} of shape {there.shape}, not {tensor.shape}")
        found[name] = StoredTensor(tensor.shape, there.format, there.begin, there.part)
    left = tensors.keys() - {named(name) for name in wanted} - {MEL_FILTERS, WINDOW, *OUTPUT}
    if left:
        raise ModelError(f"has {min(left)}, which no Whisper model has; get a plain Whisper model")
    return size, found


def _dimensions(tensors: Mapping[str, StoredTensor], named: Callable[[str], str]) -> Dimensions:
    def shape(name: str, dimensions: int) -> tuple[int, ...]:
        there = tensors.get(named(name))
        if there is None:
            raise damaged(f"lacks tensor {named(name)}")
        if len(there.shape) < dimensions:
            raise damaged(f"has tensor {named(name)} of shape {there.shape}")
        return there.shape

    def layers(part: str) -> int:
        first = named(f"{part}.blocks.0.mlp_ln.weight")
        blocks = re.compile(re.escape(first).replace("0", "([0-9]{1,3})"))
        numbers = [int(found[1]) for found in map(blocks.fullmatch, tensors) if found]
        return 1 + max(numbers, default=-1)

    state, vocabulary = shape(_EMBEDDING, 2)[:2]
    return Dimensions(
        vocabulary=vocabulary,
        audio_context=shape("encoder.positional_embedding", 2)[1],
        state=state,
        heads=state // HEAD_WIDTH,
        encoder_layers=layers("encoder"),
        text_context=shape("decoder.positional_embedding", 2)[1],
        decoder_layers=layers("decoder"),
        mels=shape("encoder.conv1.weight", 3)[1],
    )
