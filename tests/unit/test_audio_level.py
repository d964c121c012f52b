"""Loudness in dB relative to full scale."""

import numpy as np
import pytest

from saykey.audio.level import level_db


def _pcm16(samples):
    return np.asarray(samples).astype("<i2").tobytes()


@pytest.mark.parametrize(
    ("samples", "db"),
    [
        ([32_767, -32_767] * 160, 0.0),
        (32_767 * np.sin(np.arange(1_920) * 2 * np.pi / 16), -3.0),
        ([3_277, -3_277] * 160, -20.0),
        ([1, -1] * 160, -90.3),
        ([0] * 320, -96.0),
        ([], -96.0),
    ],
)
def test_levels(samples, db):
    assert level_db(_pcm16(samples)) == pytest.approx(db, abs=0.05)


def test_a_constant_offset_of_the_sound_card_is_no_sound():
    assert level_db(_pcm16([5_000] * 320)) == -96.0
