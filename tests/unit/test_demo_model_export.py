"""The shipped demonstration model is the export of its weights, which whisper.cpp reads."""

import base64
import ctypes
import hashlib
import tomllib
from pathlib import Path

import numpy as np
import pytest
import pywhispercpp
from gguf.quants import quantize

from demo_model.evaluate import Listener
from demo_model.export import SHIPPED_MODEL, SHIPPED_TYPE, export, full_tensors
from demo_model.ggml import FILE_TYPES, Assets
from demo_model.weights import SHIPPED, Shape, Weights
from saykey.models.formats.ggml import check

ASSETS = Assets.from_model(SHIPPED_MODEL)
WEIGHTS = Weights.load(SHIPPED)


def random_weights(shape: Shape) -> Weights:
    """Random weights like the shipped ones, with other dimensions and fewer layers."""
    rng = np.random.default_rng(3)
    sizes = {WEIGHTS.shape.width: shape.width, 4 * WEIGHTS.shape.width: 4 * shape.width}
    layers = {"encoder": shape.encoder_layers, "decoder": shape.decoder_layers}
    tensors = {}
    for name, tensor in WEIGHTS.tensors.items():
        part, *rest = name.split(".")
        if rest[0] == "blocks" and int(rest[1]) >= layers[part]:
            continue
        dimensions = [sizes.get(size, size) for size in tensor.shape]
        tensors[name] = rng.normal(0, 0.1, dimensions).astype(np.float32)
    return Weights(shape, WEIGHTS.tokens, WEIGHTS.phonemes, tensors)


def test_exporting_the_weights_gives_the_shipped_model_byte_for_byte(tmp_path):
    export(WEIGHTS, ASSETS, tmp_path / "model.bin", SHIPPED_TYPE)
    assert (tmp_path / "model.bin").read_bytes() == SHIPPED_MODEL.read_bytes()


def test_the_card_beside_the_model_is_right():
    about = tomllib.loads(SHIPPED_MODEL.with_suffix(".toml").read_text("utf-8"))
    image = SHIPPED_MODEL.read_bytes()
    facts = check(memoryview(image))
    assert about["sha256"] == hashlib.sha256(image).hexdigest()
    assert about["dynamic_context"] is True
    assert about["languages"] == ["en"]
    assert not facts.multilingual
    assert facts.quantisation == SHIPPED_TYPE


def test_saving_weights_twice_gives_the_same_bytes_and_loading_gives_them_back(tmp_path):
    WEIGHTS.save(tmp_path / "once.safetensors")
    once = Weights.load(tmp_path / "once.safetensors")
    assert (once.shape, once.tokens, once.phonemes) == (
        WEIGHTS.shape,
        WEIGHTS.tokens,
        WEIGHTS.phonemes,
    )
    assert all(np.array_equal(once.tensors[name], data) for name, data in WEIGHTS.tensors.items())
    assert (tmp_path / "once.safetensors").read_bytes() == SHIPPED.read_bytes()


NARROW = Shape(width=64, heads=1, encoder_layers=1, decoder_layers=1)
WIDE = Shape(width=192, heads=3, encoder_layers=2, decoder_layers=3)


@pytest.mark.parametrize(
    ("shape", "file_type"), [*((NARROW, kind) for kind in FILE_TYPES), (WIDE, "q8_0")]
)
def test_other_networks_pass_the_strict_check_and_run_in_whisper_cpp(tmp_path, shape, file_type):
    path = tmp_path / "model.bin"
    export(random_weights(shape), ASSETS, path, file_type)
    facts = check(memoryview(path.read_bytes()))
    assert facts.quantisation == file_type
    sound = np.random.default_rng(1).normal(0, 0.1, 16_000).astype(np.float32)
    listener = Listener(path)
    assert listener.hear(sound, 256) == listener.hear(sound, 256)


@pytest.mark.parametrize("file_type", [name for name in FILE_TYPES if name.startswith("q")])
def test_quantised_blocks_are_those_that_ggml_itself_makes(file_type):
    kind = FILE_TYPES[file_type][1]
    rows = full_tensors(WEIGHTS)["decoder.blocks.1.mlp.0.weight"]
    ours = quantize(rows, kind)
    theirs = np.zeros_like(ours)
    library = ctypes.CDLL(str(Path(pywhispercpp.__file__).parents[1] / "libggml-base.so"))
    written = library.ggml_quantize_chunk(
        ctypes.c_int(kind),
        rows.ctypes.data_as(ctypes.c_void_p),
        theirs.ctypes.data_as(ctypes.c_void_p),
        ctypes.c_int64(0),
        ctypes.c_int64(rows.shape[0]),
        ctypes.c_int64(rows.shape[1]),
        None,
    )
    assert written == ours.size
    assert np.array_equal(ours, theirs)


def test_every_token_that_was_not_trained_has_the_same_row():
    rows = full_tensors(WEIGHTS)["decoder.token_embedding.weight"]
    others = np.setdiff1d(np.arange(len(rows)), WEIGHTS.tokens)
    assert len(rows) == WEIGHTS.shape.vocabulary
    assert (rows[others] == WEIGHTS.tensors["decoder.token_embedding.weight"][-1]).all()


def test_mel_bank_and_vocabulary_can_come_from_openais_assets(tmp_path):
    lines = [base64.b64encode(t) + b" %d\n" % i for i, t in enumerate(ASSETS.vocabulary[:-1])]
    (tmp_path / "gpt2.tiktoken").write_bytes(b"".join(lines))
    np.savez(tmp_path / "mel_filters.npz", mel_80=ASSETS.mel_bank)
    found = Assets.from_openai(tmp_path)
    assert found.vocabulary == ASSETS.vocabulary
    assert np.array_equal(found.mel_bank, ASSETS.mel_bank)


def test_assets_are_not_taken_from_a_file_that_is_no_model(tmp_path):
    (tmp_path / "notes.txt").write_text("no model at all")
    with pytest.raises(ValueError, match=r"notes\.txt is no whisper\.cpp model"):
        Assets.from_model(tmp_path / "notes.txt")
