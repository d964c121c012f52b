"""libxkbcommon by ctypes: the meaning of keys on a Linux desktop.

It contains only what a simulated host needs. Names are as in <xkbcommon/xkbcommon.h> and
xkbcommon-compose.h.
"""

import ctypes
import weakref
from ctypes import POINTER, byref, c_char_p, c_int, c_size_t, c_uint32, c_void_p
from enum import IntEnum
from functools import cache

from saykey.errors import LayoutError, SaykeyError

KEY_CODE_OFFSET = 8
"""An X key code is the kernel's key code plus this."""

_LIBRARY = "libxkbcommon.so.0"
_ADVICE = "apt install libxkbcommon0 xkb-data"
_EFFECTIVE_MODIFIERS = 1 << 3  # XKB_STATE_MODS_EFFECTIVE
_LOG_NOTHING_BUT_CRITICAL = 10  # XKB_LOG_LEVEL_CRITICAL
_LONGEST_TEXT = 256  # the most bytes of UTF-8 from one key press or Compose sequence


class XkbMissing(SaykeyError):
    """libxkbcommon or its data is not installed."""


class Composing(IntEnum):
    """State of a dead key or Compose sequence (enum xkb_compose_status)."""

    NOTHING = 0
    COMPOSING = 1
    COMPOSED = 2
    CANCELLED = 3


class _RuleNames(ctypes.Structure):
    _fields_ = [(name, c_char_p) for name in ("rules", "model", "layout", "variant", "options")]


_PROTOTYPES: dict[str, tuple[object, ...]] = {
    # function: result type, argument types
    "xkb_context_new": (c_void_p, c_int),
    "xkb_context_unref": (None, c_void_p),
    "xkb_context_set_log_level": (None, c_void_p, c_int),
    "xkb_keymap_new_from_names": (c_void_p, c_void_p, POINTER(_RuleNames), c_int),
    "xkb_keymap_unref": (None, c_void_p),
    "xkb_keymap_key_repeats": (c_int, c_void_p, c_uint32),
    "xkb_state_new": (c_void_p, c_void_p),
    "xkb_state_unref": (None, c_void_p),
    "xkb_state_update_key": (c_int, c_void_p, c_uint32, c_int),
    "xkb_state_key_get_syms": (c_int, c_void_p, c_uint32, POINTER(POINTER(c_uint32))),
    "xkb_state_key_get_one_sym": (c_uint32, c_void_p, c_uint32),
    "xkb_state_key_get_utf8": (c_int, c_void_p, c_uint32, c_char_p, c_size_t),
    "xkb_state_mod_name_is_active": (c_int, c_void_p, c_char_p, c_int),
    "xkb_state_led_name_is_active": (c_int, c_void_p, c_char_p),
    "xkb_compose_table_new_from_locale": (c_void_p, c_void_p, c_char_p, c_int),
    "xkb_compose_table_unref": (None, c_void_p),
    "xkb_compose_state_new": (c_void_p, c_void_p, c_int),
    "xkb_compose_state_unref": (None, c_void_p),
    "xkb_compose_state_feed": (c_int, c_void_p, c_uint32),
    "xkb_compose_state_get_status": (c_int, c_void_p),
    "xkb_compose_state_get_utf8": (c_int, c_void_p, c_char_p, c_size_t),
    "xkb_compose_state_reset": (None, c_void_p),
}


@cache
def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(_LIBRARY)
    except OSError as error:
        message = f"{_LIBRARY} is not installed, which the simulated host needs: {_ADVICE}"
        raise XkbMissing(message) from error
    for name, (result, *arguments) in _PROTOTYPES.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


