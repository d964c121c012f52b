"""GGUF Whisper files of all families become files that whisper.cpp loads, block by block."""

import json
import os
import signal
import subprocess
import sys
from array import array

import gguf
import numpy as np
import pytest
from whisper_files import (
    CANDLE,
    DEMO,
    ENGLISH,
    OPENAI,
    TRANSCRIBE,
    dimensions,
    import_file,
    like_whisper,
    packed_in_cache,
    raw_tokens,
    rows,
    sizes_told,
    stored_as,
    tensor_bytes,
    vocabulary,
    weights,
    write_gguf,
)

from saykey.errors import ModelError
from saykey.models.formats import ggml
from saykey.models.formats.tensors import BY_NAME
from saykey.models.store import load, store
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper

SMALL = dimensions()
WIDE = dimensions(state=256)
QUERY = "encoder.blocks.0.attn.query.weight"

KINDS = [(SMALL if form.block < 256 else WIDE, name, form.kind) for name, form in BY_NAME.items()]


def unpacked(path):
    image = path.read_bytes()
    return image, ggml.read(memoryview(image))


def hears(path):
    """Whether the real library loads the model and decodes with it."""
    whisper = Whisper(path.read_bytes(), 1, exact_windows=True)
    try:
        heard = whisper.transcribe(array("f", bytes(64_000)), Decoding("en", "", 64, 4), bool)
        return heard.total_ms > 0
    finally:
        whisper.close()


@pytest.mark.parametrize(("size", "name", "kind"), KINDS, ids=[name for _, name, _ in KINDS])
def test_a_file_of_one_type_is_packed_block_by_block(tmp_path, size, name, kind):
    path = write_gguf(
        tmp_path / "m.gguf", size, like_whisper(kind), TRANSCRIBE, pairs=sizes_told(size)
    )
    made = import_file(path, tmp_path, "m")
    assert (made.facts.quantisation, made.facts.dimensions, made.converted) == (name, size, 0)
    image, contents = unpacked(made.path)
    values = weights(size)
    for ours, _, _, shape in rows(size):
        expected, _ = stored_as(values[ours], like_whisper(kind)(ours, shape))
        assert tensor_bytes(image, contents, ours) == expected.tobytes()
    assert contents.vocabulary == raw_tokens(size)
    assert hears(made.path)


@pytest.mark.parametrize("beside", ["tokenizer.json", "tokenizer-tiny.json"])
def test_candles_files_take_the_vocabulary_from_beside(tmp_path, beside):
    def kinds(_name, shape):  # candle-core's tensor-tools quantises all matrices, positions too
        return 8 if len(shape) == 2 else 0

    path = write_gguf(tmp_path / "m.gguf", SMALL, kinds, CANDLE, tokens=False)
    numbers = {token: n for n, token in enumerate(vocabulary(SMALL)[:50257])}
    whole = {"model": {"type": "BPE", "vocab": numbers}, "added_tokens": []}
    (tmp_path / beside).write_text(json.dumps(whole), "utf-8")
    made = import_file(path, tmp_path, "m")
    # two positions from q8_0 and two convolutions from f32
    assert (made.facts.quantisation, made.converted) == ("q8_0", 4)
    assert unpacked(made.path)[1].vocabulary == raw_tokens(SMALL)
    assert hears(made.path)


def test_files_with_openais_names_may_leave_the_embedding_as_it_was(tmp_path):
    def kinds(name, shape):  # some converters quantise the layers alone, and keep the rest in f32
        return 2 if len(shape) == 2 and ".blocks." in name else 0

    size = dimensions(vocabulary=ENGLISH)
    # their own key is wrong: layers are counted by their tensors
    keys = [("whisper.encoder.layer_count", 7)]
    path = write_gguf(tmp_path / "m.gguf", size, kinds, OPENAI, tokens=False, pairs=keys)
    made = import_file(path, tmp_path, "m")
    # the embedding from f32 to q4_0, two convolutions to f16
    assert (made.facts.quantisation, made.converted) == ("q4_0", 3)
    assert hears(made.path)


