"""Audio files of all kinds become 16 kHz mono pcm16."""

import numpy as np
import pytest
import soundfile

from saykey.audio.files import duration_s, read_blocks, read_pcm16
from saykey.errors import AudioError


def _tone(rate, seconds=1.0, hertz=440.0, channels=1):
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)
    return np.tile(wave[:, None], (1, channels))


def _samples(pcm16):
    return np.frombuffer(pcm16, "<i2")


@pytest.mark.parametrize(
    ("rate", "channels", "suffix", "subtype"),
    [
        (8_000, 1, "wav", "ULAW"),
        (8_000, 1, "wav", "PCM_U8"),
        (11_025, 2, "wav", "PCM_16"),
        (16_000, 1, "wav", "PCM_16"),
        (22_050, 1, "aiff", "PCM_16"),
        (32_000, 1, "wav", "FLOAT"),
        (44_100, 2, "flac", "PCM_24"),
        (44_100, 2, "mp3", "MPEG_LAYER_III"),
        (48_000, 1, "wav", "PCM_32"),
        (48_000, 2, "ogg", "VORBIS"),
        (96_000, 6, "wav", "DOUBLE"),
    ],
)
def test_a_tone_keeps_its_length_pitch_and_loudness(tmp_path, rate, channels, suffix, subtype):
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, _tone(rate, channels=channels), rate, subtype=subtype)
    samples = _samples(read_pcm16(path))
    assert duration_s(path) == pytest.approx(1.0, abs=0.001)
    assert samples.size == pytest.approx(16_000, abs=16)
    middle = samples[4_000:12_000] / 32_768
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) * 16_000 / middle.size == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.02)


def test_a_file_that_is_16_khz_mono_pcm16_already_comes_out_bit_for_bit(tmp_path):
    every_value = np.arange(-32_768, 32_768, dtype=np.int16)
    path = tmp_path / "all.wav"
    soundfile.write(path, every_value, 16_000, subtype="PCM_16")
    assert read_pcm16(path) == every_value.astype("<i2").tobytes()


def test_channels_are_mixed_to_their_mean(tmp_path):
    path = tmp_path / "two.wav"
    left_and_right = np.array([[1_000, 3_000], [-500, 500], [7, 7]], dtype=np.int16)
    soundfile.write(path, left_and_right, 16_000, subtype="PCM_16")
    assert list(_samples(read_pcm16(path))) == [2_000, 0, 7]


def test_samples_beyond_full_scale_are_clipped_and_nan_becomes_silence(tmp_path):
    path = tmp_path / "loud.wav"
    soundfile.write(path, np.array([2.0, -2.0, np.nan, np.inf, -np.inf]), 16_000, subtype="FLOAT")
    assert list(_samples(read_pcm16(path))) == [32_767, -32_768, 0, 32_767, -32_768]


def test_blocks_have_the_wanted_length_and_only_the_last_is_shorter(tmp_path):
    path = tmp_path / "tone.wav"
    soundfile.write(path, _tone(44_100, seconds=1.25), 44_100)
    blocks = list(read_blocks(path, seconds=0.5))
    assert [len(block) for block in blocks[:2]] == [16_000, 16_000]
    assert 0 < len(blocks[2]) < 16_000


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_the_block_length_does_not_change_the_sound(tmp_path, suffix):
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, _tone(44_100), 44_100)
    whole, pieces = (
        _samples(b"".join(read_blocks(path, seconds=seconds))) for seconds in (10, 0.033)
    )
    assert whole.size == pieces.size
    assert np.abs(whole.astype(int) - pieces).max() <= 1


def test_a_wav_of_unknown_size_as_written_into_a_pipe_is_read_whole(tmp_path):
    path = tmp_path / "piped.wav"
    soundfile.write(path, _tone(16_000), 16_000, subtype="PCM_16")
    header_and_data = bytearray(path.read_bytes())
    header_and_data[4:8] = header_and_data[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(header_and_data)
    assert len(read_pcm16(path)) == 32_000


def _missing(path):
    return path / "missing.wav"


def _directory(path):
    return path


def _empty(path):
    (path / "empty.wav").touch()
    return path / "empty.wav"


def _text(path):
    (path / "text.wav").write_text("Dear diary, " * 100)
    return path / "text.wav"


def _no_samples(path):
    soundfile.write(path / "header.wav", np.zeros(0), 16_000)
    return path / "header.wav"


def _half(path, suffix):
    whole = path / f"whole.{suffix}"
    soundfile.write(whole, np.random.default_rng(0).normal(0, 0.1, 32_000), 16_000)
    half = path / f"half.{suffix}"
    half.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    return half


def _half_wav(path):
    return _half(path, "wav")


def _half_flac(path):
    return _half(path, "flac")


def _half_aiff(path):
    return _half(path, "aiff")


def _no_channels(path):
    soundfile.write(path / "none.wav", np.zeros(100), 16_000, subtype="PCM_16")
    header_and_data = bytearray((path / "none.wav").read_bytes())
    header_and_data[22:24] = b"\0\0"  # nChannels of the fmt chunk
    (path / "none.wav").write_bytes(header_and_data)
    return path / "none.wav"


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        (_missing, "No such file or directory"),
        (_directory, "Is a directory"),
        (_empty, "is empty"),
        (_text, "Format not recognised"),
        (_no_samples, "holds no sound"),
        (_half_wav, "ends before its header says"),
        (_half_aiff, "ends before its header says"),
        (_half_flac, "not audio that can be read"),
        (_no_channels, "Channel count is zero"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_in_one_line_with_advice(tmp_path, broken, complaint):
    path = broken(tmp_path)
    with pytest.raises(AudioError, match=complaint) as error:
        read_pcm16(path)
    line = str(error.value)
    assert str(path) in line
    assert "\n" not in line
    assert "name a" in line or "again" in line


def test_memory_does_not_grow_with_the_length_of_the_file(tmp_path):
    import tracemalloc

    def peak(seconds):
        path = tmp_path / f"{seconds}.flac"
        soundfile.write(path, np.zeros(seconds * 48_000, dtype=np.int16), 48_000)
        tracemalloc.start()
        for _ in read_blocks(path):
            pass
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    peak(2)  # imports and caches
    assert peak(60) < peak(4) + 200_000
