"""Reads CLDR's sets of exemplar characters, as in ``[a á b {dž} c-e]`` (UTS #35, Unicode Sets)."""

import re
from unicodedata import normalize

_TOKEN = re.compile(r"\\u([0-9A-Fa-f]{4})|\{((?:\\.|[^}\\])+)\}|\\(.)|(.)", re.DOTALL)


def characters_of(written: str) -> list[str]:
    """The graphemes of a set in NFC, sorted; in a set, braces enclose several code points."""
    found: list[str] = []
    wants_range = False
    for code, braced, escaped, plain in _TOKEN.findall(written.strip()[1:-1]):
        if plain == " ":
            continue
        if plain == "-":
            wants_range = True
            continue
        text = chr(int(code, 16)) if code else _unescaped(braced) or escaped or plain
        if wants_range:
            found += [chr(point) for point in range(ord(found[-1]) + 1, ord(text) + 1)]
            wants_range = False
        else:
            found.append(text)
    return sorted({normalize("NFC", text) for text in found})


def _unescaped(text: str) -> str:
    text = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda code: chr(int(code[1], 16)), text)
    return re.sub(r"\\(.)", r"\1", text)
