"""ALSA microphones that are not 16 kHz mono, are missing, or are faulty."""

import asyncio
import os
import subprocess
import sys

import alsaaudio
import numpy as np
import pytest

from saykey.audio.alsa import AlsaMicrophone
from saykey.clock import MonotonicClock
from saykey.errors import MicrophoneLost
from saykey.simulated.clock import VirtualClock


class StubbornCard:
    """Records a 440 Hz tone at its own rate, channel count and format; always ready."""

    def __init__(self, rate, channels, format_name):
        self._granted = {"rate": rate, "channels": channels, "format_name": format_name}
        self._position = 0
        self._overruns = 0
        self.closed = False

    def info(self):
        return self._granted

    def overrun(self):
        self._overruns += 1

    def read(self):
        if self._overruns:
            self._overruns -= 1
            return -32, b""
        rate, period = self._granted["rate"], self._granted["rate"] // 50
        time = (self._position + np.arange(period)) / rate
        self._position += period
        tone = 0.5 * np.sin(2 * np.pi * 440 * time)
        if self._granted["format_name"] == "S32_LE":
            samples = (tone * 2**31).astype("<i4")
        else:
            samples = (tone * 2**15).astype("<i2")
        return period, np.repeat(samples, self._granted["channels"]).tobytes()

    def close(self):
        self.closed = True


class SilentCard(StubbornCard):
    """Never has any sound, as if its firmware had crashed."""

    def __init__(self):
        super().__init__(16_000, 1, "S16_LE")
        self._ready, self._signal = os.pipe()

    def read(self):
        return 0, b""

    def polldescriptors(self):
        return [(self._ready, 1)]

    def close(self):
        os.close(self._ready)
        os.close(self._signal)


def _recorded(card, count, clock=None):
    async def records():
        microphone = AlsaMicrophone("card", clock or VirtualClock(), opener=lambda _: card)
        await microphone.open()
        frames = [await microphone.read() for _ in range(count)]
        await microphone.close()
        return frames

    return asyncio.run(records())


