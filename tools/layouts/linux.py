"""Asks libxkbcommon what every key of an xkeyboard-config layout types at every level."""

import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from saykey.keyboard.tables import KEYS, NOTHING
from saykey.simulated.evdev import KEY_CODES
from saykey.simulated.xkb import Compose, Composing, Keyboard

RULES = "/usr/share/X11/xkb/rules/evdev.xml"
LOCALE = "en_US.UTF-8"
UNUSABLE = {"custom"}
"""A placeholder for the user's own layout: the package contains none."""

SHIFT = "Shift"
LEVEL_SYMBOLS = {0xFE03: "level 3", 0xFE11: "level 5", 0xFF7E: "mode"}
"""Keysyms ISO_Level3_Shift, ISO_Level5_Shift and Mode_switch, of <X11/keysymdef.h>."""

DEAD = range(0xFE50, 0xFE94)
"""Keysyms of dead keys: dead_grave to dead_longsolidusoverlay."""

_CAPS_LOCK_KEY, _CAPS_LOCK = 0x39, 0xFFE5
_HOLDERS = {0xE6: "AltGr", 0xE4: "RightCtrl", 0xE2: "Alt", 0xE5: "RightShift", 0xE7: "RightGUI"}
"""Keys that can select a level, the preferred ones first; these have a bit in the report."""

_OTHER_HOLDERS = (0x32, 0x31, 0x64, 0x87, 0x35, 0x65, 0x39)  # Caps Lock last: hosts remap it


class Sequences(Compose):
    """Dead key sequences that can be abandoned."""

    def reset(self) -> None:
        """Abandon the sequence: the next key is the first of another."""
        self._lib.xkb_compose_state_reset(self._state)


@dataclass(frozen=True, slots=True)
class Named:
    """A layout's name as in the settings, its two parts for xkb, its title and languages."""

    name: str
    layout: str
    variant: str
    title: str
    languages: tuple[str, ...]


@dataclass(slots=True)
class Reading:
    """What was read of a layout: rows by chord, the keysym of each dead key and character.

    Dead keys are written in the form that saykey.keyboard.layouts.parse_stroke reads.
    """

    levels: dict[str, list[str]] = field(default_factory=dict)
    dead: dict[str, int] = field(default_factory=dict)
    keysyms: dict[str, int] = field(default_factory=dict)
    caps: str = "lock"


def all_layouts() -> Iterator[Named]:
    """Every layout and variant of the rules, in their order."""
    for layout in ElementTree.parse(RULES).getroot().iterfind("layoutList/layout"):  # noqa: S314
        name, title, languages = _described(layout)
        if name in UNUSABLE:
            continue
        yield Named(name, name, "", title, languages)
        for variant in layout.iterfind("variantList/variant"):
            own, title, spoken = _described(variant)
            yield Named(f"{name}+{own}", name, own, title, spoken or languages)


def _described(element: ElementTree.Element) -> tuple[str, str, tuple[str, ...]]:
    item = element.find("configItem")
    languages = tuple(code.text for code in item.iterfind("languageList/iso639Id"))
    return item.find("name").text, item.find("description").text, languages


def read(named: Named, compose: Sequences) -> Reading:
    """Press every key with every chord that may select a level of its own."""
    keyboard = Keyboard(named.layout, named.variant)
    caps = keyboard.symbol(KEY_CODES[_CAPS_LOCK_KEY])
    reading = Reading(caps="lock" if caps == _CAPS_LOCK else "other")
    for chord in chords(keyboard):
        for usage in chord.values():
            keyboard.update(KEY_CODES[usage], down=True)
        name = "+".join(chord)
        shown = [_shown(keyboard, compose, reading, usage) for usage in KEYS]
        for usage in reversed(chord.values()):
            keyboard.update(KEY_CODES[usage], down=False)
        held = set(chord.values())
        row = [NOTHING] * len(KEYS)
        for place, (usage, symbol) in enumerate(zip(KEYS, shown, strict=True)):
            if usage in held:
                continue
            if isinstance(symbol, str):
                row[place] = symbol
            elif symbol:
                reading.dead[f"{name}+{usage:02x}" if name else f"{usage:02x}"] = symbol
        reading.levels[name] = row
    return reading


def chords(keyboard: Keyboard) -> list[dict[str, int]]:
    """Chords of held keys as {name: usage}, the smallest first, plain Shift before any other."""
    holders: dict[str, tuple[str, int]] = {}
    for usage in (*_HOLDERS, *_OTHER_HOLDERS):
        level = LEVEL_SYMBOLS.get(keyboard.symbol(KEY_CODES[usage]))
        if level and level not in holders:
            holders[level] = (_HOLDERS.get(usage, f"{usage:02x}"), usage)
    shifts = [(SHIFT, 0xE1), *(holders[level] for level in sorted(holders))]
    return [
        dict(chord)
        for count in range(len(shifts) + 1)
        for chord in itertools.combinations(shifts, count)
    ]


def _shown(keyboard: Keyboard, compose: Sequences, reading: Reading, usage: int) -> str | int:
    """The character a key types now, or the keysym of a dead key, or 0."""
    code = KEY_CODES[usage]
    symbols = keyboard.symbols(code)
    if len(symbols) != 1:
        return 0
    progress = compose.feed(keyboard.symbol(code))
    compose.reset()
    if progress is Composing.COMPOSING:
        return symbols[0] if symbols[0] in DEAD else 0
    text = keyboard.text(code)
    if progress is not Composing.NOTHING or not can_be_entry(text):
        return 0
    reading.keysyms.setdefault(text, symbols[0])
    return text


def can_be_entry(text: str) -> bool:
    """Whether text is one visible character that NFC leaves as it is."""
    return len(text) == 1 and text.isprintable() and unicodedata.is_normalized("NFC", text)
