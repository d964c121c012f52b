"""A fault in a Hugging Face folder is reported in one line, before anything is written."""

import json
import shutil
import struct
from pathlib import Path

import numpy as np
import pytest
from whisper_files import (
    GPT2_TOKENS,
    dimensions,
    import_file,
    rows,
    safetensors_bytes,
    vocabulary,
    weights,
    write_hugging_face,
)

from saykey.errors import ModelError
from saykey.models.formats import ggml

SIZE = dimensions()

# Ways to damage a folder, each with the message expected.


def rewritten(name, change):
    def spoil(folder):
        path = folder / name
        table = json.loads(path.read_text("utf-8"))
        change(table)
        path.write_text(json.dumps(table), "utf-8")

    return spoil


def header(change):
    """Change the header of model.safetensors, as text."""

    def spoil(folder):
        path = folder / "model.safetensors"
        image = path.read_bytes()
        (length,) = struct.unpack_from("<Q", image)
        text = change(image[8 : 8 + length])
        path.write_bytes(struct.pack("<Q", len(text)) + text + image[8 + length :])

    return spoil


def tensors(change):
    def spoil(folder):
        values = weights(SIZE)
        named = {row[1]: values[row[0]] for row in rows(SIZE)}
        change(named)
        (folder / "model.safetensors").write_bytes(safetensors_bytes(named, "float32"))

    return spoil


def whole(change):
    def spoil(folder):
        path = folder / "model.safetensors"
        path.write_bytes(change(path.read_bytes()))

    return spoil


def set_to(value, name="model.encoder.layers.0.fc1.weight"):
    def change(named):
        named[name] = named[name].copy()
        named[name][3, 5] = value

    return tensors(change)


def same_output(named):
    named["proj_out.weight"] = named["model.decoder.embed_tokens.weight"] + 1


def numbered_from_one(table):
    table.update({token: number + 1 for token, number in list(table.items())})


WRONG = {
    "no weights": (lambda f: (f / "model.safetensors").unlink(), "holds no model.safetensors"),
    "no config": (lambda f: (f / "config.json").unlink(), "comes without its config.json"),
    "no tokenizer": (lambda f: (f / "vocab.json").unlink(), "put the tokenizer.json"),
    "another model": (
        rewritten("config.json", lambda t: t.update(model_type="wav2vec2")),
        "says model_type = 'wav2vec2'",
    ),
    "other layers": (
        rewritten("config.json", lambda t: t.update(decoder_layers=6)),
        "says decoder_layers = 6 in its config.json, but holds 1",
    ),
    "a config that is a list": (
        lambda f: (f / "config.json").write_text("[]"), "config.json holds no table",
    ),
    "a config cut short": (
        lambda f: (f / "config.json").write_text('{"a":'), "config.json is not JSON",
    ),
    "brackets without end": (
        lambda f: (f / "config.json").write_text("[" * 100_000), "config.json is not JSON",
    ),
    "a token missing": (
        rewritten("vocab.json", lambda t: t.pop("Ġw300")), "has numbers missing among its tokens",
    ),
    "numbers from one": (rewritten("vocab.json", numbered_from_one), "numbers missing"),
    "few tokens": (
        lambda f: (f / "vocab.json").write_text('{"a": 0, "b": 1}'), "comes with 2 tokens",
    ),
    "no numbers": (
        lambda f: (f / "vocab.json").write_text('{"a": "b"}'), "holds no vocabulary",
    ),
    "a shard missing": (
        lambda f: (
            (f / "model.safetensors").unlink(),
            (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": "b"}}'),
        ),
        "b cannot be read: No such file",
    ),
    "a shard elsewhere": (
        lambda f: (
            (f / "model.safetensors").unlink(),
            (f / "model.safetensors.index.json").write_text('{"weight_map": {"a": "../b"}}'),
        ),
        "does not say which files there are",
    ),
    "an empty file": (whole(lambda _: b""), "ends in the middle of the header"),
    "an endless header": (whole(lambda i: b"\xff" * 8 + i[8:]), "claims a header of 18446744073"),
    "the last byte missing": (whole(lambda i: i[:-1]), "bytes, not"),
    "a byte too many": (whole(lambda i: i + b"\0"), "bytes, not"),
    "a header that is no JSON": (header(lambda h: b"x" + h[1:]), "has a header that is no JSON"),
    "a header that is a number": (header(lambda _: b"17"), "has a header that is no table"),
    "an entry twice": (
        header(lambda h: h.replace(b"fc1.bias", b"fc2.bias", 1)), "has a header that is no JSON",
    ),
    "whole numbers": (header(lambda h: h.replace(b'"F32"', b'"I64"', 1)), "as I64; save the model"),
    "a negative shape": (header(lambda h: h.replace(b"[64", b"[-64", 1)), "has a wrong entry for"),
    "a wrong size": (header(lambda h: h.replace(b"[64", b"[65", 1)), "has a wrong size for"),
    "a tensor missing": (
        tensors(lambda t: t.pop("model.encoder.conv1.bias")), "lacks tensor model.encoder.conv1",
    ),
    "an adapter": (
        tensors(lambda t: t.update({"lora.a": np.ones((2, 2), np.float32)})), "has lora.a, which",
    ),
    "an output layer of its own": (tensors(same_output), "has an output layer of its own (proj_o"),
    "a weight that is no number": (set_to(np.nan), "has weights that are not numbers"),
    "a weight without end": (set_to(np.inf), "has weights that are not numbers"),
    "a weight too large": (set_to(70_000.0), "has weights too large for 16 bits"),
    "mel filters of no model": (
        lambda f: (f / "preprocessor_config.json").write_text('{"mel_filters": [[1.0]]}'),
        "has mel filters of (1, 1)",
    ),
    "mel filters that are words": (
        lambda f: (f / "preprocessor_config.json").write_text('{"mel_filters": [["a"]]}'),
        "has mel filters that are not numbers",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return write_hugging_face(tmp_path_factory.mktemp("sound") / "hf", SIZE)


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_left_behind(tmp_path, sound, kind):
    folder = Path(shutil.copytree(sound, tmp_path / "hf"))
    spoil, finding = WRONG[kind]
    spoil(folder)
    with pytest.raises(ModelError) as refused:
        import_file(folder, tmp_path / "models", "mine")
    line = str(refused.value)
    assert line.startswith(str(folder))
    assert finding in line
    assert "\n" not in line
    assert not list(tmp_path.glob("models/*"))


def test_the_output_layer_may_be_the_embedding_again(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)

    def tie(named):
        named["proj_out.weight"] = named["model.decoder.embed_tokens.weight"]

    tensors(tie)(folder)
    made = import_file(folder, tmp_path, "mine").path.read_bytes()
    assert len(ggml.read(memoryview(made)).tensors) == len(weights(SIZE))


def test_a_tokenizer_with_tokens_of_its_own_is_refused(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    tokens = [*vocabulary(SIZE)[:GPT2_TOKENS], "<|mine|>"]
    (folder / "vocab.json").write_text(json.dumps({t: n for n, t in enumerate(tokens)}))
    with pytest.raises(ModelError, match=r"has no <\|endoftext\|> at number 50257"):
        import_file(folder, tmp_path, "mine")