def test_without_a_vocabulary_a_multilingual_file_says_what_to_put_beside(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(8), CANDLE, tokens=False)
    with pytest.raises(ModelError, match=r"m\.gguf comes without its vocabulary; put the tokeni"):
        import_file(path, tmp_path, "m")


def test_without_a_vocabulary_an_english_file_gets_gpt2s(tmp_path):
    size = dimensions(vocabulary=ENGLISH)
    path = write_gguf(tmp_path / "m.gguf", size, like_whisper(8), CANDLE, tokens=False)
    _, contents = unpacked(import_file(path, tmp_path, "m").path)
    assert contents.vocabulary == ggml.read(memoryview(DEMO.read_bytes())).vocabulary


def test_mel_filters_that_are_missing_are_openais(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(8), TRANSCRIBE)
    _, contents = unpacked(import_file(path, tmp_path, "m").path)
    theirs = ggml.read(memoryview(DEMO.read_bytes())).mel_filters
    computed, shipped = (np.frombuffer(f, "<f4") for f in (contents.mel_filters, theirs))
    assert np.abs(computed - shipped).max() < 3e-9  # two roundings of f32 at 0.026


def test_mel_filters_of_the_file_are_kept(tmp_path):
    filters = np.random.default_rng(1).random((80, 201), np.float32)
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(8), TRANSCRIBE, filters=filters)
    _, contents = unpacked(import_file(path, tmp_path, "m").path)
    assert contents.mel_filters == filters.tobytes()


def mixed(name, shape):
    """Number formats as in Q4_K_M: most q4_k, some q6_k."""
    if name.endswith(("value.weight", "mlp.2.weight")):
        return 14
    return like_whisper(12)(name, shape)


def test_mixed_types_become_the_one_of_most_weights(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", WIDE, mixed, TRANSCRIBE)
    made = import_file(path, tmp_path, "m")
    assert (made.facts.quantisation, made.converted) == ("q4_k", 5)
    image, contents = unpacked(made.path)
    query, _ = stored_as(weights(WIDE)[QUERY], 12)
    assert tensor_bytes(image, contents, QUERY) == query.tobytes()
    # the others went from q6_k to q4_k: no further away than twice a q4_k of the original
    name = "encoder.blocks.0.attn.value.weight"
    raw = np.frombuffer(tensor_bytes(image, contents, name), np.uint8).reshape(256, -1)
    there = gguf.quants.dequantize(raw, gguf.GGMLQuantizationType.Q4_K)
    direct, _ = stored_as(weights(WIDE)[name], 12)
    best = gguf.quants.dequantize(direct, gguf.GGMLQuantizationType.Q4_K)
    original = weights(WIDE)[name]
    assert np.abs(there - original).mean() < 1.2 * np.abs(best - original).mean()
    assert hears(made.path)


def test_a_k_quant_in_the_majority_is_replaced_where_rows_cannot_hold_it(tmp_path):
    def kinds(name, shape):
        if name.endswith("mlp.2.weight"):  # rows of 4 * 64 are one block of 256
            return 14
        return like_whisper(6)(name, shape)

    path = write_gguf(tmp_path / "m.gguf", SMALL, kinds, TRANSCRIBE)
    made = import_file(path, tmp_path, "m")
    assert (made.facts.quantisation, made.converted) == ("q5_0", 2)


@pytest.mark.parametrize("kind", [0, 30], ids=["f32", "bf16"])
def test_types_whisper_cpp_cannot_run_become_f16(tmp_path, kind):
    path = write_gguf(tmp_path / "m.gguf", SMALL, lambda _name, _shape: kind, TRANSCRIBE)
    made = import_file(path, tmp_path, "m")
    assert made.facts.quantisation == "f16"
    assert hears(made.path)


def test_a_quantisation_can_be_asked_for(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(1), TRANSCRIBE)
    assert import_file(path, tmp_path, "m", "q5_1").facts.quantisation == "q5_1"


def test_a_file_in_whisper_cpps_own_layout_can_be_quantised_too(tmp_path):
    made = import_file(DEMO, tmp_path, "m", "q4_1")
    large = [name for name, tensor in unpacked(DEMO)[1].tensors.items() if len(tensor.shape) == 2]
    assert made.facts.quantisation == "q4_1"
    # all matrices but the two of positions, and the two columns of the convolutions' biases
    assert made.converted == len(large) - 4
    assert hears(made.path)


@pytest.mark.parametrize(
    ("name", "line"),
    [("q6_k", "rows of 64 are no multiple of 256; take q8_0"), ("q9", "as 'q9'; there are f16,")],
)
def test_a_quantisation_that_cannot_be_is_refused(tmp_path, name, line):
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(1), TRANSCRIBE)
    with pytest.raises(ModelError, match=line):
        import_file(path, tmp_path, "m", name)
    assert [file.name for file in tmp_path.iterdir()] == ["m.gguf"]


