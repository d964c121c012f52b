"""Sound from pipes and standard input, and from files that only ffmpeg can read."""

import contextlib
import os
import socket
import struct
import subprocess
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from saykey.audio import pipes
from saykey.audio.files import duration_s, read_blocks, read_pcm16
from saykey.errors import AudioError

STANDARD_INPUT = Path("-")
NOISE = np.random.default_rng(3).integers(-9000, 9000, 24_000).astype("<i2")


@contextlib.contextmanager
def piped(data):
    """The path of a pipe into which a thread writes."""
    reading, writing = os.pipe()

    def write():
        with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "wb") as pipe:
            pipe.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield Path(f"/proc/self/fd/{reading}")
    finally:
        os.close(reading)
        writer.join()


@contextlib.contextmanager
def standard_input(descriptor):
    """Replace the standard input of this process by another file for a while."""
    before = os.dup(0)
    os.dup2(descriptor, 0)
    try:
        yield STANDARD_INPUT
    finally:
        os.dup2(before, 0)
        os.close(before)


def image(path, samples=NOISE, rate=16_000, **how):
    """The bytes of a sound file with this name."""
    soundfile.write(path, samples, rate, **how)
    return path.read_bytes()


def wav(size=None, before=b""):
    """A WAV file whose header claims this size for its sound, with chunks before it."""
    data = NOISE.tobytes()
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 16_000, 32_000, 2, 16)
    claimed = len(data) if size is None else size
    return (
        b"RIFF\xff\xff\xff\xffWAVE" + form + before + struct.pack("<4sI", b"data", claimed) + data
    )


@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"]
)
@pytest.mark.parametrize("kind", ["WAV", "WAVEX"])
def test_wav_through_a_pipe_is_the_same_as_from_a_file(tmp_path, kind, subtype):
    stereo = np.stack((NOISE, NOISE[::-1]), axis=1)
    data = image(tmp_path / "a.wav", stereo, 44_100, subtype=subtype, format=kind)
    with piped(data) as path:
        assert read_pcm16(path) == read_pcm16(tmp_path / "a.wav")


@pytest.mark.parametrize("size", [0, 0x7FFF_F000, 0xFFFF_FFFF])
def test_wav_of_unknown_size_is_read_to_its_end(size):
    with piped(wav(size)) as path:
        assert read_pcm16(path) == NOISE.tobytes()


def test_chunks_before_and_behind_the_sound_are_skipped():
    title = struct.pack("<4sI", b"LIST", 5) + b"title\0"
    whole = wav(before=title) + struct.pack("<4sI", b"LIST", 4) + b"more"
    with piped(whole) as path:
        assert read_pcm16(path) == NOISE.tobytes()


@pytest.mark.parametrize(
    ("suffix", "how"),
    [
        ("flac", {}),
        ("ogg", {}),
        ("mp3", {}),
        ("aiff", {}),
        ("w64", {}),
        ("wav", {"subtype": "IMA_ADPCM"}),
    ],
)
def test_other_formats_through_a_pipe_are_the_same_as_from_a_file(tmp_path, suffix, how):
    data = image(tmp_path / f"a.{suffix}", **how)
    with piped(data) as path:
        assert read_pcm16(path) == read_pcm16(tmp_path / f"a.{suffix}")


def test_standard_input_is_read_from_a_pipe_and_from_a_file_any_number_of_times(tmp_path):
    data = image(tmp_path / "a.wav")
    with piped(data) as pipe, pipe.open("rb") as file, standard_input(file.fileno()) as path:
        assert duration_s(path) is None
        assert read_pcm16(path) == NOISE.tobytes()
    with (tmp_path / "a.wav").open("rb") as file, standard_input(file.fileno()) as path:
        assert duration_s(path) == pytest.approx(1.5)
        assert read_pcm16(path) == read_pcm16(path) == NOISE.tobytes()


def test_a_named_pipe_is_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(wav(),))
    writer.start()
    assert duration_s(tmp_path / "pipe") is None
    assert read_pcm16(tmp_path / "pipe") == NOISE.tobytes()
    writer.join()


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "standard input is empty"),
        (wav()[:9000], "standard input ends before its header says"),
        (wav()[:44], "standard input ends before its header says"),
        (wav(0)[:44], "standard input holds no sound"),
        (wav()[:30], "standard input is not audio that can be read"),
        (b"Dear diary, " * 10_000, "standard input is not audio that can be read"),
    ],
)
def test_what_is_wrong_with_standard_input_is_reported_in_one_line(data, complaint):
    with (
        piped(data) as pipe,
        pipe.open("rb") as file,
        standard_input(file.fileno()) as path,
        pytest.raises(AudioError, match=complaint) as error,
    ):
        read_pcm16(path)
    assert "\n" not in str(error.value)


def test_wav_of_any_length_needs_no_more_memory():
    def peak(seconds):
        data = wav(0) + bytes(seconds * 32_000)
        with piped(data) as path:
            tracemalloc.start()
            for _ in read_blocks(path):
                pass
            used = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return used

    peak(2)  # imports and caches
    assert peak(60) < peak(4) + 200_000


