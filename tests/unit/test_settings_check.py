"""One check of a whole settings file: its findings, their wording, and the commands that use it."""

import os
import re
import socket
import sys
from pathlib import Path

import pytest

from saykey import cli
from saykey.checks.whole import check_file
from saykey.settings.finding import Grade
from saykey.settings.text import document
from saykey.transport import usb

CONTROL = '[control]\nsocket = "FOLDER/control.sock"\n'


@pytest.fixture
def lines(tmp_path):
    """Check a text, in which FOLDER is replaced by a folder on a disk; the lines of the findings.

    Lines of warnings begin with "warning: ".
    """

    def found(toml_text: str) -> list[str]:
        file = tmp_path / "saykey.toml"
        file.write_text(toml_text.replace("FOLDER", str(tmp_path)))
        return [
            ("warning: " if finding.grade is Grade.WARNING else "")
            + finding.line.replace(str(tmp_path), "FOLDER")
            for finding in check_file(file).findings
        ]

    return found


BETWEEN_KEYS = {
    "[button]\ntap_ms = 50\nbounce_ms = 50": (
        "[button] tap_ms = 50 must be more than bounce_ms = 50: no shorter press is noticed"
    ),
    '[button]\ngpio = 2\n[panel]\ndisplay = "sh1106"': (
        "[button] gpio = 2 is a pin of the display's bus: i2c_port = 1 has GPIO 2 and 3; "
        "use another pin"
    ),
    '[panel]\ndisplay = "ssd1306"\ni2c_port = 0\nled_gpio = 1': (
        "[panel] led_gpio = 1 is a pin of the display's bus: i2c_port = 0 has GPIO 0 and 1; "
        "use another pin"
    ),
    "[button]\ngpio = 4\n[panel]\nled_gpio = 4": (
        "[button] gpio and [panel] led_gpio are both 4; use two pins"
    ),
    '[[host]]\nos = "windows"\npace = "wire"': (
        'warning: [[host]] "computer": pace = "wire" types wrong capitals on os = "windows"; '
        'set pace = "safe"'
    ),
    '[[host]]\ntransport = "socket:FOLDER/a"\n[control]\nsocket = "FOLDER//a"': (
        "[control] socket and [[host]] transport both name FOLDER/a; give each a path of its own"
    ),
    '[[host]]\nname = "a\\tb"': (
        '[[host]] name = "a\\tb" must be text in quotes of at most 16 characters, not empty'
    ),
    '[[host]]\ntransport = "usb:\\u0000"': (
        '[[host]] transport = "usb:\\u0000" must be "usb:DEVICE" or "socket:PATH"'
    ),
}

OF_THE_HOST = {
    '[[host]]\nlayout = "uk"': (
        '[[host]] "computer": layout = "uk" is not known for os = "linux"; '
        'did you mean "gb" or "ua"? `saykey layouts --os linux` lists all'
    ),
    '[[host]]\nos = "windows"\nlayout = "us+dvorak"': (
        '[[host]] "computer": layout = "us+dvorak" is not known for os = "windows"; '
        'did you mean "us"? `saykey layouts --os windows` lists all'
    ),
    '[[host]]\nos = "macos"\nlayout = "@@@@"': (
        '[[host]] "computer": layout = "@@@@" is not known for os = "macos"; '
        "`saykey layouts --os macos` lists all"
    ),
    '[[host]]\nos = "macos"\nlayout = "gb"\nunicode = "hex-input"': (
        '[[host]] "computer": unicode = "hex-input" does not fit layout = "gb", which lacks keys '
        'that it needs; set layout = "us", whose keys it has, or unicode = "none"'
    ),
    '[[host]]\nlayout = "gr"\nunicode = "ctrl+shift+u"': (
        '[[host]] "computer": unicode = "ctrl+shift+u" does not fit layout = "gr", which lacks '
        'keys that it needs; set unicode = "none"'
    ),
    '[[host]]\ntransport = "usb:FOLDER/file"': (
        '[[host]] transport = "usb:FOLDER/file": this is no device, and what is typed would be '
        "written into it; name the device of the USB gadget, such as /dev/hidg0"
    ),
    '[[host]]\ntransport = "socket:FOLDER/file"': (
        '[[host]] transport = "socket:FOLDER/file": this is not a socket; '
        "name the socket of a simulated host, or remove this file"
    ),
    f'[[host]]\ntransport = "socket:/{"x" * 107}"': (
        f'[[host]] transport = "socket:/{"x" * 107}": the path has 108 bytes; a socket\'s path '
        "may have 107; name a shorter one"
    ),
}

