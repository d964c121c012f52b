"""The offline device and the running device type the same text, with the bundled model."""

import json
import subprocess
import sys

import pytest
import soundfile

from recorded import DICTATION


def saykey(*arguments: object) -> dict:
    command = [sys.executable, "-m", "saykey", *map(str, arguments), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def cut_off(tmp_path):
    """The recording up to a place within its last words."""
    path = tmp_path / "cut-off.wav"
    sound, rate = soundfile.read(DICTATION, dtype="int16")
    soundfile.write(path, sound[: len(sound) * 9 // 10], rate)
    return path


def test_transcribe_prints_what_the_running_device_types(cut_off):
    for recording in (DICTATION, cut_off):
        typed = saykey("demo", recording, "--fast")["typed"]
        assert typed
        assert saykey("transcribe", recording)["text"] == typed
