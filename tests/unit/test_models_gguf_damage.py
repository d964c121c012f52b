"""A damaged or foreign GGUF file is refused with one line that names what is wrong."""

import os
import struct
from functools import cache
from pathlib import Path

import pytest
from whisper_files import (
    dimensions,
    import_file,
    like_whisper,
    packed_in_cache,
    rows,
    sizes_told,
    vocabulary,
)

from saykey.errors import ModelError

SIZE = dimensions()
BYTES = {0: (1, 4), 1: (1, 2), 8: (32, 34)}
QUERY, EMBEDDING = "enc.blocks.0.attn.q.weight", "dec.token_embd.weight"
STRING, ARRAY, U32, BOOL = 8, 9, 4, 7


def text(raw):
    raw = raw.encode() if isinstance(raw, str) else raw
    return struct.pack("<Q", len(raw)) + raw


def pair(key, value):
    if isinstance(value, str):
        typed = struct.pack("<I", STRING) + text(value)
    elif isinstance(value, list):
        typed = struct.pack("<IIQ", ARRAY, STRING, len(value)) + b"".join(map(text, value))
    else:
        typed = struct.pack("<II", U32, value)
    return text(key) + typed


@cache
def token_pair():
    return pair("tokenizer.ggml.tokens", vocabulary(SIZE))


