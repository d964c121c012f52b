"""Hugging Face's Whisper folders and files come in by one call, converted as ggml itself does."""

import importlib.util
import json
import shutil
import struct
from pathlib import Path

import gguf
import numpy as np
import pytest
from whisper_files import (
    DEMO,
    ENGLISH,
    GPT2_TOKENS,
    dimensions,
    raw_tokens,
    rows,
    safetensors_bytes,
    tensor_bytes,
    vocabulary,
    weights,
    write_hugging_face,
)

from saykey.errors import ModelError, RecognizerError
from saykey.models.formats import ggml, libggml
from saykey.models.formats.quantise import convert, dequantised
from saykey.models.formats.tensors import BY_NAME, F32, Format
from saykey.models.store.import_model import import_file

SIZE = dimensions()
MATRIX = "decoder.blocks.0.cross_attn.value.weight"
STEP = {"q8_0": 254, "q5_1": 31, "q5_0": 31, "q4_1": 15, "q4_0": 15}


def imported(folder, tmp_path, quantisation=None):
    made = import_file(folder, tmp_path / "models", "mine", quantisation)
    image = made.path.read_bytes()
    return made, image, ggml.read(memoryview(image))


def in_file(image, contents, name):
    """A tensor as ggml itself reads it."""
    form = contents.tensors[name].format
    return np.frombuffer(dequantised(tensor_bytes(image, contents, name), form), "<f4")


@pytest.mark.parametrize("shards", [1, 3])
def test_a_folder_of_floats_becomes_f16(tmp_path, shards):
    folder = write_hugging_face(tmp_path / "hf", SIZE, shards=shards)
    made, image, contents = imported(folder, tmp_path)
    assert (made.facts.quantisation, made.facts.dimensions) == ("f16", SIZE)
    assert contents.vocabulary == raw_tokens(SIZE)
    for name, value in weights(SIZE).items():
        kind = "<f4" if contents.tensors[name].format.name == "f32" else "<f2"
        assert tensor_bytes(image, contents, name) == value.astype(kind).tobytes()


def test_half_floats_are_copied_bit_by_bit(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE, kind="float16")
    _, image, contents = imported(folder, tmp_path)
    assert tensor_bytes(image, contents, MATRIX) == weights(SIZE)[MATRIX].astype("<f2").tobytes()


def test_brain_floats_become_the_nearest_halves(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE, kind="bfloat16")
    _, image, contents = imported(folder, tmp_path)
    cut = (weights(SIZE)[MATRIX].view(np.uint32) & 0xFFFF0000).view(np.float32)
    assert tensor_bytes(image, contents, MATRIX) == cut.astype("<f2").tobytes()


@pytest.mark.parametrize("name", STEP)
def test_quantised_weights_are_within_a_step_of_the_originals(tmp_path, name):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    made, image, contents = imported(folder, tmp_path, name)
    assert made.facts.quantisation == name
    original = weights(SIZE)[MATRIX].reshape(-1, 32)
    there = in_file(image, contents, MATRIX).reshape(-1, 32)
    largest = np.abs(original).max(axis=1, keepdims=True)
    # a step of the block's range; q4_0 and q5_0 reach one step less on one side, scales are f16
    assert (np.abs(there - original) <= 2.05 * largest / STEP[name]).all()


@pytest.mark.parametrize("name", [name for name in BY_NAME if name != "f16"])
def test_ggml_and_the_gguf_package_read_the_same_numbers(name):
    form = BY_NAME[name]
    original = 0.05 * np.random.default_rng(3).standard_normal((64, 512), np.float32)
    raw = convert(original.tobytes(), 512, F32, form)
    ours = np.frombuffer(dequantised(raw, form), "<f4").reshape(64, 512)
    rows_of_bytes = np.frombuffer(raw, np.uint8).reshape(64, -1)
    theirs = gguf.quants.dequantize(rows_of_bytes, gguf.GGMLQuantizationType(form.kind))
    assert np.array_equal(ours, theirs)
    spread = np.abs(ours - original).mean() / 0.05
    assert spread < {"q2": 0.3, "q3": 0.15, "q4": 0.08, "q5": 0.04}.get(name[:2], 0.02)