def test_a_process_killed_on_the_way_leaves_no_model_under_the_name(tmp_path):
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(8), TRANSCRIBE)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from saykey.models.formats.open_model import opened\n"
        "from saykey.models.store.convert import convert_to_ggml\n"
        "def die(done, total):\n"
        "    if done > total // 2:\n"
        "        os.kill(os.getpid(), 9)\n"
        "with opened(Path(sys.argv[1])) as model:\n"
        "    convert_to_ggml(model, Path(sys.argv[2]) / 'm.bin', None, die)\n"
    )
    store = tmp_path / "store"
    died = subprocess.run([sys.executable, "-c", script, str(path), str(store)], check=False)
    assert died.returncode == -signal.SIGKILL
    assert list(store.glob("*.bin")) == []
    assert import_file(path, store, "m").facts.quantisation == "q8_0"


def test_the_name_of_a_file_says_nothing(tmp_path):
    renamed = tmp_path / "ggml-base.bin"
    write_gguf(renamed, SMALL, like_whisper(8), TRANSCRIBE)
    (tmp_path / "model.gguf").write_bytes(DEMO.read_bytes())
    assert import_file(renamed, tmp_path, "one").facts.quantisation == "q8_0"
    assert import_file(tmp_path / "model.gguf", tmp_path, "two").facts.dimensions.state == 384


def test_what_is_packed_is_kept_by_its_contents(tmp_path):
    cache = tmp_path / "cache"
    path = write_gguf(tmp_path / "m.gguf", SMALL, like_whisper(8), TRANSCRIBE)
    first = packed_in_cache(path, cache)
    written = first.stat().st_ino
    assert packed_in_cache(path.rename(tmp_path / "other.gguf"), cache) == first
    assert first.stat().st_ino == written
    assert hears(first)
    write_gguf(path, SMALL, like_whisper(8), TRANSCRIBE, seed=1)
    assert packed_in_cache(path, cache) != first
    assert len(list(cache.iterdir())) == 2


def test_the_three_files_used_last_stay_packed(tmp_path):
    cache = tmp_path / "cache"
    sources = [write_small(tmp_path / f"{seed}.gguf", seed) for seed in range(4)]
    first, second, third = (packed_in_cache(path, cache) for path in sources[:3])
    for age, packed in enumerate((third, first, second)):
        os.utime(packed, (1000 - age, 1000 - age))
    assert packed_in_cache(sources[1], cache) == second  # so is the file used last
    fourth = packed_in_cache(sources[3], cache)
    assert set(cache.iterdir()) == {second, third, fourth}


def write_small(path, seed):
    return write_gguf(path, SMALL, like_whisper(8), TRANSCRIBE, seed=seed)


def test_a_file_damaged_in_the_cache_is_packed_again(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))
    path = write_small(tmp_path / "m.gguf", 0)
    image, _ = load.checked_image(path)
    (packed,) = store.cache().iterdir()
    os.truncate(packed, 100_000)
    assert load.checked_image(path)[0] == image
    assert packed.read_bytes() == image


def test_a_file_whisper_cpp_loads_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))
    assert load.checked_image(DEMO)[0] == DEMO.read_bytes()
    assert not (tmp_path / "state").exists()
