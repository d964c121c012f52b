"""Keys pressed on an X server by its XTEST extension, through ctypes.

Names follow <X11/Xlib.h> and <X11/extensions/XTest.h>.
"""

import ctypes
from ctypes import c_char_p, c_int, c_uint, c_ulong, c_void_p

KEY_CODE_OFFSET = 8
"""An X key code is the kernel's key code plus 8 (evdev's own map, xkb-data's keycodes/evdev)."""


def library(name, prototypes):
    """A shared library with the functions to be used. Raises OSError if there is none."""
    loaded = ctypes.CDLL(name)
    for function, (result, *arguments) in prototypes.items():
        getattr(loaded, function).restype = result
        getattr(loaded, function).argtypes = arguments
    return loaded


class Keys:
    """The keys of a display, such as ``:1``."""

    def __init__(self, display):
        self._x11 = library(
            "libX11.so.6",
            {
                "XOpenDisplay": (c_void_p, c_char_p),
                "XSync": (c_int, c_void_p, c_int),
                "XCloseDisplay": (c_int, c_void_p),
            },
        )
        self._xtst = library(
            "libXtst.so.6", {"XTestFakeKeyEvent": (c_int, c_void_p, c_uint, c_int, c_ulong)}
        )
        self._display = self._x11.XOpenDisplay(display.encode())
        assert self._display, f"no X server at {display}"

    def change(self, code, *, down, after_ms=0):
        """Move a key, by the kernel's code, down or up after a delay from the change before."""
        self._xtst.XTestFakeKeyEvent(self._display, code + KEY_CODE_OFFSET, down, after_ms)

    def flush(self):
        """Return once the server has seen all changes."""
        self._x11.XSync(self._display, False)

    def close(self):
        """Close the connection."""
        self._x11.XCloseDisplay(self._display)
