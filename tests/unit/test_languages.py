"""A phrase is heard in one of the user's languages, and its transcript names that language.

The model has random weights. Its text means nothing, but it finds some languages more probable than
others, and always the same ones for the same sound.
"""

import random
from array import array
from ctypes import c_float, c_int, c_void_p

import pytest

from saykey.errors import ModelError
from saykey.models.formats.random_weights import write_random
from saykey.models.formats.tokens import LANGUAGES
from saykey.models.store.load import read_image
from saykey.recognizer.languages import check_languages, languages_of
from saykey.recognizer.whisper.decoding import Decoding
from saykey.recognizer.whisper.engine import Whisper
from saykey.recognizer.whisper.window import FULL_WINDOW

SPOKEN = "en, de, cy, ja, haw"


@pytest.fixture(scope="module")
def whisper(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "tiny.bin"
    write_random(path, "tiny", "q5_1")
    loaded = Whisper(read_image(path), 1, exact_windows=True)
    yield loaded
    loaded.close()


def noise(seed):
    draw = random.Random(seed)  # noqa: S311 - noise, always the same
    return array("f", (draw.gauss(0, 0.1) for _ in range(32_000)))


def heard(whisper, language, seed=1, window=192):
    return whisper.transcribe(noise(seed), Decoding(language, "", window, 8), lambda: False)


def test_the_most_probable_of_the_languages_is_taken_and_reported(whisper):
    found = heard(whisper, SPOKEN).language
    assert found in languages_of(SPOKEN)
    others = ",".join(code for code in languages_of(SPOKEN) if code != found)
    assert heard(whisper, others).language != found


def test_a_phrase_is_the_same_as_in_that_language_alone(whisper):
    for seed in range(3):
        found = heard(whisper, SPOKEN, seed)
        alone = heard(whisper, found.language, seed)
        assert (found.text, found.probability) == (alone.text, alone.probability)


def test_what_was_spoken_before_makes_no_difference(whisper):
    first = heard(whisper, SPOKEN, seed=4)
    heard(whisper, "ja,haw", seed=5, window=320)
    assert heard(whisper, SPOKEN, seed=4).language == first.language


def test_the_library_itself_finds_the_same_language_in_the_full_window(whisper):
    """whisper_lang_auto_detect encodes with the window of the previous call."""
    everything = ",".join(languages_of(SPOKEN))
    ours = heard(whisper, everything, seed=6, window=FULL_WINDOW).language
    library, context, state = whisper._library, whisper._context, whisper._state
    library.whisper_pcm_to_mel_with_state.argtypes = (c_void_p, c_void_p, c_void_p, c_int, c_int)
    detect = library.whisper_lang_auto_detect_with_state
    detect.argtypes = (c_void_p, c_void_p, c_int, c_int, c_void_p)
    samples, probabilities = noise(6), (c_float * 100)()
    sound = (c_float * len(samples)).from_buffer(samples)
    assert library.whisper_pcm_to_mel_with_state(context, state, sound, len(samples), 1) == 0
    assert detect(context, state, 0, 1, probabilities) >= 0
    assert ours == max(
        languages_of(SPOKEN), key=lambda code: probabilities[library.whisper_lang_id(code.encode())]
    )


@pytest.mark.parametrize(
    ("known", "spoken", "line"),
    [
        (1, "de", "knows English only"),
        (1, "en, de", "knows English only"),
        (99, "en, yue", "m does not know yue; correct"),
        (100, "xx", "m does not know xx; correct"),
    ],
)
def test_a_model_that_does_not_know_a_language_is_refused_with_advice(known, spoken, line):
    with pytest.raises(ModelError, match=line):
        check_languages("m", LANGUAGES[:known], spoken)


def test_a_model_that_knows_them_all_is_taken():
    check_languages("m", LANGUAGES[:1], "en")
    check_languages("m", LANGUAGES[:99], SPOKEN)
    check_languages("m", LANGUAGES[:100], "en,yue")
