"""`saykey eval` with the bundled model: figures, reports, bad input and Ctrl-C."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from saykey.cli.demo import bundled

RECORDING, _ = bundled()


def saykey(*arguments, check=0):
    command = [sys.executable, "-m", "saykey", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == check, done.stderr
    return done


@pytest.fixture(scope="module")
def heard():
    """What the device types for the bundled recording."""
    return saykey("transcribe", RECORDING).stdout.strip()


@pytest.fixture
def dataset(tmp_path, heard):
    """The bundled recording with its right text, and with one that has a word more."""
    for name, text in (("right", heard), ("wrong", f"{heard} Unheard.")):
        (tmp_path / f"{name}.wav").symlink_to(RECORDING)
        (tmp_path / f"{name}.txt").write_text(text)
    return tmp_path


def test_the_figures_are_printed_as_tables(dataset, heard):
    (dataset / "more.wav").write_bytes(b"")
    (dataset / "more.txt").write_text("")
    told = saykey("eval", dataset, "--release", "0.3").stdout
    row = next(line for line in told.splitlines() if re.match(r"\S+ +2 +\d+ ", line))
    assert row.endswith("50.0 %  50.0 %")
    assert "the button was released 0.3 s after the last voice" in told
    assert f"left out: more: {dataset / 'more.wav'} is empty" in told
    assert heard not in told


def test_models_and_settings_are_compared_with_the_first(dataset):
    changes = ("--set", "recognizer.speculate=false", "--set", "recognizer.gate=false")
    told = json.loads(saykey("eval", dataset, "--json", "--limit", 1, *changes).stdout)
    assert [run["settings"] for run in told["runs"]] == [
        [],
        ["recognizer.speculate=false"],
        ["recognizer.gate=false"],
    ]
    assert [(each["recordings"], each["more"]) for each in told["differences"]] == [(1, 0.0)] * 2
    assert told["runs"][0]["memory_mb"] > 20
    assert told["runs"][0]["parameters"] > 1e6
    assert told["runs"][0]["release_to_transcript_ms"]["p50"] is not None


def test_a_report_is_written_with_the_texts(dataset, heard, tmp_path):
    told = saykey("eval", dataset, "--out", tmp_path / "out").stdout
    assert told.splitlines()[-1] == f"The report is {tmp_path / 'out' / 'report.html'}"
    assert heard in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["absent"], 1, "absent does not exist"),
        (["."], 1, "can be used"),
        ([".", "--model", "absent"], 1, "there is no model 'absent'"),
        ([".", "--set", "speech.pase_ms=1"], 2, 'did you mean "pause_ms"'),
        ([".", "--language", "English"], 2, "must be a language code"),
        ([".", "--limit", "0"], 2, "--limit"),
        ([], 2, "Missing argument"),
    ],
)
def test_mistakes_are_one_line(tmp_path, arguments, status, message):
    if "--model" in arguments:
        (tmp_path / "a.txt").write_text("")
        (tmp_path / "a.wav").write_bytes(b"")
    else:
        (tmp_path / "b.txt").write_text("")
    found = [str(tmp_path) if each == "." else each for each in arguments]
    done = saykey("eval", *found, check=status)
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_ctrl_c_ends_with_the_figures_so_far(dataset, heard, tmp_path):
    for number in range(30):
        (dataset / f"{number}.wav").symlink_to(RECORDING)
        (dataset / f"{number}.txt").write_text(heard)
    screen, terminal = os.openpty()
    out = tmp_path / "out"
    with subprocess.Popen(
        [sys.executable, "-m", "saykey", "eval", str(dataset), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=terminal,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm"},
        text=True,
    ) as process:
        os.close(terminal)
        shown = b""
        while not re.search(rb"[1-9]\d*%", shown):
            shown += os.read(screen, 4096)
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=60)
    shown += os.read(screen, 4096)
    os.close(screen)
    assert process.returncode == 130
    assert b"interrupted; the figures are those of the recordings heard" in shown
    assert b"Traceback" not in shown
    count = int(re.match(r"(\d+) recordings", told).group(1))
    assert 1 <= count < 32
    assert f"{count} recordings" in (out / "report.html").read_text()