def test_k_quants_come_out_where_rows_allow(tmp_path):
    size = dimensions(state=256, vocabulary=ENGLISH)
    folder = write_hugging_face(tmp_path / "hf", size, kind="float16")
    made, image, contents = imported(folder, tmp_path, "q6_k")
    assert made.facts.quantisation == "q6_k"
    original = weights(size)[MATRIX].reshape(-1)
    assert np.abs(in_file(image, contents, MATRIX) - original).max() < 0.01


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 65536.0, -3e38])
def test_what_no_half_can_hold_is_refused_in_every_format(name, value):
    weights_of_one = np.zeros(256, np.float32)
    weights_of_one[77] = value
    with pytest.raises(ModelError, match="has weights t"):
        convert(weights_of_one.tobytes(), 256, F32, BY_NAME[name])


def test_positions_norms_and_biases_stay_exact_whatever_is_asked_for(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    _, image, contents = imported(folder, tmp_path, "q4_0")
    for name, value in weights(SIZE).items():
        if contents.tensors[name].format is F32:
            assert tensor_bytes(image, contents, name) == value.tobytes()


def test_a_file_alone_comes_in_with_what_stands_beside_it(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    renamed = (folder / "model.safetensors").rename(folder / "whatever.bin")
    assert imported(renamed, tmp_path, "q8_0")[0].facts.quantisation == "q8_0"


def test_names_without_model_in_front_are_known(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    values = weights(SIZE)
    bare = {row[1].removeprefix("model."): values[row[0]] for row in rows(SIZE)}
    (folder / "model.safetensors").write_bytes(safetensors_bytes(bare, "float32"))
    assert imported(folder, tmp_path)[0].facts.tensors == len(values)


def test_an_english_model_without_a_tokenizer_gets_gpt2s(tmp_path):
    size = dimensions(vocabulary=ENGLISH)
    folder = write_hugging_face(tmp_path / "hf", size)
    (folder / "vocab.json").unlink()
    theirs = ggml.read(memoryview(DEMO.read_bytes()))
    assert imported(folder, tmp_path)[2].vocabulary == theirs.vocabulary


def test_mel_filters_of_the_feature_extractor_are_taken(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    filters = np.random.default_rng(2).random((80, 201), np.float32)
    told = {"feature_size": 80, "mel_filters": filters.tolist()}
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    assert imported(folder, tmp_path)[2].mel_filters == filters.tobytes()


def test_languages_are_told(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    told = {"lang_to_id": {"<|en|>": 50259, "<|de|>": 50261}}
    (folder / "generation_config.json").write_text(json.dumps(told))
    assert imported(folder, tmp_path)[0].notes.languages == ("en", "de")


def test_progress_is_told_to_the_end(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    told = []
    made = import_file(folder, tmp_path, "m", "q8_0", lambda *done: told.append(done))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1] < made.facts.size


# What is wrong with a folder, and what is said: each spoils a sound one.


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
    "a weight that is no number": (set_to(np.nan), "has weights that are no numbers"),
    "a weight without end": (set_to(np.inf), "has weights that are no numbers"),
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
    assert imported(folder, tmp_path)[0].facts.tensors == len(weights(SIZE))


def test_a_tokenizer_with_tokens_of_its_own_is_refused(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    tokens = [*vocabulary(SIZE)[:GPT2_TOKENS], "<|mine|>"]
    (folder / "vocab.json").write_text(json.dumps({t: n for n, t in enumerate(tokens)}))
    with pytest.raises(ModelError, match=r"has <\|endoftext\|> at another place than 50257"):
        imported(folder, tmp_path)


def test_without_the_library_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    libggml.load.cache_clear()
    with pytest.raises(RecognizerError, match=r"pywhispercpp is not installed; "):
        convert(bytes(128), 32, F32, BY_NAME["q8_0"])


def test_a_library_that_lays_blocks_out_otherwise_is_refused(monkeypatch):
    monkeypatch.setattr(libggml, "KINDS", {8: Format("q8_0", 8, 32, 36)})
    libggml.load.cache_clear()
    with pytest.raises(RecognizerError, match="ggml lays out q8_0 in an unknown way"):
        convert(bytes(128), 32, F32, BY_NAME["q8_0"])
    libggml.load.cache_clear()
