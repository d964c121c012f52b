"""Text fields that accept characters by their number, each in the manner of its system.

They read boot reports and know keys by position and layout; they know nothing of the encoder.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from saykey.flow import Report
from saykey.simulated.evdev import KeyEvents
from saykey.simulated.xkb import Keyboard

CTRL, SHIFT, ALT, RIGHT_ALT, ENTER = 29, 42, 56, 100, 28  # <linux/input-event-codes.h>
KEYPAD = dict(zip((82, 79, 80, 81, 75, 76, 77, 71, 72, 73), "0123456789", strict=True))
HEX = frozenset("0123456789abcdef")


def events(reports: Iterable[Report]) -> Iterator[tuple[int, bool]]:
    keys = KeyEvents()
    for report in reports:
        yield from keys.of(report.data)


def keyboard_of(layout: str) -> Keyboard:
    name, _, variant = layout.partition("+")
    return Keyboard(name, variant)


@cache
def symbols_of_key(code: int, layout: str) -> frozenset[str]:
    """All symbols that a key types with and without Shift and AltGr, in lower case."""
    keyboard = keyboard_of(layout)
    found = set()
    for held in ((), (SHIFT,), (RIGHT_ALT,), (SHIFT, RIGHT_ALT)):
        for modifier in held:
            keyboard.update(modifier, down=True)
        found.add(keyboard.text(code).lower())
        for modifier in held:
            keyboard.update(modifier, down=False)
    return frozenset(found)


def shown_by_gtk(reports: Iterable[Report], layout: str) -> str:
    """GTK's simple input method: while both are held, any symbol of a digit's key is the digit."""
    keyboard = keyboard_of(layout)
    shown, digits, down_now = "", None, set()
    for code, down in events(reports):
        if down:
            down_now.add(code)
            if digits is not None:
                (digit,) = symbols_of_key(code, layout) & HEX
                digits += digit
            elif {CTRL, SHIFT} <= down_now and "u" in symbols_of_key(code, layout):
                digits = ""
            elif CTRL not in down_now:
                shown += keyboard.text(code)
        else:
            down_now.discard(code)
            if code in {CTRL, SHIFT} and digits is not None:
                shown += chr(int(digits, 16))
                digits = None
        keyboard.update(code, down=down)
    return shown


def shown_by_windows(reports: Iterable[Report]) -> str:
    """Alt and the keypad: a leading 0 means the ANSI code page. Other keys are those of us."""
    keyboard = Keyboard("us")
    shown, digits = "", None
    for code, down in events(reports):
        if code == ALT:
            if not down and digits:
                assert digits.startswith("0"), "the OEM code page"
                shown += bytes([int(digits)]).decode("cp1252")
            digits = "" if down else None
        elif down and digits is not None:
            digits += KEYPAD[code]
        elif down:
            shown += keyboard.text(code)
        keyboard.update(code, down=down)
    return shown


def shown_by_wincompose(reports: Iterable[Report], layout: str) -> str:
    """WinCompose: right Alt pressed and released, then u, the digits and Enter."""
    keyboard = keyboard_of(layout)
    shown, sequence = "", None
    for code, down in events(reports):
        if code == RIGHT_ALT:
            if not down:
                sequence = ""
            continue
        if down and code == ENTER and sequence is not None:
            assert sequence.startswith("u")
            shown += chr(int(sequence[1:], 16))
            sequence = None
        elif down and sequence is not None:
            sequence += keyboard.text(code)
        elif down:
            shown += keyboard.text(code)
        keyboard.update(code, down=down)
    return shown


def shown_by_unicode_hex_input(reports: Iterable[Report]) -> str:
    """Four digits per UTF-16 unit while Option is held; a unit 0xx0 prints nothing."""
    keyboard = Keyboard("us")
    units, digits, option = [], "", False
    for code, down in events(reports):
        if code == ALT:
            option, digits = down, ""
        elif down and option:
            digits += keyboard.text(code)
            if len(digits) == 4:
                units += [] if digits[0] == digits[3] == "0" else [digits]
                digits = ""
        elif down:
            units += [unit.to_bytes(2, "big").hex() for unit in map(ord, keyboard.text(code))]
        if code != ALT:
            keyboard.update(code, down=down)
    return bytes.fromhex("".join(units)).decode("utf-16-be")