def test_other_formats_are_kept_up_to_a_fixed_size_only():
    with (
        Path("/dev/zero").open("rb") as endless,
        standard_input(endless.fileno()) as path,
        pytest.raises(AudioError, match=r"holds more than 64 MB.*name the file instead"),
    ):
        read_pcm16(path)
    assert pipes.LARGEST == 64 << 20


# What libsndfile cannot read


@pytest.fixture(scope="module")
def encoded(tmp_path_factory):
    """The path of an audio file made by ffmpeg: 1.5 s of a tone."""
    folder = tmp_path_factory.mktemp("encoded")
    tone = 0.4 * np.sin(2 * np.pi * 440 * np.arange(66_150) / 44_100)
    soundfile.write(folder / "tone.wav", np.stack((tone, -tone), axis=1), 44_100)

    def make(kind, *options):
        path = folder / f"tone.{kind}"
        command = ["ffmpeg", "-nostdin", "-y", "-loglevel", "error", "-i", folder / "tone.wav"]
        subprocess.run([*command, *options, path], check=True, timeout=60)
        return path

    return make


def assert_is_the_tone(pcm16):
    """Check for the tone. Its channels cancel out, so it is there only if they were kept apart."""
    samples = np.frombuffer(pcm16, "<i2") / 32_768
    assert samples.size == pytest.approx(24_000, abs=1_600)  # AAC begins with a frame of silence
    middle = samples[4_000:20_000]
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.4 / np.sqrt(2), rel=0.05)
    spectrum = np.abs(np.fft.rfft(middle))
    assert np.argmax(spectrum) * 16_000 / middle.size == pytest.approx(440, abs=2)


KINDS = ["m4a", "mp4", "webm", "mka"]


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_of_files_are_decoded_by_ffmpeg(encoded, kind):
    path = encoded(kind)
    assert duration_s(path) is None
    assert_is_the_tone(read_pcm16(path))


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_of_files_are_decoded_through_a_pipe_too(encoded, kind):
    with piped(encoded(kind).read_bytes()) as path:
        assert_is_the_tone(read_pcm16(path))


def test_g722_which_has_no_header_is_known_by_its_suffix(encoded):
    path = encoded("g722", "-af", "pan=mono|c0=c0", "-ar", "16000")
    assert duration_s(path) is None
    assert_is_the_tone(read_pcm16(path))


def test_without_ffmpeg_the_message_says_to_install_it(encoded, monkeypatch, tmp_path):
    path = encoded("m4a")
    monkeypatch.setenv("PATH", str(tmp_path))
    for read in (read_pcm16, duration_s):
        with pytest.raises(AudioError, match=r"tone\.m4a .*install ffmpeg, which reads m4a, mp4"):
            read(path)


def test_an_ffmpeg_that_cannot_be_started_is_reported_in_one_line(encoded, monkeypatch, tmp_path):
    path = encoded("m4a")
    (tmp_path / "ffmpeg").write_text("no program")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AudioError, match=r"ffmpeg cannot be started \(Exec format error\)"):
        read_pcm16(path)


@pytest.mark.parametrize("kind", ["m4a", "webm"])
def test_a_file_that_ends_early_is_reported(encoded, kind):
    path = encoded(kind, *(["-movflags", "+faststart"] if kind == "m4a" else []))
    short = path.with_name(f"short.{kind}")
    short.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(AudioError, match=r"short\..* is not audio that can be read \(ffmpeg: "):
        read_pcm16(short)


def test_a_film_without_sound_is_reported(tmp_path):
    path = tmp_path / "film.mp4"
    colour = ["-f", "lavfi", "-i", "color=s=32x32:d=0.2"]
    subprocess.run(
        ["ffmpeg", "-nostdin", "-loglevel", "error", *colour, path], check=True, timeout=60
    )
    with pytest.raises(AudioError, match=r"film\.mp4 is not audio that can be read .*ffmpeg: "):
        read_pcm16(path)


def test_a_playlist_fetches_nothing(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        server.settimeout(0)
        address = f"http://127.0.0.1:{port}/a.ts"
        (tmp_path / "list.m3u8").write_text(
            f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n"
        )
        with pytest.raises(AudioError, match="not audio that can be read"):
            read_pcm16(tmp_path / "list.m3u8")
        with pytest.raises(BlockingIOError):
            server.accept()


def children():
    """The process ids of this thread's children, zombies included."""
    listed = Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text()
    return set(listed.split())


def test_no_process_is_left_whether_the_sound_is_read_to_its_end_or_not(encoded):
    path = encoded("m4a")
    before = children()
    read_pcm16(path)
    assert children() == before
    blocks = read_blocks(path, seconds=0.1)
    next(blocks)
    assert len(children() - before) == 1
    blocks.close()
    assert children() == before


COMPLAINS = """#!/bin/sh
while head -c 65536 /dev/zero >&2; do :; done
head -c 100000 /dev/zero >&2
exit 1
"""


def test_a_decoder_that_complains_without_end_is_not_waited_for(encoded, monkeypatch, tmp_path):
    path = encoded("m4a")
    (tmp_path / "ffmpeg").write_text(COMPLAINS)
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(AudioError, match="ffmpeg: ") as error:
        read_pcm16(path)
    assert len(str(error.value)) < 500