OF_THE_MODEL = {
    '[recognizer]\nmodel = "tiny.en-shrt"': (
        "warning: [recognizer] model = \"tiny.en-shrt\": there is no model 'tiny.en-shrt'; did you "
        "mean 'tiny.en-short'? There are: tiny.en-short. `saykey model pull` and `saykey model "
        "import` bring others"
    ),
    '[recognizer]\nmodel = "base-q5_1"': (
        'warning: [recognizer] model = "base-q5_1": it is not on this device; '
        "`saykey model pull base-q5_1` downloads it"
    ),
    '[recognizer]\nmodel = "FOLDER/none.bin"': (
        'warning: [recognizer] model = "FOLDER/none.bin": FOLDER/none.bin: there is no such model '
        "file"
    ),
    '[recognizer]\nmodel = "FOLDER/file"': (
        'warning: [recognizer] model = "FOLDER/file": FOLDER/file is not a speech model; '
        "Saykey reads Whisper models as ggml (.bin), GGUF and safetensors"
    ),
    '[recognizer]\nmodel = "FOLDER"': (
        'warning: [recognizer] model = "FOLDER": it is not in the store; '
        "`saykey model import FOLDER` puts it there"
    ),
    '[recognizer]\nlanguage = "de"': (
        'warning: tiny.en-short knows English only and [recognizer] language is "de"; choose a '
        'multilingual model, one without ".en", or set language = "en"'
    ),
    '[recognizer]\nlanguage = "en, gr"': (
        '[recognizer] language = "en, gr": no model knows "gr"; did you mean "el"? '
        "codes are those of ISO 639-1, such as en, de, el"
    ),
    f'[recognizer]\nvocabulary = "{"Ada, " * 113}"': (
        "warning: [recognizer] vocabulary has 226 words and commas; the model uses only the last "
        "224; leave out words that the model spells right without it"
    ),
}

OF_THE_PLACES = {
    '[microphone]\nsource = "file:FOLDER/none.wav"': (
        'warning: [microphone] source = "file:FOLDER/none.wav": cannot read FOLDER/none.wav: '
        "No such file or directory; name a readable audio file"
    ),
    f'[held]\nmirror = "/{"ü" * 130}"': (
        f'[held] mirror = "/{"ü" * 130}" cannot be used (File name too long): set [held] mirror to '
        'another path; or to "" to keep no text over a crash'
    ),
    f'[[host]]\ntransport = "usb:/dev/{"x" * 256}"': (
        f'[[host]] transport = "usb:/dev/{"x" * 256}": File name too long; name another path'
    ),
    f'[microphone]\nsource = "file:/{"x" * 256}"': (
        f'warning: [microphone] source = "file:/{"x" * 256}": File name too long; '
        "name another recording"
    ),
    f'[recognizer]\nmodel = "/{"x" * 256}"': (
        f'warning: [recognizer] model = "/{"x" * 256}": File name too long'
    ),
    '[microphone]\nsource = "file:FOLDER/pipe"': (
        'warning: [microphone] source = "file:FOLDER/pipe": FOLDER/pipe is not a file: '
        "name a recording"
    ),
    '[control]\nsocket = "FOLDER/none/control.sock"': (
        '[control] socket = "FOLDER/none/control.sock": there is no directory FOLDER/none; '
        "make it or set [control] socket"
    ),
    '[control]\nsocket = "FOLDER/file"': (
        '[control] socket = "FOLDER/file": FOLDER/file is not a socket; '
        "remove it or set [control] socket"
    ),
    f'[control]\nsocket = "/{"ü" * 60}"': (
        f'[control] socket = "/{"ü" * 60}": the path /{"ü" * 60} is longer than the 107 bytes a '
        "socket may have; set [control] socket"
    ),
    '[held]\nmirror = "/proc/held.json"': (
        '[held] mirror = "/proc/held.json" is not in memory (proc): set [held] mirror to a path '
        'below /run; or to "" to keep no text over a crash'
    ),
    '[held]\nmirror = "FOLDER/none/held.json"': (
        '[held] mirror = "FOLDER/none/held.json" has no folder FOLDER/none: make it, or set '
        '[held] mirror; or to "" to keep no text over a crash'
    ),
}

FAULTS = BETWEEN_KEYS | OF_THE_HOST | OF_THE_MODEL | OF_THE_PLACES


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    """Create a file and a named pipe, and leave only the bundled model."""
    (tmp_path / "file").write_text("some text")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))


