"""A user's mistake gives one line that says what to do: status 2 for usage, 1 for failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from recorded import MODEL, RECORDING


def saykey(*arguments: object) -> tuple[int, str]:
    """The exit status and the one line on stderr of a command."""
    told = subprocess.run(
        [sys.executable, "-m", "saykey", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    lines = [line for line in told.stderr.splitlines() if not line.startswith("INFO ")]
    assert len(lines) == 1, told.stderr
    assert lines[0].startswith("saykey: ")
    return told.returncode, lines[0]


MODELS = {
    "missing": None,
    "empty": b"",
    "truncated": MODEL.read_bytes()[:1_000_000],
    "a GGUF": b"GGUF\x03\0\0\0" + bytes(4000),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(4000),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_file_that_is_no_model(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "own.bin"
    if (image := MODELS[kind]) is not None:
        file.write_bytes(image)
    status, line = saykey("demo", "--fast", "--model", file)
    assert status == 1
    assert "own.bin" in line


def test_an_unknown_model_name_is_answered_with_the_nearest_one() -> None:
    status, line = saykey("transcribe", "--model", "tiny.en-shrt", RECORDING)
    assert status == 1
    assert "tiny.en-short" in line


@pytest.mark.parametrize("command", ["transcribe", "demo"])
@pytest.mark.parametrize("kind", ["missing", "empty", "text", "folder"])
def test_a_file_that_is_no_audio_file(command: str, kind: str, tmp_path: Path) -> None:
    file = tmp_path / "own.wav"
    match kind:
        case "empty":
            file.touch()
        case "text":
            file.write_text("not a sound")
        case "folder":
            file.mkdir()
    status, line = saykey(command, file)
    assert status == 1
    assert "own.wav" in line


def test_a_microphone_that_does_not_exist() -> None:
    status, line = saykey("demo", "--mic", "nosuch")
    assert status == 1
    assert "alsa:nosuch" in line
    assert "[microphone]" in line


SETTINGS = {
    "[microphone]\npre_rol_ms = 300": ["pre_rol_ms", "pre_roll_ms"],
    "[microphone]\npre_roll_ms = 5000": ["pre_roll_ms", "2000"],
    "[button]\nmode = 'press'": ["mode", "hold", "toggle"],
    "[microphon]": ["microphon", "microphone"],
    "[microphone\nsource = 1": ["line 1"],
    "[[host]]\nlayout = 'us'\nos = 'beos'": ["os", "linux"],
}


@pytest.mark.parametrize("text", SETTINGS)
@pytest.mark.parametrize("command", ["run", "demo"])
def test_invalid_settings(command: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / "saykey.toml"
    file.write_text(text)
    status, line = saykey(command, "--config", file)
    assert status == 2
    assert all(part in line for part in SETTINGS[text]), line


def test_a_layout_without_a_table_is_refused_before_anything_is_typed(tmp_path: Path) -> None:
    file = tmp_path / "saykey.toml"
    file.write_text("[[host]]\nlayout = 'uss'")
    status, line = saykey("run", "--config", file)
    assert status == 2
    assert "uss" in line
    assert 'did you mean "us"' in line


def test_options_that_exclude_each_other() -> None:
    assert saykey("demo", "--mic", "default", "--fast")[0] == 2


def test_a_control_socket_in_a_folder_that_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "saykey.toml"
    file.write_text(f"[control]\nsocket = '{tmp_path}/none/control.sock'")
    status, line = saykey("run", "--config", file)
    assert status == 2
    assert "none" in line


@pytest.mark.parametrize("kind", ["file", "folder", "fifo", "other device"])
def test_a_transport_that_is_no_gadget_is_reported_with_advice(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "other"
    match kind:
        case "file":
            path.write_text("not a gadget")
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "other device":
            path = Path("/dev/null")
    file = tmp_path / "saykey.toml"
    file.write_text(
        f"[control]\nsocket = '{tmp_path}/control.sock'\n[[host]]\ntransport = 'usb:{path}'"
    )
    status, line = saykey("run", "--config", file)
    assert status == 2
    assert f'transport = "usb:{path}": this' in line
    assert "; name the device of the USB gadget" in line
