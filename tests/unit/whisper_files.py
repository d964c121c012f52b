"""Small Whisper models of random weights, written in every family of files by other libraries.

GGUF is written by the gguf package, safetensors by the safetensors package. The names of tensors
are those that their makers list (transformers' modeling_whisper.py, transcribe.cpp's
scripts/convert-whisper.py).
"""

import json
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import safetensors.numpy

import saykey
from saykey.models.formats.contents import ModelFacts, Notes
from saykey.models.formats.open_model import opened
from saykey.models.formats.quantise import convert
from saykey.models.formats.tensors import F32, KINDS, Dimensions
from saykey.models.store import card, load
from saykey.models.store import convert as conversion

DEMO = Path(saykey.__file__).parent / "data" / "models" / "tiny.en-short.bin"

MULTILINGUAL, ENGLISH = 51865, 51864
GPT2_TOKENS = 50257


@dataclass(frozen=True)
class Imported:
    """A file made for whisper.cpp; ``notes`` are those of its source model."""

    path: Path
    facts: ModelFacts
    notes: Notes
    converted: int


def import_file(path, folder, name, *how):
    """FOLDER/NAME.bin for whisper.cpp from the model at this path."""
    target = folder / f"{name}.bin"
    with opened(path) as model:
        made = conversion.convert_to_ggml(model, target, *how)
        return Imported(target, made.facts, model.notes, made.converted)


def export_gguf(path, target, notes):
    """The model at this path as GGUF."""
    with opened(path) as model:
        conversion.export_gguf(model, target, notes)


def card_of(path):
    """The card of the model at this path, with what the model says of itself."""
    with opened(path) as model:
        return card.card_of(model)


def facts_of(path):
    """What the model at this path is, or would be for whisper.cpp."""
    with opened(path) as model:
        return model.facts


def packed_in_cache(path, cache):
    """The packed copy, in the cache, of the model at this path."""
    with opened(path) as model:
        return load.packed(model, cache)


# OpenAI's name | Hugging Face's | transcribe.cpp's | shape, rows first; S is the state
_TOP = """
encoder.conv1.weight|encoder.conv1.weight|enc.conv.0.weight|S 80 3
encoder.conv1.bias|encoder.conv1.bias|enc.conv.0.bias|S
encoder.conv2.weight|encoder.conv2.weight|enc.conv.1.weight|S S 3
encoder.conv2.bias|encoder.conv2.bias|enc.conv.1.bias|S
encoder.positional_embedding|encoder.embed_positions.weight|enc.pos_emb.weight|1500 S
encoder.ln_post.weight|encoder.layer_norm.weight|enc.final_norm.weight|S
encoder.ln_post.bias|encoder.layer_norm.bias|enc.final_norm.bias|S
decoder.token_embedding.weight|decoder.embed_tokens.weight|dec.token_embd.weight|V S
decoder.positional_embedding|decoder.embed_positions.weight|dec.pos_emb.weight|448 S
decoder.ln.weight|decoder.layer_norm.weight|dec.final_norm.weight|S
decoder.ln.bias|decoder.layer_norm.bias|dec.final_norm.bias|S
"""
_ENCODER_BLOCK = """
attn_ln.weight|self_attn_layer_norm.weight|norm_attn.weight|S
attn_ln.bias|self_attn_layer_norm.bias|norm_attn.bias|S
attn.query.weight|self_attn.q_proj.weight|attn.q.weight|S S
attn.query.bias|self_attn.q_proj.bias|attn.q.bias|S
attn.key.weight|self_attn.k_proj.weight|attn.k.weight|S S
attn.value.weight|self_attn.v_proj.weight|attn.v.weight|S S
attn.value.bias|self_attn.v_proj.bias|attn.v.bias|S
attn.out.weight|self_attn.out_proj.weight|attn.out.weight|S S
attn.out.bias|self_attn.out_proj.bias|attn.out.bias|S
mlp_ln.weight|final_layer_norm.weight|norm_ffn.weight|S
mlp_ln.bias|final_layer_norm.bias|norm_ffn.bias|S
mlp.0.weight|fc1.weight|ffn.fc1.weight|F S
mlp.0.bias|fc1.bias|ffn.fc1.bias|F
mlp.2.weight|fc2.weight|ffn.fc2.weight|S F
mlp.2.bias|fc2.bias|ffn.fc2.bias|S
"""
_CROSS = """
cross_attn_ln.weight|encoder_attn_layer_norm.weight|norm_cross.weight|S
cross_attn_ln.bias|encoder_attn_layer_norm.bias|norm_cross.bias|S
cross_attn.query.weight|encoder_attn.q_proj.weight|cross_attn.q.weight|S S
cross_attn.query.bias|encoder_attn.q_proj.bias|cross_attn.q.bias|S
cross_attn.key.weight|encoder_attn.k_proj.weight|cross_attn.k.weight|S S
cross_attn.value.weight|encoder_attn.v_proj.weight|cross_attn.v.weight|S S
cross_attn.value.bias|encoder_attn.v_proj.bias|cross_attn.v.bias|S
cross_attn.out.weight|encoder_attn.out_proj.weight|cross_attn.out.weight|S S
cross_attn.out.bias|encoder_attn.out_proj.bias|cross_attn.out.bias|S
"""
_DECODER_BLOCK = (
    _ENCODER_BLOCK.replace("|attn.", "|self_attn.").replace("|norm_attn.", "|norm_self.") + _CROSS
)