@pytest.mark.parametrize("toml_text", FAULTS)
def test_each_kind_of_fault_is_one_line_that_says_what_to_do(lines, toml_text):
    assert lines(toml_text) == [FAULTS[toml_text]]


RIGHT = {
    "nothing": "",
    "all defaults": document(),
    "hosts on one cable": '[[host]]\nname = "a"\n[[host]]\nname = "b"\nos = "windows"\n',
    "a gadget that is not there yet": '[[host]]\ntransport = "usb:/dev/hidg9"\n',
    "pins besides another bus": "[button]\ngpio = 2\n[panel]\nled_gpio = 3\n",
    "a display on a bus by an overlay": (
        '[panel]\ndisplay = "sh1106"\ni2c_port = 3\nled_gpio = 3\n'
    ),
    "no microphone of that name": '[microphone]\nsource = "alsa:nosuch"\n',
    "no mirror": '[held]\nmirror = ""\n',
    "numbers on the keypad": ('[[host]]\nos = "windows"\nlayout = "ru"\nunicode = "alt+numpad"\n'),
    "hex input": '[[host]]\nos = "macos"\nunicode = "hex-input"\n',
}


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_right_or_may_appear_later_is_no_fault(lines, kind):
    assert lines(RIGHT[kind]) == []


def test_a_socket_that_is_there_is_right_for_a_host_and_for_control(lines, tmp_path):
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "s"))
        assert lines(CONTROL.replace("control.sock", "s")) == []
        assert lines('[[host]]\ntransport = "socket:FOLDER/s"') == []


def test_the_keyboard_of_a_gadget_is_known_by_its_class_in_sysfs(lines, tmp_path, monkeypatch):
    monkeypatch.setattr(usb, "_DEVICES", tmp_path)
    text = '[[host]]\ntransport = "usb:/dev/null"'
    number = Path("/dev/null").stat().st_rdev
    device = tmp_path / f"{os.major(number)}:{os.minor(number)}"
    device.mkdir()
    subsystem = device / "subsystem"
    subsystem.symlink_to(tmp_path / "class/mem")
    (tmp_path / "class/mem").mkdir(parents=True)
    assert lines(text) == [
        '[[host]] transport = "usb:/dev/null": this device is no USB gadget\'s keyboard; '
        "name the device of the USB gadget, such as /dev/hidg0"
    ]
    subsystem.unlink()
    subsystem.symlink_to(tmp_path / "class/hidg")
    (tmp_path / "class/hidg").mkdir()
    assert lines(text) == []


def test_all_faults_are_found_and_those_of_a_wrong_section_hide_no_other(lines):
    found = lines("""
        [button]
        mode = 1
        gpio = 99
        [recognizer]
        model = "tiny.en-shrt"
        [[host]]
        layout = "uk"
        [[host]]
        os = "win"
        layout = "de+neo"
        [[host]]
        [held]
        mirror = "/proc/held.json"
    """)
    assert [
        re.search(r"\b(mode|gpio|os|called|model|layout|mirror)\b", line)[0] for line in found
    ] == [*("mode", "gpio", "os", "called", "model", "layout", "mirror")]


@pytest.fixture
def opened():
    """The paths that are opened while the test runs."""
    paths, watching = [], True

    def note(event, arguments):
        if watching and event == "open":
            paths.append(str(arguments[0]))

    sys.addaudithook(note)
    yield paths
    watching = False


def test_a_missing_model_is_reported_without_reading_those_that_are_there(lines, tmp_path, opened):
    store = tmp_path / "state/models"
    store.mkdir(parents=True)
    (store / "large.gguf").write_bytes(b"GGUF" + bytes(1000))
    opened.clear()
    (line,) = lines('[recognizer]\nmodel = "larg"')
    assert "did you mean 'large'?" in line
    assert opened
    assert not any(path.endswith(".gguf") for path in opened)


def test_run_refuses_with_the_first_error_and_says_how_to_see_the_others(lines, tmp_path, capsys):
    text = '[[host]]\nlayout = "uk"\n[recognizer]\nmodel = "shrt"\n[held]\nmirror = "/proc/x"\n'
    warning, first, _ = lines(text)
    assert warning.startswith("warning: ")
    file = tmp_path / "saykey.toml"
    assert cli.main(["run", "--config", str(file)]) == 2
    more = f" (2 more: `saykey settings check {file}` prints all)"
    assert capsys.readouterr().err == f"saykey: {file}: {first}{more}\n"
