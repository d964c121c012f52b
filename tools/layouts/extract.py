"""Extracts the facts that the tables need from unpacked npm packages. Run it when those change.

    python -m layouts.extract FOLDER

FOLDER holds, unpacked, @codingame/monaco-vscode-keybindings-service-override (VS Code's dumps of
the layouts of Windows and macOS, MIT), cldr-misc-full and cldr-core (Unicode licence), each in a
folder of its name without the scope.
"""

import json
import re
import sys
from itertools import chain
from pathlib import Path

from layouts.exemplars import characters_of
from layouts.sources import DATA, ROWS
from saykey.keyboard.tables import KEYS, NOTHING

DUMPS = Path("vscode/src/vs/workbench/services/keybinding/browser/keyboardLayouts")
LEVELS = ("", "Shift", "AltGr", "Shift+AltGr")
WINDOWS = {
    "be": "en-belgian", "br": "pt-br", "ch": "de-swiss", "cz": "cz", "de": "de", "dk": "dk",
    "es": "es", "fi": "sv", "fr": "fr", "gb": "en-uk", "hu": "hu", "it": "it", "latam": "es-latin",
    "no": "no", "pl": "pl", "pt": "pt", "ru": "ru", "se": "sv", "th": "thai", "tr": "tr",
    "us": "en", "us+intl": "en-intl",
}  # fmt: skip
MACOS = {
    "br": "pt", "de": "de", "es": "es", "fr": "fr", "gb": "en-uk", "it": "it", "pl": "pl",
    "ru": "ru", "us": "en", "us+dvorak": "dvorak", "us+intl": "en-intl",
}  # fmt: skip
"""Maps XKB's name of a layout to the name of its dump."""

SECONDARY = {"fi": "Finnish"}
"""Layouts that a dump of another layout lists as having the same keys, and their titles in it."""

MOST_LETTERS = 500
"""Languages with more letters are typed through an input method: no key has their letters."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")  # may have a script, never a region
_KEY = re.compile(r"^\s+(\w+): \[(.+)\],?$", re.MULTILINE)
_FIELD = re.compile(r"'((?:\\.|[^'\\])*)'|(\d+)")
_TITLES = re.compile(r"(?:text|localizedName): '([^']*)'")
_APPLE_NAME = re.compile(r"id: 'com\.apple\.keylayout\.([^']*)'")


def dump(path: Path, secondary: str = "") -> dict[str, object]:
    """Title, rows, and dead keys with what they show, of one of VS Code's dumps.

    ``secondary`` is the title of a layout that the dump must list as having the same keys, else
    ValueError is raised. Only dumps of macOS contain dead keys. They are written in the form that
    saykey.keyboard.layouts.parse_stroke reads.
    """
    text = path.read_text("utf-8")
    first, *others = _TITLES.findall(text) or _APPLE_NAME.findall(text)
    if secondary and secondary not in others:
        raise ValueError(f"{path.name} names no layout {secondary!r}")
    keys = {key: _fields(fields) for key, fields in _KEY.findall(text)}
    rows = {
        level: ["".join(_shown(keys.get(code), number) for code in row) for row in ROWS]
        for number, level in enumerate(LEVELS)
    }
    dead = {
        "+".join(filter(None, (level, f"{usage:02x}"))): keys[code][0][number]
        for number, level in enumerate(LEVELS)
        for usage, code in zip(KEYS, chain.from_iterable(ROWS), strict=True)
        if code in keys and keys[code][1] >> number & 1 and keys[code][0][number]
    }
    return {
        "title": secondary or first,
        "rows": {level: row for level, row in rows.items() if set("".join(row)) != {NOTHING}},
        "dead": dead,
    }


def _fields(written: str) -> tuple[list[str], int]:
    """The four characters of a key, and the mask of those that are dead."""
    found = _FIELD.findall(written.split("'VK_", maxsplit=1)[0])
    characters = [re.sub(r"\\(.)", r"\1", text) for text, number in found if not number]
    return characters[:4], next((int(number) for _, number in found if number), 0)


def _shown(key: tuple[list[str], int] | None, number: int) -> str:
    shown = key[0][number] if key and len(key[0]) > number else ""
    return shown if len(shown) == 1 and shown.isprintable() else NOTHING


def dumps(package: Path) -> dict[str, object]:
    """All dumps that the tables use, by system and XKB's name."""
    return {
        "origin": "Visual Studio Code's dumps of real hosts, in "
        "@codingame/monaco-vscode-keybindings-service-override "
        + json.loads((package / "package.json").read_text("utf-8"))["version"],
        "licence": "MIT",
        "layouts": {
            system: {
                name: dump(package / DUMPS / f"{file}.{end}.js", SECONDARY.get(name, ""))
                for name, file in files
            }
            for system, files, end in (
                ("windows", sorted(WINDOWS.items()), "win"),
                ("macos", sorted(MACOS.items()), "darwin"),
            )
        },
    }


def languages(misc: Path, core: Path) -> dict[str, object]:
    """The letters of each language, and which three-letter codes mean it."""
    letters = {}
    for folder in sorted((misc / "main").iterdir()):
        path = folder / "characters.json"
        if not _LANGUAGE.fullmatch(folder.name) or not path.exists():
            continue
        written = json.loads(path.read_text("utf-8"))["main"][folder.name]["characters"]
        alphabet = characters_of(written["exemplarCharacters"])
        if len(alphabet) <= MOST_LETTERS:
            letters[folder.name] = " ".join(alphabet)
    aliases = json.loads((core / "supplemental/aliases.json").read_text("utf-8"))
    codes = {
        code: entry["_replacement"]
        for code, entry in aliases["supplemental"]["metadata"]["alias"]["languageAlias"].items()
        if len(code) == 3 and entry["_replacement"] in letters
    }
    version = json.loads((misc / "package.json").read_text("utf-8"))["version"]
    return {
        "origin": f"Unicode CLDR {version}, exemplarCharacters",
        "licence": "Unicode-3.0",
        "codes": codes,
        "letters": letters,
    }


def write(name: str, facts: dict[str, object]) -> None:
    """Write facts as JSON that reads well in a diff."""
    (DATA / name).write_text(json.dumps(facts, ensure_ascii=False, indent=1) + "\n", "utf-8")


def main() -> None:
    """Write the data files that come from packages."""
    folder = Path(sys.argv[1])
    package = folder / "monaco-vscode-keybindings-service-override"
    write("vscode_keyboards.json", dumps(package))
    write("languages.json", languages(folder / "cldr-misc-full", folder / "cldr-core"))


if __name__ == "__main__":
    main()
