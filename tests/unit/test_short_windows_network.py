"""The network of the training is Whisper as whisper.cpp runs it, with windows of any length."""

import json
from array import array

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from short_windows_rig import BATCH, FLOAT32, SECOND, tone, write_model
from whisper_files import ENGLISH, MULTILINGUAL, import_file

from saykey.errors import ModelError
from saykey.models.store.load import read_image
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper
from saykey.recognizer.whisper.window import window_rows
from short_windows import models
from short_windows.features import log_mel, spectra
from short_windows.hearing import Listener, fixed_for, listened, side_by_side
from short_windows.tokens import special, text_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("english"))


@pytest.fixture(scope="module")
def model(folder):
    return models.read(folder)


@pytest.fixture(scope="module")
def engine(folder, tmp_path_factory):
    """whisper.cpp with the folder as `saykey model import` makes it a file."""
    imported = import_file(folder, tmp_path_factory.mktemp("imported"), "tiny")
    assert imported.facts.quantisation == "f16"
    whisper = Whisper(read_image(imported.path), threads=1, exact_windows=True)
    yield whisper
    whisper.close()


def first_logits(model, pcm, window, rows):
    """What may follow the start token, for a sound heard in a window, in arrays of some rows."""
    sound = jnp.asarray(side_by_side([pcm] * BATCH, rows * 320))
    facts, filters = fixed_for(model, FLOAT32), jnp.asarray(model.filters)
    _, scores = listened(model.weights, sound, filters, jnp.array([window] * BATCH), facts)
    return np.asarray(scores)[0]


@pytest.mark.parametrize(("window", "rows"), [(64, 128), (128, 128), (448, 512)])
def test_scores_are_those_of_whisper_cpp_in_each_window(model, engine, window, rows):
    pcm = tone(1.2, 700)
    samples = array("f", (pcm / 32768).astype(np.float32).tobytes())
    engine.transcribe(samples, Decoding("en", "", window, most_tokens=1), lambda: False)
    theirs = np.array(engine._first_logits())
    ours = first_logits(model, pcm, window, rows)
    assert np.abs(ours - theirs).max() < 0.02 * theirs.std()


def test_a_short_window_changes_what_this_model_hears(model):
    """So the comparison with whisper.cpp would notice a wrong window."""
    pcm = tone(1.2, 700)
    short, long = first_logits(model, pcm, 64, rows=128), first_logits(model, pcm, 448, rows=512)
    assert np.abs(short - long).max() > 0.5 * long.std()


def test_texts_are_those_of_whisper_cpp(model, engine):
    sounds = [tone(1.1 + 0.2 * n, 300 + 150 * n) for n in range(4)]
    texts = []
    for pcm in sounds:
        samples = array("f", (pcm / 32768).astype(np.float32).tobytes())
        window = window_rows(len(pcm), 0)
        heard = engine.transcribe(samples, Decoding("en", "", window, 40), lambda: False)
        texts.append(heard.text)
    listener = Listener(model, model.weights, batch=BATCH, dtype=FLOAT32)
    heard = listener.hear(sounds, padding=0)
    assert [text_of(h.tokens, model.vocabulary) for h in heard] == texts
    assert all(texts)
    assert all(h.ended for h in heard)
    assert all(0 < h.no_speech < 1 for h in heard)


def test_a_window_sees_nothing_of_what_is_behind_it(model):
    alone = first_logits(model, tone(1.2, 700), window=64, rows=64)
    in_longer_arrays = first_logits(model, tone(1.2, 700), window=64, rows=128)
    assert in_longer_arrays == pytest.approx(alone, abs=1e-4)


def test_sounds_are_heard_alike_alone_and_with_others(model):
    sounds = [tone(0.5, 300), tone(2.0, 500), tone(1.0, 800)]
    listener = Listener(model, model.weights, batch=BATCH, dtype=FLOAT32)
    together = listener.hear(sounds, padding=0)
    alone = [listener.hear([sound], padding=0)[0] for sound in sounds]
    assert [heard.tokens for heard in together] == [heard.tokens for heard in alone]


