"""One set of settings types nothing that nobody said, and loses nothing that was said.

Sound passes through the device's own chain with default settings: WebRTC's detector, the cutter,
the gate, whisper.cpp, the ladder. Doubtful text is typed by default. Measured on x86-64; tests/long
runs an hour of it.
"""

import numpy as np
import pytest

from nothing_invented.device import dictations, phrases, recognise
from nothing_invented.sounds import RATE, breath, hum_50, in_noise, non_speech, pink, white
from nothing_invented.voices import voices
from saykey.flow import Verdict
from saykey.recognizer.whisper.guards import words
from saykey.settings.schema import RecognizerSettings

SECONDS = 13
SNR_DB = 10
THINKING_S = 20


@pytest.fixture(scope="module")
def held_out():
    return voices("held-out")


@pytest.fixture(scope="module")
def sounds():
    return dict(non_speech(SECONDS, seed=1))


def typed(transcripts):
    """What the host shows with the default settings."""
    return " ".join(t.text for t in transcripts if t.verdict is not Verdict.EMPTY)


def test_five_minutes_without_speech_type_no_character(sounds):
    assert sum(len(sound) for sound in sounds.values()) >= 300 * RATE
    heard = dict(zip(sounds, dictations(list(sounds.values())), strict=True))
    assert {name: typed(found) for name, found in heard.items() if typed(found)} == {}
    # the cheap detector lets much of it through, so the later stages are tested too
    assert sum(map(bool, heard.values())) >= 10


def test_without_the_gate_the_guards_still_believe_nothing(sounds):
    loud = [phrase for sound in sounds.values() for phrase in phrases(sound)]
    heard = recognise(loud, RecognizerSettings(threads=1, gate=False))
    assert len(loud) >= 10
    assert [t.text for t in heard if t.verdict is Verdict.GOOD] == []


def test_no_held_out_prompt_is_lost_in_noise_ten_decibels_below_it(held_out):
    heard = dictations(
        [
            in_noise(voice.sound, (white, pink)[number % 2], SNR_DB, np.random.default_rng(number))
            for number, voice in enumerate(held_out)
        ]
    )
    lost = [voice.text for voice, found in zip(held_out, heard, strict=True) if not typed(found)]
    assert lost == []


def test_a_lone_no_and_thank_you_are_heard_in_every_noise():
    lone = [voice for voice in voices("short") if voice.text in {"no", "Thank you."}]
    cases = [(voice, noise) for voice in lone for noise in (white, pink, hum_50, breath)]
    heard = dictations(
        [
            in_noise(voice.sound, noise, SNR_DB, np.random.default_rng(number))
            for number, (voice, noise) in enumerate(cases)
        ]
    )
    assert len(lone) == 2
    assert all(typed(found) for found in heard)
    clean = dictations([in_noise(v.sound, white, 40, np.random.default_rng(0)) for v in lone])
    assert [words(typed(found)) for found in clean] == [words(voice.text) for voice in lone]


@pytest.mark.parametrize("thinking", [white, pink, breath])
def test_twenty_seconds_of_thinking_inside_speech_add_nothing(held_out, thinking):
    before, after = (
        next(voice for voice in held_out if voice.text == text)
        for text in ("All circuits are busy now.", "Please try again.")
    )
    rng = np.random.default_rng(3)
    pause = thinking(THINKING_S, rng)
    pause *= 0.02 / np.abs(pause).max()
    (heard,) = dictations([np.concatenate([before.sound, pause, after.sound])])
    assert words(typed(heard)) == words(f"{before.text} {after.text}")
