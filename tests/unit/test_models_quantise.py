"""Number formats are converted as by ggml, and values that no format can hold are refused."""

import importlib.util

import gguf
import numpy as np
import pytest

from saykey.errors import ModelError, RecognizerError
from saykey.models.formats import libggml
from saykey.models.formats.quantise import convert, dequantised
from saykey.models.formats.tensors import BY_NAME, F32, Format


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


@pytest.mark.parametrize("name", BY_NAME)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 65536.0, -3e38])
def test_what_no_half_can_hold_is_refused_in_every_format(name, value):
    weights_of_one = np.zeros(256, np.float32)
    weights_of_one[77] = value
    with pytest.raises(ModelError, match="has weights t"):
        convert(weights_of_one.tobytes(), 256, F32, BY_NAME[name])


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
