"""The command line of the training: a whole run with a tiny model, and users' mistakes."""

import os
import re
import signal
import subprocess
import sys

import numpy as np
import pytest
from jax.errors import JaxRuntimeError
from short_windows_rig import BATCH, tone, write_model, write_wav
from whisper_files import import_file

from short_windows import models
from short_windows.__main__ import Interrupt, main
from short_windows.commands import in_words


@pytest.fixture(scope="module")
def teacher(tmp_path_factory):
    return write_model(tmp_path_factory.mktemp("teacher"))


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    """A folder of short recordings, one of which is held out and has a text."""
    folder = tmp_path_factory.mktemp("speech")
    for number in range(3):
        write_wav(folder / f"{number}.wav", tone(0.5, 300 + 200 * number))
    write_wav(folder / "conf-muted.wav", tone(0.6, 350)).with_suffix(".txt").write_text("w616")
    return folder


@pytest.fixture
def places(teacher, speech, tmp_path):
    """What the names in the table of wrong options stand for."""
    (tmp_path / "EMPTY").mkdir()
    missing = {name: tmp_path / name for name in ("OUT", "NOWHERE", "EMPTY")}
    return {"MODEL": teacher, "SPEECH": speech, **missing}


def run(capsys, *arguments):
    """The exit status, and the lines of output and errors."""
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out.splitlines(), err.splitlines()


def test_teaching_writes_a_folder_that_can_be_imported_and_measures_it(
    teacher, speech, tmp_path, capsys
):
    out = tmp_path / "student"
    status, _, lines = run(
        capsys, "teach", teacher, out, "--data", speech, "--test", speech,
        *("--batch", BATCH, "--steps", 1, "--peak-rate", "1e-3", "--seed", 3),
    )  # fmt: skip
    told = "\n".join(lines)
    assert status == 0, told
    assert "3 pieces of speech" in told
    for who in ("teacher", "student"):
        assert re.search(rf"the {who}, window with padding 0: .* of 1 words\)", told)
        assert re.search(rf"the {who}, full window: .* of 1 words\)", told)
        assert re.search(rf"the {who}, probability of no speech", told)
    assert re.search(r"step 1 of 1, .* left; loss: text \d", told)
    assert f"saykey model import {out} --quantisation q8_0 --dynamic-context" in told
    assert sorted(path.name for path in out.iterdir()) == [
        "config.json",
        "model.safetensors",
        "vocab.json",
    ]
    before, after = models.read(teacher), models.read(out)
    name = "decoder.blocks.mlp.0.weight"
    assert not np.array_equal(before.weights[name], after.weights[name])
    assert import_file(out, tmp_path, "student", "q8_0").facts.quantisation == "q8_0"


def test_evaluating_prints_a_line_for_each_padding(teacher, speech, capsys):
    status, out, lines = run(
        capsys, "evaluate", teacher, "--test", speech, "--padding", 0, "--batch", BATCH
    )
    assert (status, lines) == (0, [])
    assert [line.split(":")[0] for line in out] == [
        "window with padding 0",
        "full window",
        "probability of no speech, median",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("", "the following arguments are required: command"),
        ("learn", "invalid choice: 'learn'"),
        ("teach MODEL OUT", "the following arguments are required: --data"),
        ("teach MODEL OUT --data SPEECH --steps 0", "argument --steps: must be at least 1"),
        ("teach MODEL OUT --data SPEECH --steps x", "argument --steps: 'x' is no whole number"),
        ("teach MODEL OUT --data SPEECH --peak-rate 2", "'2' is not between 0 and 1"),
        ("teach MODEL OUT --data NOWHERE", "NOWHERE is no folder"),
        ("teach MODEL OUT --data EMPTY", "EMPTY holds no recordings"),
        ("teach MODEL OUT --data SPEECH --noise NOWHERE", "NOWHERE is no folder"),
        ("teach MODEL SPEECH --data SPEECH", "SPEECH exists already; name a new folder"),
        ("teach MODEL OUT --data SPEECH --held-out NOWHERE", "NOWHERE is no JSON list"),
        ("evaluate MODEL", "there is nothing to test with; name a folder with --test"),
        ("evaluate MODEL --test SPEECH --texts NOWHERE", "NOWHERE is no list of texts"),
    ],
)
def test_a_wrong_option_gives_one_line_and_exit_status_2(places, capsys, arguments, message):
    words = [places.get(word, word) for word in arguments.split()]
    status, _, lines = run(capsys, *words)
    for name, path in places.items():
        message = message.replace(name, str(path))
    assert status == 2
    assert len(lines) == 1, lines
    assert message in lines[0]
    assert not places["OUT"].exists()


@pytest.mark.parametrize(("content", "message"), [(None, "No such file"), (b"no", "NOT-A-MODEL")])
def test_a_model_that_cannot_be_read_gives_one_line_and_exit_status_1(
    speech, tmp_path, capsys, content, message
):
    path = tmp_path / "NOT-A-MODEL"
    if content:
        path.write_bytes(content)
    status, _, lines = run(capsys, "teach", path, tmp_path / "out", "--data", speech)
    assert (status, len(lines)) == (1, 1), lines
    assert message in lines[0]


def test_the_first_ctrl_c_asks_and_the_second_ends(capsys):
    interrupt = Interrupt()
    with interrupt.watched():
        assert not interrupt.asked
        signal.raise_signal(signal.SIGINT)
        assert interrupt.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert "press Ctrl-C again" in capsys.readouterr().err


def test_too_little_memory_and_other_errors_of_the_accelerator_are_one_line():
    full = in_words(JaxRuntimeError("RESOURCE_EXHAUSTED: Out of memory\nallocating 9 GB"))
    assert "choose a smaller --batch" in str(full)
    assert (
        str(in_words(JaxRuntimeError("INTERNAL: broken\nmore"))) == "JAX failed: INTERNAL: broken"
    )


def test_a_missing_package_is_named(tmp_path):
    """The program runs where only the device's packages are installed."""
    (tmp_path / "jax.py").write_text("raise ModuleNotFoundError('No jax', name='jax')")
    search = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "short_windows", "evaluate", "model"],
        env={**os.environ, "PYTHONPATH": search},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "short_windows: jax is not installed; install what docs/short-windows.md names\n"
    )
