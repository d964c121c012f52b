"""`saykey transcribe` on the bundled recording and on several files."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from daemon import dictated

from nothing_invented.voices import FOLDER
from recorded import DICTATION, NAME, PHRASES
from saykey.audio.files import read_pcm16
from saykey.flow import SAMPLE_RATE

PROMPT = FOLDER / "held-out" / "please-try-again.flac"
TEXT = "Please try again."


def transcribe(*arguments: object) -> str:
    command = [sys.executable, "-m", "saykey", "transcribe", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_one_file_is_printed_as_its_text() -> None:
    assert dictated(transcribe(DICTATION))


def test_standard_input_is_read_from_a_pipe_and_from_a_file() -> None:
    command = [sys.executable, "-m", "saykey", "transcribe", "-"]
    sound = PROMPT.read_bytes()
    assert subprocess.check_output(command, input=sound, timeout=120) == f"{TEXT}\n".encode()
    with PROMPT.open("rb") as file:
        assert subprocess.check_output(command, stdin=file, timeout=120) == f"{TEXT}\n".encode()


def test_a_recording_of_a_phone_is_read_through_ffmpeg(tmp_path) -> None:
    made = ["ffmpeg", "-nostdin", "-loglevel", "error", "-i", PROMPT, tmp_path / "phone.m4a"]
    subprocess.run(made, check=True, timeout=60)
    assert transcribe(tmp_path / "phone.m4a").strip() == TEXT


def test_standard_input_may_be_named_only_once() -> None:
    command = [sys.executable, "-m", "saykey", "transcribe", "-", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert done.stderr == "saykey: standard input can be read once: leave one - out\n"


def test_several_files_are_printed_with_their_names() -> None:
    assert transcribe(PROMPT, PROMPT).splitlines() == [f"{PROMPT}: {TEXT}"] * 2


def test_json_holds_the_phrases_and_when_they_were_said() -> None:
    told = json.loads(transcribe(DICTATION, "--json"))
    assert dictated(told["text"])
    assert told["model"] == NAME
    times = [(phrase["begin_s"], phrase["end_s"]) for phrase in told["phrases"]]
    assert len(times) == PHRASES
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("peak_db", "notice"),
    [
        (-45, r"phrases too quiet: ([1-9]\d*) of \1; words may be missing: record it louder"),
        (-3, None),
        (15, r"phrases clipped: [1-9]\d* of \d+; words may be wrong: record it at a lower level"),
        (-80, "no words were heard: if there is speech in it, record it louder"),
    ],
)
def test_a_wrong_level_is_reported_beside_the_text(peak_db, notice, tmp_path) -> None:
    sound = np.frombuffer(read_pcm16(DICTATION), "<i2").astype(float)
    scaled = np.rint(sound / np.abs(sound).max() * 32_768 * 10 ** (peak_db / 20))
    file = tmp_path / "scaled.wav"
    soundfile.write(file, scaled.clip(-32_768, 32_767).astype("<i2"), SAMPLE_RATE)
    command = [sys.executable, "-m", "saykey", "transcribe", file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0
    expected = "" if notice is None else f"{re.escape(str(file))}: {notice}\n"
    assert re.fullmatch(expected, done.stderr), done.stderr