class Keyboard:
    """The state of one keyboard with a layout: its keys, modifiers and locks.

    Key codes are the kernel's. Raises XkbMissing, or LayoutError for a layout that xkb lacks.
    """

    def __init__(self, layout: str, variant: str = "") -> None:
        self._lib = _library()
        context = _context()
        names = _RuleNames(b"evdev", b"pc105", layout.encode(), variant.encode(), b"")
        self._keymap = self._lib.xkb_keymap_new_from_names(context, byref(names), 0)
        if not self._keymap:
            raise LayoutError(f"xkb has no layout {layout!r} with variant {variant!r}.")
        weakref.finalize(self, self._lib.xkb_keymap_unref, self._keymap)
        self._state = self._lib.xkb_state_new(self._keymap)
        weakref.finalize(self, self._lib.xkb_state_unref, self._state)

    def update(self, code: int, *, down: bool) -> None:
        """Note that a key went down or up."""
        self._lib.xkb_state_update_key(self._state, code + KEY_CODE_OFFSET, int(down))

    def symbols(self, code: int) -> tuple[int, ...]:
        """The keysyms that a press of this key would produce now."""
        out = POINTER(c_uint32)()
        count = self._lib.xkb_state_key_get_syms(self._state, code + KEY_CODE_OFFSET, byref(out))
        return tuple(out[number] for number in range(count))

    def symbol(self, code: int) -> int:
        """The keysym of a press of this key now, with Caps Lock applied; 0 for none or several."""
        return int(self._lib.xkb_state_key_get_one_sym(self._state, code + KEY_CODE_OFFSET))

    def text(self, code: int) -> str:
        """The text that a press of this key would produce now; "" for none."""
        buffer = ctypes.create_string_buffer(_LONGEST_TEXT)
        key = code + KEY_CODE_OFFSET
        self._lib.xkb_state_key_get_utf8(self._state, key, buffer, _LONGEST_TEXT)
        return buffer.value.decode()

    def repeats(self, code: int) -> bool:
        """Whether this key repeats while it is held down."""
        return bool(self._lib.xkb_keymap_key_repeats(self._keymap, code + KEY_CODE_OFFSET))

    def modifier(self, name: str) -> bool:
        """Whether "Shift", "Control", "Mod1" (Alt), "Mod4" (GUI)... is on."""
        active = self._lib.xkb_state_mod_name_is_active
        return bool(active(self._state, name.encode(), _EFFECTIVE_MODIFIERS) == 1)

    def light(self, name: str) -> bool:
        """Whether the light "Caps Lock", "Num Lock" or "Scroll Lock" is on."""
        return bool(self._lib.xkb_state_led_name_is_active(self._state, name.encode()) == 1)


class Compose:
    """Dead keys and Compose sequences of a locale, such as "en_US.UTF-8". Raises XkbMissing."""

    def __init__(self, locale: str) -> None:
        self._lib = _library()
        table = self._lib.xkb_compose_table_new_from_locale(_context(), locale.encode(), 0)
        if not table:
            message = f"There is no Compose table for {locale}: apt install libx11-data"
            raise XkbMissing(message)
        weakref.finalize(self, self._lib.xkb_compose_table_unref, table)
        self._state = self._lib.xkb_compose_state_new(table, 0)
        weakref.finalize(self, self._lib.xkb_compose_state_unref, self._state)

    def feed(self, symbol: int) -> Composing:
        """Process the keysym of a key press. Returns the state of the sequence."""
        self._lib.xkb_compose_state_feed(self._state, symbol)
        return Composing(self._lib.xkb_compose_state_get_status(self._state))

    def text(self) -> str:
        """The composed text. A new sequence may begin then."""
        buffer = ctypes.create_string_buffer(_LONGEST_TEXT)
        self._lib.xkb_compose_state_get_utf8(self._state, buffer, _LONGEST_TEXT)
        self._lib.xkb_compose_state_reset(self._state)
        return buffer.value.decode()


@cache
def _context() -> int:
    lib = _library()
    context = lib.xkb_context_new(0)
    if not context:
        raise XkbMissing(f"The keyboard layouts of xkb are not installed: {_ADVICE}")
    lib.xkb_context_set_log_level(context, _LOG_NOTHING_BUT_CRITICAL)
    return int(context)
