"""A model that never ends its text is detected before the first dictation with it."""

import numpy as np
import pytest
from click.testing import CliRunner

from saykey.audio.files import read_pcm16
from saykey.cli.demo import bundled
from saykey.cli.model_import import import_model
from saykey.flow import SAMPLE_RATE
from saykey.measure.endless import endless
from saykey.models.formats import ggml
from saykey.models.store import store

PADDING = 0
END_OF_TEXT = 50256


@pytest.fixture(scope="module")
def speech():
    return read_pcm16(bundled()[0])[: 2 * 4 * SAMPLE_RATE]


@pytest.fixture(scope="module")
def without_an_end(tmp_path_factory):
    """The bundled model with the weights of its end-of-text token negated."""
    image = bytearray(store.find("tiny.en-short").read_bytes())
    stored = ggml.read(memoryview(image)).tensors["decoder.token_embedding.weight"]
    row = stored.shape[0] // stored.format.block * stored.format.size
    begin = stored.begin + END_OF_TEXT * row
    blocks = (
        np.frombuffer(image[begin : begin + row], np.uint8).reshape(-1, stored.format.size).copy()
    )
    blocks[:, 1] ^= 0x80  # the sign of each block's scale
    image[begin : begin + row] = blocks.tobytes()
    path = tmp_path_factory.mktemp("endless") / "endless.bin"
    path.write_bytes(image)
    return path


def test_the_bundled_model_finds_the_end_of_all_sounds(speech):
    assert endless(store.find("tiny.en-short"), speech, PADDING, threads=1) == ()


def test_a_model_without_an_end_of_text_is_reported(without_an_end, speech):
    assert endless(without_an_end, speech, PADDING, threads=1) != ()


def test_importing_such_a_model_warns(without_an_end, tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    told = CliRunner().invoke(import_model, [str(without_an_end), "--name", "mine"])
    assert told.exit_code == 0
    assert "warning: mine does not stop after" in told.stderr
    assert store.find("mine").exists()


def test_importing_a_good_model_does_not_warn(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    demo = str(store.find("tiny.en-short"))
    told = CliRunner().invoke(import_model, [demo, "--name", "mine", "--dynamic-context"])
    assert told.exit_code == 0
    assert "warning" not in told.stderr
