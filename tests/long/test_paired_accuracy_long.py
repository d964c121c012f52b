"""Short windows cost no accuracy: at least 20,000 words of held-out synthetic speech, in pairs.

The result holds for the bundled model only; `saykey model bench MODEL --recordings FOLDER` measures
others. Needs espeak-ng. It takes about half an hour on one core, most of it for the full window.
"""

import asyncio

import pytest

from demo_model.paired import pairs, standing

pytestmark = pytest.mark.long

WORDS = 20_000
MOST_WORSE = 0.002


def test_short_windows_are_within_two_words_in_a_thousand_of_the_full_one(record_property):
    async def heard():
        return [pair async for pair in pairs(WORDS)]

    found = standing(asyncio.run(heard()))
    record_property("short windows against the full one", str(found))
    assert found.words >= WORDS
    assert found.more[2] <= MOST_WORSE
