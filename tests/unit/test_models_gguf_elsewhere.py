"""Our GGUF files run in an engine by other authors, which has its own reader."""

import numpy as np
import pytest
import transcribe_cpp
from whisper_files import DEMO, export_gguf, import_file

from recorded import TEXT, speech
from saykey.models.formats.contents import Notes

FORMATS = ["f16", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0"]
"""The number formats that rows of 384 can have."""


@pytest.fixture(scope="module")
def sentence():
    pcm16 = np.frombuffer(speech(), "<i2")
    return pcm16.astype(np.float32) / 32768


@pytest.mark.parametrize("form", FORMATS)
def test_the_bundled_model_hears_the_same_words_there(tmp_path, sentence, form):
    stored = import_file(DEMO, tmp_path, "m", form)
    export_gguf(stored.path, tmp_path / "m.gguf", Notes(name="m"))
    with transcribe_cpp.Model(tmp_path / "m.gguf") as model, model.session() as session:
        assert (model.arch, model.variant) == ("whisper", "m")
        assert model.capabilities.languages == ("en",)
        assert not model.capabilities.supports_language_detect
        assert session.run(sentence).text.strip() == TEXT
