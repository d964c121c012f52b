"""`saykey transcribe` on the bundled recording and on several files."""

import json
import subprocess
import sys

from saykey.cli.demo import bundled

RECORDING, TEXT = bundled()


def transcribe(*arguments: object) -> str:
    command = [sys.executable, "-m", "saykey", "transcribe", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def test_one_file_is_told_as_its_text() -> None:
    assert transcribe(RECORDING).strip() == TEXT


def test_several_files_are_told_with_their_names() -> None:
    assert transcribe(RECORDING, RECORDING).splitlines() == [f"{RECORDING}: {TEXT}"] * 2


def test_json_tells_the_phrases_and_when_they_were_said() -> None:
    told = json.loads(transcribe(RECORDING, "--json"))
    assert (told["text"], told["model"]) == (TEXT, "saykey-demo")
    times = [(phrase["begin_s"], phrase["end_s"]) for phrase in told["phrases"]]
    assert len(times) == 4
    assert times == sorted(times)
