"""The settings file: what it may hold, and the message for one that is wrong."""

import re
from pathlib import Path

import msgspec
import pytest

from saykey.errors import SettingsError
from saykey.settings import text as settings_text
from saykey.settings.load import load, parse
from saykey.settings.schema import HostSettings, Settings

ROOT = Path(__file__).parents[2]


def complaint(toml_text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        parse(toml_text, "saykey.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_an_empty_file_means_the_defaults():
    assert parse("", "saykey.toml") == Settings()


def test_keys_given_are_taken_and_keys_left_out_keep_their_defaults():
    settings = parse('[button]\nmode = "toggle"\n[speech]\nlongest_s = 20', "saykey.toml")
    assert (settings.button.mode, settings.button.tap_ms) == ("toggle", 300)
    assert settings.speech.longest_s == 20.0


def test_hosts_are_a_list_in_the_order_of_the_file():
    settings = parse('[[host]]\nname = "mac"\nos = "macos"\n[[host]]\nname = "box"', "saykey.toml")
    assert settings.host == (HostSettings(name="mac", os="macos"), HostSettings(name="box"))


@pytest.mark.parametrize(
    ("toml_text", "expected"),
    [
        (
            "[buton]",
            'saykey.toml: there is no section "buton" (did you mean "button"?); sections: '
            "button, control, held, host, microphone, panel, recognizer, speech, text",
        ),
        (
            "[button]\nmdoe = 1",
            'saykey.toml: [button] has no key "mdoe" (did you mean "mode"?); '
            "keys: bounce_ms, gpio, mode, tap_ms",
        ),
        (
            "[[host]]\n[[host]]\nqwertz = 1",
            'saykey.toml: [[host]] number 2 has no key "qwertz"; keys: '
            "caps, layout, name, newline, os, pace, transliterate, transport, unicode",
        ),
        (
            '[button]\nmode = "latch"',
            'saykey.toml: [button] mode = "latch" must be "hold" or "toggle"',
        ),
        (
            "[button]\ngpio = 99",
            "saykey.toml: [button] gpio = 99 must be a whole number from 0 to 27",
        ),
        (
            "[button]\ntap_ms = true",
            "saykey.toml: [button] tap_ms = true must be a whole number from 50 to 1000",
        ),
        (
            "[speech]\nlongest_s = nan",
            "saykey.toml: [speech] longest_s = nan must be a number from 5 to 29",
        ),
        (
            "[recognizer]\nspeculate = 1",
            "saykey.toml: [recognizer] speculate = 1 must be true or false",
        ),
        (
            '[microphone]\nsource = "hw:0"',
            'saykey.toml: [microphone] source = "hw:0" must be "alsa:DEVICE" or "file:PATH"',
        ),
        (
            '[[host]]\nname = ""',
            'saykey.toml: [[host]] name = "" must be text in quotes of at most 16 characters, '
            "not empty",
        ),
        (
            "[recognizer]\nlanguage = 1979-05-27",
            "saykey.toml: [recognizer] language = a date must be a language code such as "
            '"en", or several such as "en, de"',
        ),
        (
            "button = 1",
            "saykey.toml: button = 1 must be a section; write [button] above its keys",
        ),
        (
            '[host]\nname = "box"',
            "saykey.toml: host must be a list of sections; write [[host]] above the keys of each",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_would_be_right(toml_text, expected):
    assert complaint(toml_text) == expected


@pytest.mark.parametrize(
    ("toml_text", "expected"),
    [
        (
            '[[host]]\nos = "macos"\nunicode = "wincompose"',
            'saykey.toml: [[host]] "computer": unicode = "wincompose" is not for os = "macos", '
            "which has: none, hex-input",
        ),
        ("host = []", "saykey.toml: there must be at least one [[host]]"),
        (
            "[[host]]\n[[host]]",
            'saykey.toml: two hosts are called "computer"; give each [[host]] another name',
        ),
        (
            "[speech]\npause_ms = 900",
            "saykey.toml: [speech] pause_ms = 900 must be less than hang_over_ms = 700",
        ),
        (
            "[button]\ngpio = 4\n[panel]\nled_gpio = 4",
            "saykey.toml: [button] gpio and [panel] led_gpio are both 4; use two pins",
        ),
    ],
)
def test_keys_that_contradict_each_other_are_refused(toml_text, expected):
    assert complaint(toml_text) == expected


def test_what_is_no_toml_is_refused_with_its_line():
    said = complaint("[button]\nmode =\n")
    assert said.startswith("saykey.toml: not TOML: ")
    assert "line 2" in said


def test_values_too_big_or_too_deep_for_any_key_are_refused_in_one_line():
    assert "nested too deeply" in complaint("x = " + "[" * 20_000)
    assert "not TOML" in complaint("[button]\ngpio = " + "9" * 10_000)
    assert len(complaint(f'[button]\nmode = "{"x" * 10_000}"')) < 120


def test_control_characters_of_the_file_do_not_reach_the_terminal():
    assert "\\u009b" in complaint('[button]\nmode = "\\u009b31m"')


def test_a_file_that_was_named_must_be_there(tmp_path):
    with pytest.raises(SettingsError, match=r"absent\.toml: no such settings file"):
        load(tmp_path / "absent.toml")


def test_a_directory_or_bytes_that_are_no_text_are_refused_by_name(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path)
    binary = tmp_path / "saykey.toml"
    binary.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(binary)


def test_the_byte_order_mark_and_line_ends_of_windows_are_accepted(tmp_path):
    file = tmp_path / "saykey.toml"
    file.write_bytes(b'\xef\xbb\xbf[button]\r\nmode = "toggle"\r\n')
    assert load(file).button.mode == "toggle"


def test_without_a_name_the_standard_file_is_read_if_it_is_there(tmp_path):
    standard = tmp_path / "saykey.toml"
    assert load(None, standard) == Settings()
    standard.write_text("[button]\ntap_ms = 250\n")
    assert load(None, standard).button.tap_ms == 250


def test_the_document_loads_to_the_defaults_and_shows_every_key():
    text = settings_text.document()
    assert parse(text, "document") == Settings()
    shown = re.findall(r"^(?:# )?(\w+) =", text, re.MULTILINE)
    sections = [
        type(value[0] if isinstance(value, tuple) else value)
        for value in msgspec.structs.astuple(Settings())
    ]
    assert shown == [name for section in sections for name in section.__struct_fields__]


def test_docstrings_describe_each_key_and_no_other():
    for value in msgspec.structs.astuple(Settings()):
        section = type(value[0] if isinstance(value, tuple) else value)
        about, docs = settings_text.docs_of(section)
        assert about
        assert tuple(docs) == section.__struct_fields__
        assert all(docs.values())


def test_the_settings_page_is_current_or_else_run_make_docs():
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    assert page == settings_text.page()
