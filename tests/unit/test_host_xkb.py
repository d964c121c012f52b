"""The binding to libxkbcommon, and its messages when a part of it is missing."""

import pytest

from saykey.errors import LayoutError
from saykey.simulated import xkb
from saykey.simulated.evdev import KEY_CODES, KeyEvents
from saykey.simulated.xkb import Compose, Composing, Keyboard, XkbMissing

KEY_A, KEY_ESCAPE, KEY_LEFT_SHIFT, KEY_CAPS_LOCK = 30, 1, 42, 58
DEAD_ACUTE, LETTER_E, LETTER_X = 0xFE51, 0x65, 0x78


def test_a_key_means_what_the_modifiers_make_of_it():
    keyboard = Keyboard("us")
    assert keyboard.text(KEY_A) == "a"
    keyboard.update(KEY_LEFT_SHIFT, down=True)
    assert keyboard.text(KEY_A) == "A"
    assert keyboard.modifier("Shift")
    keyboard.update(KEY_LEFT_SHIFT, down=False)
    assert not keyboard.modifier("Shift")
    assert keyboard.symbols(KEY_A) == (ord("a"),)


def test_caps_lock_stays_on_and_lights_its_light():
    keyboard = Keyboard("us")
    keyboard.update(KEY_CAPS_LOCK, down=True)
    keyboard.update(KEY_CAPS_LOCK, down=False)
    assert keyboard.light("Caps Lock")
    assert keyboard.text(KEY_A) == "A"


def test_letters_repeat_and_modifiers_do_not():
    keyboard = Keyboard("us")
    assert keyboard.repeats(KEY_A)
    assert not keyboard.repeats(KEY_LEFT_SHIFT)


def test_dead_keys_compose_or_cancel():
    compose = Compose("en_US.UTF-8")
    assert compose.feed(LETTER_E) is Composing.NOTHING
    assert compose.feed(DEAD_ACUTE) is Composing.COMPOSING
    assert compose.feed(LETTER_E) is Composing.COMPOSED
    assert compose.text() == "é"
    compose.feed(DEAD_ACUTE)
    assert compose.feed(LETTER_X) is Composing.CANCELLED


def test_an_unknown_layout_is_refused():
    with pytest.raises(LayoutError, match="'us' with variant 'nonesuch'"):
        Keyboard("us", "nonesuch")


def test_a_missing_library_is_named_with_the_packages_to_install(monkeypatch):
    xkb._library.cache_clear()
    monkeypatch.setattr(xkb, "_LIBRARY", "libnonesuch.so.0")
    with pytest.raises(XkbMissing, match="apt install libxkbcommon0 xkb-data"):
        Keyboard("us")


def test_missing_layout_data_is_named_with_the_packages_to_install(monkeypatch, tmp_path):
    xkb._context.cache_clear()
    monkeypatch.setenv("XKB_CONFIG_ROOT", str(tmp_path / "absent"))
    monkeypatch.setenv("XKB_CONFIG_EXTRA_PATH", str(tmp_path / "absent"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "absent"))
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    with pytest.raises(XkbMissing, match="apt install libxkbcommon0 xkb-data"):
        Keyboard("us")


def test_a_missing_compose_table_is_named_with_the_package_to_install():
    with pytest.raises(XkbMissing, match="apt install libx11-data"):
        Compose("nonesuch")


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        ("0000040000000000", "0000050000000000", [(30, False), (48, True)]),
        ("0000040000000000", "0000040500000000", [(48, True)]),
        ("0000040500000000", "0000050000000000", [(30, False)]),
        ("0000000000000000", "0200040000000000", [(42, True), (30, True)]),
        ("0200040000000000", "0000000000000000", [(42, False), (30, False)]),
        ("0000040000000000", "0000010101010101", []),
        ("0000000000000000", "0000ff0000000000", []),
    ],
)
def test_reports_become_key_events_in_linuxs_order(before, after, events):
    keyboard = KeyEvents()
    list(keyboard.of(bytes.fromhex(before)))
    assert list(keyboard.of(bytes.fromhex(after))) == events


def test_key_codes_agree_with_the_kernels_names_for_the_ends_of_each_run():
    # <linux/input-event-codes.h>
    assert KEY_CODES[0x04] == 30  # KEY_A
    assert KEY_CODES[0x1D] == 44  # KEY_Z
    assert KEY_CODES[0x1E] == 2  # KEY_1
    assert KEY_CODES[0x27] == 11  # KEY_0
    assert KEY_CODES[0x28] == 28  # KEY_ENTER
    assert KEY_CODES[0x2C] == 57  # KEY_SPACE
    assert KEY_CODES[0x31] == KEY_CODES[0x32] == 43  # KEY_BACKSLASH
    assert KEY_CODES[0x38] == 53  # KEY_SLASH
    assert KEY_CODES[0x39] == 58  # KEY_CAPSLOCK
    assert KEY_CODES[0x45] == 88  # KEY_F12
    assert KEY_CODES[0x46] == 99  # KEY_SYSRQ
    assert KEY_CODES[0x52] == 103  # KEY_UP
    assert KEY_CODES[0x53] == 69  # KEY_NUMLOCK
    assert KEY_CODES[0x58] == 96  # KEY_KPENTER
    assert KEY_CODES[0x63] == 83  # KEY_KPDOT
    assert KEY_CODES[0x64] == 86  # KEY_102ND
    assert KEY_CODES[0x89] == 124  # KEY_YEN
    assert KEY_CODES[0xE0] == 29  # KEY_LEFTCTRL
    assert KEY_CODES[0xE6] == 100  # KEY_RIGHTALT
    assert KEY_CODES[0xE7] == 126  # KEY_RIGHTMETA