@cache
def infos():
    """(name, shape fastest first, ggml type, offset) of all tensors."""
    found, at = [], 0
    for ours, _, name, shape in rows(SIZE):
        kind = like_whisper(8)(ours, shape)
        block, size = BYTES[kind]
        length = size
        for count in shape:
            length *= count
        found.append((name, tuple(reversed(shape)), kind, at))
        at += -(-length // block // 32) * 32
    return tuple(found), at


class File:
    """An undamaged GGUF file in its parts, one of which a test damages."""

    def __init__(self):
        self.magic, self.version, self.counts = b"GGUF", 3, None
        self.pairs = [
            pair("general.architecture", "whisper"), pair("tokenizer.ggml.model", "gpt2"),
            *(pair(key, value) for key, value in sizes_told(SIZE)), token_pair(),
        ]  # fmt: skip
        tensors, self.length = infos()
        self.tensors = {name: [name, shape, kind, at] for name, shape, kind, at in tensors}
        self.behind = b""

    def head(self):
        counts = self.counts or (len(self.tensors), len(self.pairs))
        parts = [self.magic, struct.pack("<IQQ", self.version, *counts), *self.pairs]
        for name, shape, kind, at in self.tensors.values():
            parts += (
                text(name), struct.pack(f"<I{len(shape)}Q", len(shape), *shape),
                struct.pack("<IQ", kind, at),
            )  # fmt: skip
        head = b"".join(parts)
        return head + bytes(-len(head) % 32)

    def image(self):
        return self.head() + bytes(self.length) + self.behind


def spoiled(**parts):
    file = File()
    for name, value in parts.items():
        setattr(file, name, value)
    return file.image()


def with_tensor(name, at, value):
    file = File()
    file.tensors[name][at] = value
    return file.image()


def without_tensor(name):
    file = File()
    del file.tensors[name]
    return file.image()


def with_pair(key, value):
    file = File()
    spelt = text(key)
    file.pairs = [one for one in file.pairs if not one.startswith(spelt)] + [
        value if isinstance(value, bytes) else pair(key, value)
    ]
    return file.image()


def cut(of_head=None, of_all=None):
    file = File()
    return file.head()[:of_head] if of_head is not None else file.image()[:of_all]


def tokens_with(number, token):
    changed = vocabulary(SIZE)
    changed[number] = token
    return with_pair("tokenizer.ggml.tokens", changed)


def more_tensor(name, like):
    file = File()
    file.tensors[name] = [name, *file.tensors[like][1:3], file.length]
    return spoiled(tensors=file.tensors, length=file.length + 64 * 64 // 32 * 34)


def twice(name):
    file = File()
    file.tensors["again"] = list(file.tensors[name])
    return file.image()


DAMAGE = {
    "only the magic": (lambda: cut(of_head=4), "ends in the middle of the header"),
    "an end in the counts": (lambda: cut(of_head=20), "ends in the middle of the header"),
    "an end in a key": (lambda: cut(of_head=40), "ends in the middle of a key"),
    "an end in a value": (lambda: cut(of_head=60), "ends in the middle of key general.archi"),
    "an end in the tokens": (lambda: cut(of_head=5000), "the middle of key tokenizer.ggml.tokens"),
    "an end in a tensor's entry": (lambda: cut(of_head=-50), "ends in the middle of t"),
    "no data": (lambda: cut(of_head=None, of_all=len(File().head())), "in the middle of tensor"),
    "the last tensor cut": (lambda: cut(of_all=-99), "ends in the middle of tensor dec.blocks.0"),
    "version 1": (lambda: spoiled(version=1), "is GGUF of version 1, not 2 or 3"),
    "big endian": (lambda: spoiled(version=3 << 24), "is stored big endian"),
    "no tensors": (lambda: spoiled(counts=(0, 3)), "claims 0 tensors"),
    "endless tensors": (lambda: spoiled(counts=(2**63, 3)), "claims 9223372036854775808 tensors"),
    "endless keys": (lambda: spoiled(counts=(3, 2**40)), "and 1099511627776 keys"),
    "a key too many": (lambda: spoiled(counts=(40, 99)), "the file is damaged"),
    "a key twice": (
        lambda: spoiled(pairs=[pair("a", 1), pair("a", 2)]),
        "has key a twice",
    ),
    "a key without a name": (lambda: with_pair("", 1), "has a key of 0 bytes"),
    "an overlong key": (lambda: with_pair("k" * 70_000, 1), "has a key of 70000 bytes"),
    "a key that is no text": (lambda: spoiled(pairs=[pair(b"\xff\n", 1)]), "a key that is no text"),
    "a string that is no text": (
        lambda: with_pair("general.name", text("general.name") + b"\x08\0\0\0" + text(b"\xff")),
        "has key general.name that is no text",
    ),
    "an unknown type": (
        lambda: with_pair("x", text("x") + struct.pack("<I", 13)),
        "has key x of the unknown type 13",
    ),
    "an array of arrays": (
        lambda: with_pair("x", text("x") + struct.pack("<IIQ", ARRAY, ARRAY, 1)),
        "has key x of the unknown type 9",
    ),
    "an endless array": (
        lambda: with_pair("x", text("x") + struct.pack("<IIQ", ARRAY, 10, 2**61)),
        "ends in the middle of key x",
    ),
    "endless strings": (
        lambda: with_pair("x", text("x") + struct.pack("<IIQ", ARRAY, STRING, 2**61)),
        "ends in the middle of key x",
    ),
    "a boolean of 2": (
        lambda: with_pair("x", text("x") + struct.pack("<IB", BOOL, 2)),
        "neither true nor false",
    ),
    "an alignment of 0": (lambda: with_pair("general.alignment", 0), "an alignment of 0"),
    "an alignment of 3": (lambda: with_pair("general.alignment", 3), "an alignment of 3"),
    "another architecture": (
        lambda: with_pair("general.architecture", "llama"),
        "says general.architecture = 'llama', not whisper",
    ),
    "other layers": (
        lambda: with_pair("stt.whisper.encoder.n_layers", 7),
        "says stt.whisper.encoder.n_layers = 7, not 1",
    ),
    "a number as a text": (
        lambda: with_pair("stt.whisper.decoder.vocab_size", "51865"),
        "says stt.whisper.decoder.vocab_size = '51865', not 51865",
    ),
    "another activation": (
        lambda: with_pair("stt.whisper.decoder.activation", "relu"), "= 'relu', not gelu",
    ),
    "another tokenizer": (lambda: with_pair("tokenizer.ggml.model", "llama"), "'llama', not gpt2"),
    "too few tokens": (lambda: with_pair("tokenizer.ggml.tokens", ["a"]), "comes with 1 tokens"),
    "tokens that are a number": (lambda: with_pair("tokenizer.ggml.tokens", 5), "are no texts"),
    "a token twice": (lambda: tokens_with(300, "Ġw301"), "has 1 tokens twice"),
    "a token out of the alphabet": (lambda: tokens_with(300, "Ġ中"), "not spelt in GPT-2's"),
    "another end of text": (lambda: tokens_with(50257, "<|end|>"), "at number 50257, where"),
    "an endless token": (lambda: tokens_with(300, "x" * 600), "a token of more than 512 bytes"),
    "a tensor twice": (lambda: twice(QUERY), f"holds tensor {QUERY} twice"),
    "a nameless tensor": (lambda: with_tensor(QUERY, 0, ""), "the name of a tensor of 0 bytes"),
    "an overlong name": (lambda: with_tensor(QUERY, 0, "n" * 65), "a tensor of 65 bytes"),
    "a tensor missing": (lambda: without_tensor(QUERY), f"lacks tensor {QUERY}"),
    "a convolution missing": (lambda: without_tensor("enc.conv.0.weight"), "lacks tensor enc.conv"),
    "no embedding": (lambda: without_tensor(EMBEDDING), "holds no Whisper model"),
    "a stranger among the tensors": (
        lambda: with_tensor("enc.conv.0.bias", 0, "lora.a"), "lacks tensor enc.conv.0.bias",
    ),
    "a tensor too many": (
        lambda: more_tensor("lora.a", QUERY), "has lora.a, which no Whisper model has",
    ),
    "no dimensions": (lambda: with_tensor(QUERY, 1, ()), "of 0 dimensions"),
    "five dimensions": (lambda: with_tensor(QUERY, 1, (1, 1, 1, 1, 64)), "of 5 dimensions"),
    "a dimension of 0": (lambda: with_tensor(QUERY, 1, (0, 64)), "of shape (0, 64) in q8_0"),
    "half a block": (lambda: with_tensor(QUERY, 1, (48, 64)), "of shape (48, 64) in q8_0"),
    "an overflowing size": (
        lambda: with_tensor(QUERY, 1, (2**39, 2**39)), "in the middle of tensor",
    ),
    "another shape": (lambda: with_tensor(QUERY, 1, (64, 32)), "of shape (64, 32), not (64, 64)"),
    "a turned shape": (
        lambda: with_tensor("enc.blocks.0.ffn.fc1.weight", 1, (256, 64)),
        "(256, 64), not (64, 256)",
    ),
    "no vocabulary of Whisper's": (
        lambda: with_tensor(EMBEDDING, 1, (64, 50000)), "has a vocabulary of 50000 tokens",
    ),
    "a type nobody knows": (lambda: with_tensor(QUERY, 2, 77), "in ggml type 77"),
    "a type of integers": (lambda: with_tensor(QUERY, 2, 26), "in ggml type 26"),
    "an offset between": (lambda: with_tensor(QUERY, 3, 33), "is no multiple of 32"),
    "an offset of another": (lambda: with_tensor(QUERY, 3, 0), "overlapping another"),
    "an offset behind the end": (lambda: with_tensor(QUERY, 3, 2**62), "in the middle of tensor"),
    "an overflowing offset": (lambda: with_tensor(QUERY, 3, 2**64 - 32), "the middle of tensor"),
    "bytes behind the end": (lambda: spoiled(behind=bytes(64)), "64 bytes after its last tensor"),
}  # fmt: skip


def test_the_file_they_are_made_of_is_sound(tmp_path):
    path = tmp_path / "m.gguf"
    path.write_bytes(File().image())
    assert import_file(path, tmp_path, "m").facts.quantisation == "q8_0"


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_refused_with_one_line_and_leaves_nothing_behind(tmp_path, kind):
    damaged, finding = DAMAGE[kind]
    path = tmp_path / "m.gguf"
    path.write_bytes(damaged())
    with pytest.raises(ModelError) as refused:
        import_file(path, tmp_path / "models", "m")
    line = str(refused.value)
    assert line.startswith(f"{path} ")
    assert finding in line
    assert "\n" not in line
    assert len(line) < 230 + len(str(path))
    assert not (tmp_path / "models").exists()


def test_a_folder_without_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"holds no model\.safetensors; give the folder of a Hugg"):
        import_file(tmp_path, tmp_path, "m")


@pytest.mark.parametrize("entry", [import_file, packed_in_cache])
def test_a_named_pipe_is_refused_at_once(tmp_path, entry):
    os.mkfifo(tmp_path / "pipe.gguf")
    with pytest.raises(ModelError, match="is not a regular file"):
        entry(tmp_path / "pipe.gguf", tmp_path, *(["m"] if entry is import_file else []))


def test_a_device_is_refused(tmp_path):
    with pytest.raises(ModelError, match="is not a regular file"):
        import_file(Path("/dev/zero"), tmp_path, "m")


def test_a_link_to_itself_is_refused(tmp_path):
    (tmp_path / "m.gguf").symlink_to("m.gguf")
    with pytest.raises(ModelError, match="cannot be read: Too many levels"):
        import_file(tmp_path / "m.gguf", tmp_path, "m")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match="cannot be read: No such file"):
        import_file(tmp_path / "m.gguf", tmp_path, "m")


def test_an_absurdly_large_file_is_refused_without_reading_it(tmp_path):
    with (tmp_path / "m.gguf").open("wb") as sparse:
        sparse.truncate(9 << 30)
    with pytest.raises(ModelError, match="larger than 8 GiB"):
        import_file(tmp_path / "m.gguf", tmp_path, "m")
