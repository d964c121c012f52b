"""Hugging Face's Whisper folders and files are imported by one call, converted as by ggml."""

import json

import numpy as np
import pytest
from whisper_files import (
    DEMO,
    ENGLISH,
    dimensions,
    import_file,
    raw_tokens,
    rows,
    safetensors_bytes,
    tensor_bytes,
    weights,
    write_hugging_face,
)

from saykey.models.formats import ggml
from saykey.models.formats.quantise import dequantised
from saykey.models.formats.tensors import F32

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


def test_k_quants_come_out_where_rows_allow(tmp_path):
    size = dimensions(state=256, vocabulary=ENGLISH)
    folder = write_hugging_face(tmp_path / "hf", size, kind="float16")
    made, image, contents = imported(folder, tmp_path, "q6_k")
    assert made.facts.quantisation == "q6_k"
    original = weights(size)[MATRIX].reshape(-1)
    assert np.abs(in_file(image, contents, MATRIX) - original).max() < 0.01


def test_positions_norms_and_biases_stay_exact_whatever_is_asked_for(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    _, image, contents = imported(folder, tmp_path, "q4_0")
    for name, value in weights(SIZE).items():
        if contents.tensors[name].format is F32:
            assert tensor_bytes(image, contents, name) == value.tobytes()


def test_a_single_file_is_imported_with_the_files_beside_it(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    renamed = (folder / "model.safetensors").rename(folder / "whatever.bin")
    assert imported(renamed, tmp_path, "q8_0")[0].facts.quantisation == "q8_0"


def test_names_without_model_in_front_are_known(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    values = weights(SIZE)
    bare = {row[1].removeprefix("model."): values[row[0]] for row in rows(SIZE)}
    (folder / "model.safetensors").write_bytes(safetensors_bytes(bare, "float32"))
    assert len(imported(folder, tmp_path)[2].tensors) == len(values)


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


def test_languages_are_noted(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    told = {"lang_to_id": {"<|en|>": 50259, "<|de|>": 50261}}
    (folder / "generation_config.json").write_text(json.dumps(told))
    assert imported(folder, tmp_path)[0].notes.languages == ("en", "de")


def test_progress_is_reported_to_the_end(tmp_path):
    folder = write_hugging_face(tmp_path / "hf", SIZE)
    told = []
    made = import_file(folder, tmp_path, "m", "q8_0", lambda *done: told.append(done))
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1][0] == told[-1][1] < made.facts.size
