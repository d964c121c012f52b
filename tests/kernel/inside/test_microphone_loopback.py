"""The microphone on the kernel's own sound card: what is played into snd-aloop is heard."""

import asyncio
import itertools

import pytest
from sound_card import (
    DEVICE,
    DRIVER,
    FAR_AHEAD,
    PATIENCE_S,
    RECORDED,
    SOUND,
    Player,
    breaks_in,
    sound_card,
)

from saykey.audio.alsa import AlsaMicrophone
from saykey.clock import MonotonicClock
from saykey.errors import MicrophoneLost


@pytest.fixture
def player():
    with sound_card(), Player(SOUND, FAR_AHEAD) as player:
        yield player


async def heard(microphone, frames):
    async with asyncio.timeout(PATIENCE_S):
        return [await microphone.read() for _ in range(frames)]


def test_what_is_played_is_heard_bit_for_bit_and_positions_count_every_sample(player):
    async def scene():
        microphone = AlsaMicrophone(RECORDED, MonotonicClock())
        await microphone.open()
        frames = await heard(microphone, 50)
        await microphone.close()
        return frames, microphone.lost_samples

    frames, lost = asyncio.run(scene())
    assert frames[0].sample == 0
    assert all(later.sample == frame.end for frame, later in itertools.pairwise(frames))
    assert lost == 0
    assert player.late == 0
    sound = b"".join(frame.pcm16 for frame in frames)
    assert any(sound)
    assert breaks_in(sound) == []


@pytest.mark.usefixtures("player")
def test_a_sound_card_that_is_unplugged_is_lost_and_can_be_opened_when_it_is_back():
    async def scene():
        microphone = AlsaMicrophone(RECORDED, MonotonicClock())
        await microphone.open()
        await heard(microphone, 2)
        unbinding = asyncio.create_task(asyncio.to_thread((DRIVER / "unbind").write_text, DEVICE))
        with pytest.raises(MicrophoneLost, match="Loopback"):
            await heard(microphone, 100_000)
        await unbinding  # ends when all have closed the card (snd_card_free)
        (DRIVER / "bind").write_text(DEVICE)
        await microphone.open()
        frames = await heard(microphone, 2)
        assert frames[0].sample == 0
        await microphone.close()

    asyncio.run(scene())


def test_a_missing_sound_card_is_reported_in_one_line_with_advice():
    microphone = AlsaMicrophone("hw:Nothing", MonotonicClock())
    with pytest.raises(MicrophoneLost, match=r"hw:Nothing"):
        asyncio.run(microphone.open())
