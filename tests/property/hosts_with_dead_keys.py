"""Text fields of Windows and macOS with their dead keys, which read HID boot reports.

They read the dumps, the list of dead keys and libxkbcommon themselves, and know nothing of the
generator, the tables or the encoder. What dead keys compose is stated here a second time.
"""

# ruff: noqa: RUF001 - accents look alike

import json
import tomllib
from functools import cache
from pathlib import Path
from unicodedata import normalize

from saykey.simulated.evdev import KEY_CODES
from saykey.simulated.xkb import Keyboard

DATA = Path(__file__).parents[2] / "tools/layouts/data"
NOTHING = "\ufffd"
SPACE = 0x2C

ROWS = (
    (*range(0x1E, 0x28), 0x2D, 0x2E),
    (0x14, 0x1A, 0x08, 0x15, 0x17, 0x1C, 0x18, 0x0C, 0x12, 0x13, 0x2F, 0x30, 0x31),
    (0x04, 0x16, 0x07, 0x09, 0x0A, 0x0B, 0x0D, 0x0E, 0x0F, 0x33, 0x34),
    (0x1D, 0x1B, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38),
    (SPACE, 0x35, 0x64, 0x87, 0x89),
)
"""Usages of page 0x07, row by row as in a dump."""

CHORDS = {"": (), "Shift": (0xE1,), "AltGr": (0xE6,), "Shift+AltGr": (0xE1, 0xE6)}
SHIFTS, ALT_GR = 0x22, 0x40  # bits of a report's first byte: both Shift keys, right Alt

MARKS = dict(
    zip(
        "´`^¨~ˇ°ˆ˜'\"",
        "\u0301\u0300\u0302\u0308\u0303\u030c\u030a\u0302\u0303\u0301\u0308",
        strict=True,
    )
)
VOWELS = "aeiouAEIOU"
COMPOSES = {
    "windows": {"´": VOWELS + "yY", "`": VOWELS, "^": VOWELS, "¨": VOWELS + "y", "~": "anoANO"},
    "macos": {
        **dict.fromkeys("´`^ˆ'\"", VOWELS),
        **dict.fromkeys("~˜", "anoANO"),
        "¨": VOWELS + "yY",
    },
}
ALSO = {
    "cz": {"ˇ": "cdelnrstzCDELNRSTZ", "°": "auAU", "´": "aceilnorsuyzACEILNORSUYZ"},
    "hu": {"´": "aceilnorsuyzACEILNORSUYZ", "^": "aioAIO", "¨": "aeouAEOU", "°": "uU", "ˇ": ""},
    "pl": {"~": ""},
    "tr": {"´": VOWELS, "¨": VOWELS},
    "us+intl": {"'": VOWELS + "cyCY", '"': VOWELS + "y"},
}
"""Windows' layouts that compose more or less than others."""


@cache
def dumps():
    return json.loads((DATA / "vscode_keyboards.json").read_text("utf-8"))["layouts"]


@cache
def told():
    return tomllib.loads((DATA / "host_keys.toml").read_text("utf-8"))


@cache
def keys_and_dead_keys(os, name):
    known = told()[os]["layouts"].get(name, {})
    if "variant" in known:
        return shown_by_variant(known), known["dead"]
    dump = dumps()[os][name]
    return shown_by_dump(dump), dump["dead"] or known.get("dead", {})


class Host:
    """One keyboard and one text field; ``stray`` counts accents that composed nothing."""

    def __init__(self, os, name):
        self.text = ""
        self.stray = 0
        self._keys, self._dead = keys_and_dead_keys(os, name)
        self._composes = COMPOSES[os] | (ALSO.get(name, {}) if os == "windows" else {})
        self._special = {("'", "c"): "ç", ("'", "C"): "Ç"}
        self._down = frozenset()
        self._waiting = ""

    def read(self, report):
        modifiers, keys = report[0], frozenset(report[2:]) - {0}
        assert not modifiers & ~(SHIFTS | ALT_GR), f"a shortcut: {report.hex()}"
        for usage in keys - self._down:
            self._press(chord_of(modifiers), usage)
        self._down = keys

    def _press(self, chord, usage):
        stroke = f"{chord}+{usage:02x}" if chord else f"{usage:02x}"
        if stroke in self._dead:
            assert not self._waiting, "two dead keys in a row"
            self._waiting = self._dead[stroke]
            return
        typed = self._keys[chord, usage]
        accent, self._waiting = self._waiting, ""
        self.text += self._composed(accent, typed) if accent else typed

    def _composed(self, accent, typed):
        if typed == " ":
            return accent
        if typed in self._composes.get(accent, ""):
            return self._special.get((accent, typed)) or normalize("NFC", typed + MARKS[accent])
        self.stray += 1
        return accent + typed


def chord_of(modifiers):
    shift, alt_gr = bool(modifiers & SHIFTS), bool(modifiers & ALT_GR)
    return {
        (False, False): "",
        (True, False): "Shift",
        (False, True): "AltGr",
        (True, True): "Shift+AltGr",
    }[shift, alt_gr]


def shown_by_dump(dump):
    return {
        (chord, usage): character
        for chord, rows in dump["rows"].items()
        for usages, row in zip(ROWS, rows, strict=True)
        for usage, character in zip(usages, row, strict=True)
        if character != NOTHING
    }


def shown_by_variant(known):
    """A variant of xkeyboard-config, as macOS reads a keyboard that it takes for an ANSI one."""
    name, _, variant = known["variant"].partition("+")
    keyboard = Keyboard(name, variant)
    shown = {}
    for chord, held in CHORDS.items():
        for usage in held:
            keyboard.update(KEY_CODES[usage], down=True)
        for usage in (usage for row in ROWS for usage in row):
            swapped = {0x35: 0x64, 0x64: 0x35}.get(usage, usage)
            shown[chord, usage] = keyboard.text(KEY_CODES[swapped])
        for usage in held:
            keyboard.update(KEY_CODES[usage], down=False)
    for stroke, character in known.get("keys", {}).items():
        chord, _, usage = stroke.rpartition("+")
        shown[chord, int(usage, 16)] = character
    return shown
