"""An hour without speech, and hundreds of fresh phrases in noise. See tests/device.

Needs espeak-ng, as the held-out voices are synthesised anew.
"""

import itertools

import numpy as np
import pytest

from demo_model.synthesise import draw_spoken
from nothing_invented.device import dictations
from nothing_invented.sounds import RATE, hum_50, in_noise, non_speech, pink, white
from saykey.flow import Verdict

pytestmark = pytest.mark.long

HOUR_S = 3600
SECONDS = 12
SEEDS = range(100, 113)
SPOKEN = 400
SNR_DB = 10
MOST_LOST = 0.005


def typed(transcripts):
    return " ".join(t.text for t in transcripts if t.verdict is not Verdict.EMPTY)


def test_an_hour_without_speech_types_no_character(record_property):
    seconds = passed = 0
    invented = {}
    for seed in SEEDS:
        sounds = dict(non_speech(SECONDS, seed))
        seconds += sum(len(sound) for sound in sounds.values()) / RATE
        for name, found in zip(sounds, dictations(list(sounds.values())), strict=True):
            passed += len(found)
            if typed(found):
                invented[seed, name] = typed(found)
    record_property("hours without speech", round(seconds / HOUR_S, 2))
    record_property("phrases the detector let through", passed)
    assert seconds >= HOUR_S
    assert invented == {}


@pytest.mark.parametrize("noise", [white, pink, hum_50])
def test_of_hundreds_of_fresh_phrases_hardly_one_is_lost(noise, record_property):
    sounds = ((s, s.sound()) for s in draw_spoken(9100, held_out=True))
    fresh = itertools.islice(((s, x) for s, x in sounds if x is not None), SPOKEN)
    spoken, found = zip(*fresh, strict=True)
    heard = dictations(
        [
            in_noise(sound, noise, SNR_DB, np.random.default_rng(number))
            for number, sound in enumerate(found)
        ]
    )
    lost = [
        s.sentence.text
        for s, transcripts in zip(spoken, heard, strict=True)
        if not typed(transcripts)
    ]
    record_property(f"lost in {noise.__name__}, of {len(spoken)}", len(lost))
    assert len(lost) <= MOST_LOST * len(spoken), lost
