"""A settings file with any content is either right or refused in one line that names the file."""

import json

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from saykey.checks.whole import machine_findings
from saykey.errors import SettingsError
from saykey.settings.load import parse
from saykey.settings.schema import Settings

SECTIONS = [field for field in Settings.__struct_fields__ if field != "host"]
KEYS = sorted({key for name in SECTIONS for key in getattr(Settings(), name).__struct_fields__})

values = st.one_of(
    st.booleans().map(json.dumps),
    st.integers().map(str),
    st.floats().map(str),
    st.text().map(json.dumps),
    st.sampled_from(['""', "[]", "{}", "1979-05-27", "07:32:00", "inf", '"toggle"', "[{}]"]),
)
tables = st.builds(
    lambda head, key, value: f"{head}\n{key} = {value}\n",
    st.sampled_from(["", "[[host]]", *(f"[{name}]" for name in SECTIONS)]),
    st.sampled_from([*KEYS, *SECTIONS, "host", '"a b"']),
    values,
)


def outcome(toml_text):
    try:
        return parse(toml_text, "saykey.toml")
    except SettingsError as error:
        return str(error)


def right_or_one_printable_line(result):
    return isinstance(result, Settings) or (
        result.startswith("saykey.toml") and result.isprintable() and len(result) < 400
    )


@given(st.text())
def test_any_text_is_right_or_refused_in_one_line(toml_text):
    assert right_or_one_printable_line(outcome(toml_text))


@given(tables)
def test_any_value_of_any_key_is_right_or_refused_in_one_line(toml_text):
    result = outcome(toml_text)
    assert right_or_one_printable_line(result)
    if isinstance(result, Settings):
        assert msgspec.convert(msgspec.to_builtins(result), Settings) == result


paths = st.one_of(
    st.text(),
    st.text(alphabet="/.a\u00e9", max_size=300),
    st.sampled_from(["/", "/dev/null", "/dev", "/proc/self/maps", "a" * 100, "\u4e2d" * 90]),
)
NAMES_AND_PATHS = (
    ("[microphone]", "source", "file:"),
    ("[recognizer]", "model", ""),
    ("[recognizer]", "model", "./"),
    ("[[host]]", "transport", "usb:"),
    ("[[host]]", "transport", "socket:"),
    ("[[host]]", "layout", ""),
    ("[control]", "socket", ""),
    ("[held]", "mirror", ""),
)


@given(st.sampled_from(NAMES_AND_PATHS), paths)
def test_the_whole_check_prints_any_name_or_path_in_printable_lines(place, path):
    head, key, kind = place
    result = outcome(f"{head}\n{key} = {json.dumps(kind + path, ensure_ascii=False)}\n")
    if isinstance(result, Settings):
        assert all(found.line.isprintable() for found in machine_findings(result))