@pytest.mark.parametrize(
    ("rate", "channels", "format_name"),
    [
        (16_000, 2, "S16_LE"),
        (44_100, 1, "S16_LE"),
        (44_100, 2, "S16_LE"),
        (48_000, 2, "S16_LE"),
        (48_000, 2, "S32_LE"),
        (8_000, 1, "S16_LE"),
    ],
)
def test_what_the_hardware_insists_on_becomes_16_khz_mono(rate, channels, format_name):
    frames = _recorded(StubbornCard(rate, channels, format_name), 60)
    assert {len(frame.pcm16) for frame in frames} == {640}
    assert [frame.sample for frame in frames] == [320 * n for n in range(60)]
    heard = np.frombuffer(b"".join(frame.pcm16 for frame in frames), "<i2")[3_200:] / 32_768
    spectrum = np.abs(np.fft.rfft(heard))
    assert np.argmax(spectrum) * 16_000 / heard.size == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(heard**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_an_overrun_at_48_khz_is_counted_in_16_khz_samples():
    async def records():
        clock, card = VirtualClock(), StubbornCard(48_000, 2, "S16_LE")
        microphone = AlsaMicrophone("card", clock, opener=lambda _: card)
        await microphone.open()
        before = await microphone.read()
        clock.advance(1_500_000_000)
        card.overrun()
        after = await microphone.read()
        while after.sample == before.end:
            before, after = after, await microphone.read()
        # 1.5 s since the card was opened; what was read of them is not lost.
        assert after.sample == 24_000
        assert microphone.lost_samples == after.sample - before.end
        await microphone.close()

    asyncio.run(records())


def test_an_unknown_format_is_refused_with_advice():
    card = StubbornCard(16_000, 1, "MU_LAW")
    microphone = AlsaMicrophone("hw:1,0", VirtualClock(), opener=lambda _: card)
    with pytest.raises(MicrophoneLost, match=r'set source = "alsa:plughw:1,0"'):
        asyncio.run(microphone.open())
    assert card.closed


def test_a_card_that_gives_no_sound_is_lost():
    async def records():
        microphone = AlsaMicrophone(
            "card", VirtualClock(), opener=lambda _: SilentCard(), patience_s=0.01
        )
        await microphone.open()
        with pytest.raises(MicrophoneLost, match="gives no sound"):
            await microphone.read()

    asyncio.run(records())


class VainCard(SilentCard):
    """Is always ready but never has any sound, as with the timer of a plugin."""

    def __init__(self):
        super().__init__()
        os.write(self._signal, b"x")

    def polldescriptors_revents(self, _descriptors):
        return 1


def test_a_card_that_is_ready_in_vain_is_lost():
    async def records():
        microphone = AlsaMicrophone(
            "card", MonotonicClock(), opener=lambda _: VainCard(), patience_s=0.05
        )
        await microphone.open()
        async with asyncio.timeout(10):
            with pytest.raises(MicrophoneLost, match="gives no sound"):
                await microphone.read()

    asyncio.run(records())


class UnpluggedCard(SilentCard):
    """Unplugged at the moment in which a reader begins to wait for it."""

    def polldescriptors(self):
        raise alsaaudio.ALSAAudioError("No such device [card]")


def test_a_card_that_is_unplugged_while_it_is_waited_for_is_lost():
    async def records():
        microphone = AlsaMicrophone("card", VirtualClock(), opener=lambda _: UnpluggedCard())
        await microphone.open()
        with pytest.raises(MicrophoneLost, match=r"went away \(No such device\)"):
            await microphone.read()

    asyncio.run(records())


def test_the_loop_runs_on_while_a_card_is_always_ready():
    async def records():
        turns = 0

        async def other():
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        task = asyncio.create_task(other())
        microphone = AlsaMicrophone(
            "card", VirtualClock(), opener=lambda _: StubbornCard(16_000, 1, "S16_LE")
        )
        await microphone.open()
        for _ in range(100):
            await microphone.read()
        task.cancel()
        assert turns >= 10

    asyncio.run(records())


PROGRAM = """
import asyncio
from saykey.audio.alsa import AlsaMicrophone
from saykey.clock import MonotonicClock
from saykey.errors import MicrophoneLost

{before}
async def records():
    microphone = AlsaMicrophone({device!r}, MonotonicClock())
    await microphone.open()
    frames = [await microphone.read() for _ in range(5)]
    print(*(frame.sample for frame in frames), set(frames[-1].pcm16))
    await microphone.close()

try:
    asyncio.run(records())
except MicrophoneLost as error:
    print(error)
"""


def _program(tmp_path, device, config="", before=""):
    """Run a program in a process of its own, to see what the real library writes to stderr."""
    (tmp_path / "asound.conf").write_text(config)
    environment = os.environ | {
        "ALSA_CONFIG_PATH": f"/usr/share/alsa/alsa.conf:{tmp_path / 'asound.conf'}"
    }
    code = PROGRAM.format(device=device, before=before)
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )


def test_an_unknown_device_is_refused_in_one_line_with_the_known_ones_and_nothing_from_the_library(
    tmp_path,
):
    done = _program(tmp_path, "nosuch", "pcm.desk_microphone { type null hint.show on }")
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    assert "alsa:nosuch (No such file or directory)" in done.stdout
    assert "set source under [microphone]" in done.stdout
    assert "desk_microphone" in done.stdout


def test_without_pyalsaaudio_the_line_says_how_to_install_it(tmp_path):
    done = _program(tmp_path, "default", before="import sys; sys.modules['alsaaudio'] = None")
    assert done.stdout == (
        "pyalsaaudio is not installed: install libasound2-dev, then pip install 'saykey[mic]'\n"
    )


def test_the_real_library_forced_to_two_channels_gives_mono(tmp_path):
    # The multi plugin has as many channels as bindings, whatever is requested.
    two_channels = """
        pcm.silence { type plug slave.pcm { type file slave.pcm null format raw
            file /dev/null infile /dev/zero } }
        pcm.pair { type multi slaves.a { pcm silence channels 2 }
            bindings.0 { slave a channel 0 } bindings.1 { slave a channel 1 } }
    """
    done = _program(tmp_path, "pair", two_channels)
    assert done.stdout == "0 320 640 960 1280 {0}\n"


def test_the_real_library_converts_what_plug_devices_hide(tmp_path):
    hidden = """
        pcm.card { type plug slave { rate 48000 channels 2 format S32_LE
            pcm { type file slave.pcm null format raw file /dev/null infile /dev/zero } } }
    """
    done = _program(tmp_path, "card", hidden)
    assert done.stdout == "0 320 640 960 1280 {0}\n"