def test_a_multilingual_model_chooses_a_language(tmp_path):
    model = models.read(write_model(tmp_path, MULTILINGUAL))
    numbers = special(model.size, model.vocabulary)
    pcm = tone(1.0, 500)
    listener = Listener(model, model.weights, batch=BATCH, dtype=FLOAT32)
    (heard,) = listener.hear([pcm], padding=0)
    scores = first_logits(model, pcm, window=64, rows=128)
    assert heard.language == max(numbers.languages, key=lambda token: scores[token])
    assert numbers.opening(heard.language) == (50258, heard.language, 50359, 50363)


def test_special_tokens_have_the_numbers_of_openai(model):
    english = special(model.size, model.vocabulary)
    assert (english.end, english.start, english.previous) == (50256, 50257, 50360)
    assert (english.no_speech, english.no_times) == (50361, 50362)
    assert english.opening(None) == (50257, 50362)
    assert model.vocabulary[english.space] == b" "


def test_a_tone_lies_in_the_band_of_its_pitch(model):
    sound = np.sin(2 * np.pi * 1000 * np.arange(SECOND) / SECOND)[None]
    mel = np.asarray(log_mel(jnp.asarray(sound), jnp.asarray(model.filters)))[0]
    assert mel.shape == (80, 100)
    assert set(mel[:, 10:90].argmax(axis=0)) == {model.filters[:, 1000 * 400 // SECOND].argmax()}
    assert mel.max() - mel.min() == pytest.approx(2.0)  # 8 powers of ten, divided by 4


def test_silence_follows_a_sound_up_to_the_full_window(model):
    sound = jnp.asarray(side_by_side([tone(1.0, 500)], SECOND))
    longer = jnp.pad(sound, ((0, 0), (0, 29 * SECOND)))
    filters = jnp.asarray(model.filters)
    whole = jax.jit(log_mel)(longer, filters)
    assert jax.jit(spectra)(sound, filters) == pytest.approx(np.asarray(whole), abs=1e-4)


def test_a_filter_makes_bands_stronger_by_powers_of_ten(model):
    sound = jax.random.normal(jax.random.key(1), (1, SECOND))
    rising = jnp.linspace(0, 0.4, 80)[None]
    filters = jnp.asarray(model.filters)
    louder = np.asarray(log_mel(sound, filters, rising) - log_mel(sound, filters))[0]
    assert np.median(louder, axis=1) == pytest.approx(np.linspace(0, 0.1, 80), abs=1e-3)


@pytest.mark.parametrize("vocabulary", [ENGLISH, MULTILINGUAL])
def test_writing_a_model_that_was_read_gives_the_same_weights(tmp_path, vocabulary):
    first = models.read(write_model(tmp_path, vocabulary))
    models.write(tmp_path / "again", first, first.weights)
    again = models.read(tmp_path / "again")
    assert again.size == first.size
    assert again.vocabulary == first.vocabulary
    assert again.weights.keys() == first.weights.keys()
    assert all(np.array_equal(again.weights[name], first.weights[name]) for name in first.weights)


def test_a_folder_has_the_layers_apart_and_a_configuration(folder, model):
    config = json.loads((folder / "config.json").read_text())
    assert config["encoder_layers"] == 1
    apart = models.separated({"a.blocks.b": np.arange(6).reshape(2, 3), "c": np.zeros(1)})
    assert sorted(apart) == ["a.blocks.0.b", "a.blocks.1.b", "c"]
    assert np.array_equal(models.stacked(apart)["a.blocks.b"], np.arange(6).reshape(2, 3))
    assert model.weights["encoder.blocks.attn.query.weight"].shape == (1, 64, 64)


def test_weights_too_large_for_f16_are_refused_and_nothing_is_written(tmp_path, model):
    weights = {**model.weights, "decoder.ln.bias": np.full(64, 1e6, np.float32)}
    with pytest.raises(ModelError, match=r"decoder\.ln\.bias are too large for 16 bits"):
        models.write(tmp_path / "out", model, weights)
    assert not (tmp_path / "out").exists()