def dimensions(state=64, vocabulary=MULTILINGUAL, layers=1):
    return Dimensions(vocabulary, 1500, state, state // 64, layers, 448, layers, 80)


def rows(size):
    """(OpenAI's name, Hugging Face's, transcribe.cpp's, shape) of every tensor."""
    symbols = {"S": size.state, "F": 4 * size.state, "V": size.vocabulary}

    def of(table, ours="", hugging="model.", transcribe=""):
        for line in table.split("\n"):
            if line:
                one, two, three, shape = line.split("|")
                sizes = tuple(symbols.get(item) or int(item) for item in shape.split())
                yield ours + one, hugging + two, transcribe + three, sizes

    yield from of(_TOP)
    for part, short, table, layers in (
        ("encoder", "enc", _ENCODER_BLOCK, size.encoder_layers),
        ("decoder", "dec", _DECODER_BLOCK, size.decoder_layers),
    ):
        for n in range(layers):
            yield from of(
                table, f"{part}.blocks.{n}.", f"model.{part}.layers.{n}.", f"{short}.blocks.{n}."
            )


ROWS = 1024
"""After so many rows the token embedding repeats, because quantising all of it takes long."""


def weights(size, seed=0):
    """Random weights by OpenAI's names, f32, rows first."""
    draw = np.random.default_rng(seed)

    def drawn(rows, *others):
        few = (min(rows, 2 * ROWS), *others)
        if rows > few[0]:
            few = (ROWS, *others)
        return np.resize(0.05 * draw.standard_normal(few, dtype=np.float32), (rows, *others))

    return {name: drawn(*shape) for name, _, _, shape in rows(size)}


def byte_alphabet():
    """GPT-2's bytes_to_unicode."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1)]
    kept += range(ord("®"), ord("ÿ") + 1)
    table, more = {byte: chr(byte) for byte in kept}, 0
    for byte in range(256):
        if byte not in table:
            table[byte] = chr(256 + more)
            more += 1
    return table


def vocabulary(size):
    """Whisper's tokens, spelt: all bytes, then numbers, then the special ones by their number."""
    alphabet = byte_alphabet()
    text = [alphabet[byte] for byte in range(256)]
    text += [f"Ġw{number}" for number in range(256, GPT2_TOKENS - 1)]
    if size.vocabulary != ENGLISH:
        text.append("Ġlast")
    special = [f"<|s{number}|>" for number in range(size.vocabulary - len(text))]
    return [*text, "<|endoftext|>", *special[1:]]


def raw_tokens(size):
    """The bytes of the tokens of text."""
    back = {character: byte for byte, character in byte_alphabet().items()}
    return tuple(
        bytes(back[character] for character in token) for token in vocabulary(size)[:GPT2_TOKENS]
    )


def stored_as(array, kind):
    """An array in a ggml type; k-quants by ggml itself, as the gguf package cannot make them."""
    kind = gguf.GGMLQuantizationType(kind)
    if kind is gguf.GGMLQuantizationType.F32:
        return array, kind
    if len(array) > 2 * ROWS:
        few, kind = stored_as(array[:ROWS], kind)
        return np.resize(few, (len(array), *few.shape[1:])), kind
    if kind.name.endswith("_K"):
        raw = convert(array.tobytes(), array.shape[-1], F32, KINDS[kind])
        return np.frombuffer(raw, np.uint8).reshape(array.shape[0], -1), kind
    return gguf.quants.quantize(array, kind), kind


def write_gguf(path, size, kind_of, family, *, pairs=(), tokens=True, filters=None, seed=0):
    """A GGUF file: ``kind_of(name, shape)`` gives each tensor's ggml type, family 0 to 2 a name."""
    writer = gguf.GGUFWriter(path, "whisper")
    for key, value in pairs:
        add = {bool: writer.add_bool, int: writer.add_uint32, str: writer.add_string}[type(value)]
        add(key, value)
    if tokens:
        writer.add_tokenizer_model("gpt2")
        writer.add_token_list(vocabulary(size))
    if filters is not None:
        writer.add_tensor("frontend.mel_filterbank", filters)
    values = weights(size, seed)
    for row in rows(size):
        array, kind = stored_as(values[row[0]], kind_of(row[0], row[3]))
        writer.add_tensor(row[family], array, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


OPENAI, CANDLE, TRANSCRIBE = 0, 1, 2


def like_whisper(kind):
    """Types as whisper.cpp wants them: large weights in one, convolutions f16, the others f32."""

    def kind_of(name, shape):
        if len(shape) == 3:
            return 1
        return kind if len(shape) == 2 and "positional" not in name else 0

    return kind_of


def sizes_told(size):
    """The keys in which transcribe.cpp's files store their dimensions."""
    encoder, decoder = "stt.whisper.encoder.", "stt.whisper.decoder."
    both = {"n_layers": size.encoder_layers, "d_model": size.state, "n_heads": size.heads}
    both |= {"ffn_dim": 4 * size.state, "activation": "gelu"}
    return [
        *((encoder + key, value) for key, value in both.items()),
        *((decoder + key, value) for key, value in both.items()),
        (encoder + "num_mel_bins", 80),
        (encoder + "max_source_positions", 1500),
        (decoder + "max_target_positions", 448),
        (decoder + "vocab_size", size.vocabulary),
        ("stt.frontend.num_mels", 80),
        ("stt.frontend.sample_rate", 16000),
    ]


def write_hugging_face(folder, size, *, kind="float32", shards=1, seed=0):
    """A folder as transformers saves it. For ``kind`` "bfloat16" numbers are cut, not rounded."""
    folder.mkdir(exist_ok=True)
    values = weights(size, seed)
    tensors = {row[1]: values[row[0]] for row in rows(size)}
    names = sorted(tensors)
    parts = [names[n::shards] for n in range(shards)]
    files = ["model.safetensors"]
    if shards > 1:
        files = [f"model-{n + 1:05}-of-{shards:05}.safetensors" for n in range(shards)]
        where = {name: file for file, part in zip(files, parts, strict=True) for name in part}
        (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": where}))
    for file, part in zip(files, parts, strict=True):
        chosen = {name: tensors[name] for name in part}
        (folder / file).write_bytes(safetensors_bytes(chosen, kind))
    (folder / "config.json").write_text(json.dumps(config(size)))
    numbers = {token: n for n, token in enumerate(vocabulary(size)[:GPT2_TOKENS])}
    (folder / "vocab.json").write_text(json.dumps(numbers), "utf-8")
    return folder


def safetensors_bytes(tensors, kind):
    if kind != "bfloat16":
        return safetensors.numpy.save({n: a.astype(kind) for n, a in tensors.items()})
    # numpy has no bfloat16: its bits are the upper half of a float's
    halves = {
        name: (np.ascontiguousarray(array).view(np.uint32) >> 16).astype("<u2")
        for name, array in tensors.items()
    }
    specs = {
        name: safetensors.TensorSpec(
            dtype="bfloat16", shape=half.shape, data_ptr=half.ctypes.data, data_len=half.nbytes
        )
        for name, half in halves.items()
    }
    return bytes(safetensors.serialize(specs))


def config(size):
    return {
        "model_type": "whisper", "d_model": size.state, "vocab_size": size.vocabulary,
        "encoder_layers": size.encoder_layers, "decoder_layers": size.decoder_layers,
        "encoder_attention_heads": size.heads, "decoder_attention_heads": size.heads,
        "encoder_ffn_dim": 4 * size.state, "decoder_ffn_dim": 4 * size.state, "num_mel_bins": 80,
        "max_source_positions": 1500, "max_target_positions": 448, "activation_function": "gelu",
    }  # fmt: skip


def tensor_bytes(image, contents, name):
    """The data of a tensor in an image."""
    stored = contents.tensors[name]
    return bytes(image[stored.begin : stored.begin + stored.size])
