"""A measuring process: its answers, and the report of its end."""

import os
import signal

import pytest

from recorded import MODEL, TEXT, speech
from saykey.errors import ModelError, RecognizerError
from saykey.measure.client import measuring
from saykey.measure.process import Hear, Trial
from saykey.models.formats.random_weights import write_random


def test_it_hears_as_the_worker_does_and_its_repr_shows_no_text():
    with measuring(MODEL, 1, exact=True) as model:
        heard = model.hear(Hear(256, "en", speech()))
    assert heard.text == TEXT
    assert repr(heard) == "Text"
    assert repr(Hear(256, "en", b"")) == "Hear"


def test_a_trial_takes_as_many_tokens_as_it_says():
    with measuring(MODEL, 1, exact=True) as model:
        few, many = (model.time(Trial(128, 16_000, tokens)) for tokens in (1, 60))
        assert few.cpu_ms < many.cpu_ms
        assert 0 < model.resident_mb <= model.peak_mb


def test_what_a_full_window_needs_beyond_short_ones_is_given_back(tmp_path):
    write_random(tmp_path / "tiny.bin", "tiny", "q4_0")
    with measuring(tmp_path / "tiny.bin", 1, exact=True) as model:
        model.time(Trial(320, 80_000, 1))
        before = model.resident_mb
        model.time(Trial(1500, 80_000, 1))
        assert model.peak_mb > before + 40  # 6 heads * 1500 * 1500 floats are 54 MB
        assert model.resident_mb < before + 10


def test_a_wrong_language_is_reported_and_the_process_goes_on():
    with measuring(MODEL, 1, exact=True) as model:
        with pytest.raises(RecognizerError, match="knows English only, not 'de'"):
            model.hear(Hear(128, "de", speech(30, 31)))
        assert model.hear(Hear(256, "en", speech())).text


def test_a_file_that_is_no_model_is_refused(tmp_path):
    (tmp_path / "m.bin").write_text("<html>")
    with (
        pytest.raises(ModelError, match=r"m\.bin is a web page"),
        measuring(tmp_path / "m.bin", 1, exact=True),
    ):
        pytest.fail("it was loaded")


def test_the_end_of_the_process_is_reported_with_what_to_do():
    with measuring(MODEL, 1, exact=True) as model:
        os.kill(model._process.pid, signal.SIGKILL)
        with pytest.raises(RecognizerError, match=r"ended with status -9.*measure a smaller model"):
            model.time(Trial(128, 16_000, 1))


def test_an_end_before_the_first_order_is_reported_too():
    with measuring(MODEL, 1, exact=True) as model:
        os.kill(model._process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, model._process.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(RecognizerError, match=r"ended with status -9.*measure a smaller model"):
            model.time(Trial(128, 16_000, 1))
