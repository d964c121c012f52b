"""Converts HID keyboard usages to Linux key codes, and boot reports to Linux key events.

It does not use the tables of the keyboard package: a host with the encoder's tables would also
share their mistakes.
"""

from collections.abc import Iterator, Sequence

ROLL_OVER = range(0x01, 0x04)
"""ErrorRollOver, POSTFail and ErrorUndefined (HID Usage Tables, page 0x07)."""

_FIRST_MODIFIER = 0xE0
_RUNS: tuple[tuple[int, Sequence[int]], ...] = (
    (0x04, (30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50)),  # A to M
    (0x11, (49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44)),  # N to Z
    (0x1E, range(2, 12)),  # 1 to 0
    (0x28, (28, 1, 14, 15, 57)),  # Enter, Escape, Backspace, Tab, Space
    (0x2D, (12, 13, 26, 27, 43, 43, 39, 40, 41, 51, 52, 53)),  # - = [ ] \ # ; ' ` , . /
    (0x39, (58,)),  # Caps Lock
    (0x3A, (59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88)),  # F1 to F12
    (0x46, (99, 70, 119, 110, 102, 104, 111, 107, 109, 106, 105, 108, 103)),  # to the arrows
    (0x53, (69, 98, 55, 74, 78, 96)),  # Num Lock, keypad / * - + Enter
    (0x59, (79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83)),  # keypad 1 to 0, point
    (0x64, (86, 127)),  # the ISO key left of Z, Menu
    (0x85, (121,)),  # Brazilian keypad comma
    (0x87, (89, 93, 124, 92, 94)),  # Ro, Kana, Yen, Henkan, Muhenkan
    (0xE0, (29, 42, 56, 125, 97, 54, 100, 126)),  # Control, Shift, Alt, GUI: left, then right
)
KEY_CODES = {start + offset: code for start, run in _RUNS for offset, code in enumerate(run)}
"""HID usage of page 0x07 -> code of <linux/input-event-codes.h>, as mapped by hid-input.c."""


class KeyEvents:
    """Converts boot reports to key events, from the changes since the previous report."""

    def __init__(self) -> None:
        self._modifiers = 0
        self._keys = bytes(6)

    def of(self, report: bytes) -> Iterator[tuple[int, bool]]:
        """The (key code, down) events that Linux reports for the next boot report.

        Linux reads the fields in the order of the descriptor (HID 1.11, appendix B.1): first the
        eight modifier bits, then the key array. For each place of the array it reports the release
        of the old key, then the press of the new one (hid-core.c, hid_input_array_field). A
        roll-over report changes no key of the array, and the next report is not compared with it.
        """
        before, self._modifiers = self._modifiers, report[0]
        for bit in range(8):
            if (before ^ report[0]) >> bit & 1:
                yield KEY_CODES[_FIRST_MODIFIER + bit], bool(report[0] >> bit & 1)
        new_keys = report[2:8]
        if any(usage in ROLL_OVER for usage in new_keys):
            return
        old_keys, self._keys = self._keys, new_keys
        for old, new in zip(old_keys, new_keys, strict=True):
            if old in KEY_CODES and old not in new_keys:
                yield KEY_CODES[old], False
            if new in KEY_CODES and new not in old_keys:
                yield KEY_CODES[new], True
