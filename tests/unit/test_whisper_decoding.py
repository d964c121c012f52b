"""whisper.cpp itself, with the bundled model: what it hears and how it is stopped."""

from array import array

import pytest

from damaged_models.files import LARGER, LARGER_WEIGHTS, ggml_sample
from recorded import BEGIN_S, END_S, RECORDING, TEXT
from saykey.audio.files import read_pcm16
from saykey.errors import RecognizerError
from saykey.models.formats import wheel
from saykey.models.store import load, store
from saykey.recognizer.whisper.decoding import Aborted, Decoding
from saykey.recognizer.whisper.engine import Whisper, floats, libwhisper
from saykey.recognizer.whisper.guards import is_empty
from saykey.recognizer.whisper.window import FULL_WINDOW, most_tokens


def never():
    return False


@pytest.fixture(scope="module")
def image():
    return load.checked_image(store.find("tiny.en-short"))[0]


@pytest.fixture(scope="module")
def small():
    """A model of random weights, which hears quickly."""
    return ggml_sample(size=LARGER, weights=LARGER_WEIGHTS).image


@pytest.fixture(scope="module")
def whisper(image):
    loaded = Whisper(image, 1, exact_windows=True)
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def dictation():
    return floats(read_pcm16(RECORDING))


def seconds(samples, begin, end):
    return samples[int(begin * 16_000) : int(end * 16_000)]


def heard(whisper, samples, window=256, **changed):
    wanted = {"language": "en", "prompt": "", "most_tokens": most_tokens(len(samples))} | changed
    return whisper.transcribe(samples, Decoding(window=window, **wanted), never)


def test_it_hears_what_was_said(whisper, dictation):
    result = heard(whisper, seconds(dictation, BEGIN_S, END_S))
    assert result.text == TEXT
    assert result.probability > 0.9
    assert 0 < result.encode_ms <= result.total_ms


@pytest.mark.parametrize("window", [128, 256, 320, 512, 1024, FULL_WINDOW])
def test_the_same_samples_are_heard_the_same_whatever_was_heard_before(small, dictation, window):
    first, other = seconds(dictation, 24.8, 28.6), seconds(dictation, 9.1, 12.1)
    whisper = Whisper(small, 1, exact_windows=True)
    fresh = heard(whisper, first, window)
    for before in (FULL_WINDOW, 320, 256, 1280, 192):
        heard(whisper, other, before)
        again = heard(whisper, first, window)
        assert (again.text, again.probability) == (fresh.text, fresh.probability)
    whisper.close()


def test_with_flash_attention_an_earlier_phrase_changes_a_later_one(small, dictation):
    # the reason for exact_windows; when this fails, whisper.cpp has been mended
    whisper = Whisper(small, 1, exact_windows=False)
    first, other = seconds(dictation, 24.8, 28.6), seconds(dictation, 9.1, 12.1)
    heard(whisper, other, FULL_WINDOW)
    fresh = heard(whisper, first, 320)
    heard(whisper, other, 512)
    assert heard(whisper, first, 320).probability != fresh.probability
    whisper.close()


def test_full_windows_alone_are_heard_the_same_with_flash_attention_too(small, dictation):
    whisper = Whisper(small, 1, exact_windows=False)
    first, other = seconds(dictation, 24.8, 28.6), seconds(dictation, 9.1, 12.1)
    fresh = heard(whisper, first, FULL_WINDOW)
    heard(whisper, other, FULL_WINDOW)
    assert heard(whisper, first, FULL_WINDOW).probability == fresh.probability
    whisper.close()


def test_the_library_and_its_log_are_quiet(image, capfd):
    Whisper(image, 1, exact_windows=True).close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("samples", [0, 1, 1600, 8000])
def test_audio_of_no_length_is_silence(whisper, samples):
    found = heard(whisper, array("f", bytes(4 * samples)))
    told = {"probability": found.probability, "no_speech": found.no_speech}
    assert is_empty(found.text, **told)


def test_a_token_limit_cuts_the_text_and_says_so(whisper, dictation):
    cut = heard(whisper, seconds(dictation, BEGIN_S, END_S), most_tokens=3)
    assert cut.capped
    assert TEXT.startswith(cut.text)
    assert not heard(whisper, seconds(dictation, BEGIN_S, END_S)).capped


def test_a_long_prompt_of_any_bytes_does_no_harm(whisper, dictation):
    prompt = "naïve \0 😀 " * 400
    assert heard(whisper, seconds(dictation, BEGIN_S, END_S), prompt=prompt).text


def test_an_abort_ends_the_work(whisper, dictation):
    questions = iter([False, False])
    with pytest.raises(Aborted):
        whisper.transcribe(
            seconds(dictation, BEGIN_S, END_S),
            Decoding("en", "", 256, 50),
            lambda: next(questions, True),
        )
    assert heard(whisper, seconds(dictation, BEGIN_S, END_S)).text == TEXT


def test_an_english_model_refuses_other_languages(whisper, dictation):
    with pytest.raises(RecognizerError, match="knows English only, not 'de'"):
        heard(whisper, seconds(dictation, BEGIN_S, END_S), language="de")


def test_an_improbable_text_comes_with_the_probability_of_silence(whisper, dictation):
    backwards = seconds(dictation, 9.1, 12.1)[::-1]
    first, second = heard(whisper, backwards), heard(whisper, backwards)
    assert first.probability < 0.75
    assert 0 < first.no_speech < 1
    assert first.no_speech == second.no_speech


def test_another_version_of_the_library_is_refused(monkeypatch):
    monkeypatch.setattr(libwhisper, "VERSION", "1.9.0")
    with pytest.raises(RecognizerError, match=r"whisper\.cpp is 1\.8\.5, Saykey needs 1\.9\.0"):
        libwhisper.load()


def test_a_missing_library_is_named_with_what_to_install(monkeypatch):
    monkeypatch.setattr(wheel.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(RecognizerError, match=r"install pywhispercpp 1\.5\.1"):
        libwhisper.load()


def test_pcm_becomes_floats_between_minus_one_and_one():
    assert list(floats(b"\0\0\xff\x7f\0\x80")) == [0.0, 32767 / 32768, -1.0]
