"""Models of random weights are checked, loaded and run like any other."""

import math
from array import array

import numpy as np
import pytest
from gguf import GGMLQuantizationType
from gguf.quants import dequantize

from saykey.errors import UsageError
from saykey.models.formats.ggml import check
from saykey.models.formats.random_weights import QUANTISATIONS, SIZES, write_random
from saykey.models.store.load import checked_image
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper

STATE, VOCABULARY = 384, 51865


def written(folder, size="tiny", quantisation="q8_0"):
    path = folder / "random.bin"
    write_random(path, size, quantisation)
    return path


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_each_format_passes_the_check_and_says_what_it_is(tmp_path, quantisation):
    facts = check(memoryview(written(tmp_path, "tiny", quantisation).read_bytes()))
    assert (facts.quantisation, facts.dimensions) == (quantisation, SIZES["tiny"])
    assert facts.multilingual


@pytest.mark.parametrize(
    ("size", "state", "layers"), [("tiny", 384, 4), ("base", 512, 6), ("small", 768, 12)]
)
def test_sizes_are_those_of_whisper(tmp_path, size, state, layers):
    dimensions = check(memoryview(written(tmp_path, size, "q4_0").read_bytes())).dimensions
    assert (dimensions.state, dimensions.heads) == (state, state // 64)
    assert (dimensions.encoder_layers, dimensions.decoder_layers) == (layers, layers)


@pytest.mark.parametrize("quantisation", QUANTISATIONS)
def test_weights_are_spread_around_zero_as_gguf_reads_them(tmp_path, quantisation):
    image = written(tmp_path, "tiny", quantisation).read_bytes()
    name = b"decoder.token_embedding.weight"
    begin = image.index(name) + len(name)
    kind = GGMLQuantizationType[quantisation.upper()]
    size = check(memoryview(image)).dimensions
    assert (size.state, size.vocabulary) == (STATE, VOCABULARY)
    blocks = np.frombuffer(image, np.uint8, 34 * STATE * 64 // 32, begin)
    row = {"f16": 2 * STATE, "q4_0": 12 * 18, "q5_0": 12 * 22, "q5_1": 12 * 24, "q8_0": 12 * 34}
    rows = blocks[: len(blocks) // row[quantisation] * row[quantisation]]
    if quantisation == "f16":
        weights = rows.view("<f2").astype(np.float32)
    else:
        weights = dequantize(rows.reshape(-1, row[quantisation]), kind)
    assert math.isclose(weights.std(), 0.02, rel_tol=0.05)
    assert abs(weights.mean()) < 0.003


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path):
    files = [tmp_path / name for name in "abc"]
    for file, seed in zip(files, (1, 1, 2), strict=True):
        write_random(file, "tiny", "q4_0", seed)
    assert files[0].read_bytes() == files[1].read_bytes() != files[2].read_bytes()


@pytest.mark.parametrize("quantisation", ["q8_0", "q5_1", "q4_0", "f16"])
def test_the_library_runs_them_for_exactly_as_many_tokens_as_are_asked_for(tmp_path, quantisation):
    image, _ = checked_image(written(tmp_path, "tiny", quantisation))
    whisper = Whisper(image, 1, exact_windows=True)
    noise = array("f", np.random.default_rng(5).normal(0, 0.1, 16_000))
    heard = whisper.transcribe(noise, Decoding("en", "", 128, 7, endless=True), lambda: False)
    whisper.close()
    assert heard.capped
    assert heard.encode_ms > 0


@pytest.mark.parametrize(("size", "quantisation"), [("huge", "q8_0"), ("tiny", "q3_k")])
def test_what_cannot_be_made_is_refused_with_what_can(tmp_path, size, quantisation):
    with pytest.raises(UsageError, match="sizes: tiny, base, small, quantisations: f16, q4_0"):
        write_random(tmp_path / "random.bin", size, quantisation)
