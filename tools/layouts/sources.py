"""Reads the files of facts about layouts, and defines the order of keys in them."""

import json
import tomllib
from functools import cache
from pathlib import Path

from saykey.keyboard.tables import KEYS

DATA = Path(__file__).parent / "data"

ROWS = (
    (*(f"Digit{digit}" for digit in "1234567890"), "Minus", "Equal"),
    (*(f"Key{letter}" for letter in "QWERTYUIOP"), "BracketLeft", "BracketRight", "Backslash"),
    (*(f"Key{letter}" for letter in "ASDFGHJKL"), "Semicolon", "Quote"),
    (*(f"Key{letter}" for letter in "ZXCVBNM"), "Comma", "Period", "Slash"),
    ("Space", "Backquote", "IntlBackslash", "IntlRo", "IntlYen"),
)
"""The keys of saykey.keyboard.tables.KEYS by their names in the UI Events specification."""

assert sum(map(len, ROWS)) == len(KEYS)


@cache
def facts(name: str) -> dict:
    """The contents of a JSON file in DATA."""
    return json.loads((DATA / name).read_text("utf-8"))


@cache
def toml_facts(name: str) -> dict:
    """The contents of a TOML file in DATA; people write these by hand."""
    return tomllib.loads((DATA / name).read_text("utf-8"))
