"""The focused text field of a simulated host: the text that a series of boot reports types."""

from saykey.keyboard.strokes import graphemes
from saykey.simulated.evdev import KeyEvents
from saykey.simulated.xkb import Compose, Composing, Keyboard

REPEAT_DELAY_NS = 250_000_000
REPEAT_PERIOD_NS = 33_000_000
"""The repetition of a key that is held down: the kernel's defaults (input_enable_softrepeat)."""

NUM_LOCK, CAPS_LOCK, SCROLL_LOCK = 0x01, 0x02, 0x04
"""Bits of the LED output report (HID 1.11, appendix B.1)."""

_ALL_UP = bytes(8)
_LIGHTS = ((NUM_LOCK, "Num Lock"), (CAPS_LOCK, "Caps Lock"), (SCROLL_LOCK, "Scroll Lock"))
_LOCK_KEYS = ((NUM_LOCK, 69), (CAPS_LOCK, 58))  # KEY_NUMLOCK, KEY_CAPSLOCK
_BACKSPACE, _TAB, _RETURN, _KEYPAD_ENTER = 0xFF08, 0xFF09, 0xFF0D, 0xFF8D  # keysyms
_SHORTCUT_MODIFIERS = ("Control", "Mod1", "Mod4")


class TextField:
    """A Linux desktop's text field with one keyboard: xkb layout, dead keys, locks, key repeat.

    Times are nanoseconds of any clock, always the same one. ``shortcuts`` counts keys pressed with
    Control, Alt or GUI held: they type nothing. Raises XkbMissing or LayoutError.
    """

    def __init__(self, layout: str = "us", variant: str = "", locale: str = "en_US.UTF-8") -> None:
        self._keyboard = Keyboard(layout, variant)
        self._compose = Compose(locale)
        self._typed: list[str] = []
        self._events = KeyEvents()
        self._repeating: int | None = None
        self._repeat_at = 0
        self.keys_down: frozenset[int] = frozenset()
        self.shortcuts = 0

    @property
    def text(self) -> str:
        """The text field's content."""
        return "".join(self._typed)

    @property
    def leds(self) -> int:
        """The lock LEDs, as in the LED output report."""
        return sum(bit for bit, name in _LIGHTS if self._keyboard.light(name))

    def read(self, report: bytes, at: int) -> None:
        """Process a boot report that was read at this time."""
        self.pass_time(at)
        for code, down in self._events.of(report):
            self.key(code, down=down, at=at)

    def key(self, code: int, *, down: bool, at: int) -> None:
        """Process a Linux key event."""
        if down:
            self._press(code, at)
        else:
            self._let_up(code)

    def pass_time(self, at: int) -> None:
        """Repeat the key that is held down, up to this time."""
        while self._repeating is not None and self._repeat_at <= at:
            self._type(self._repeating)
            self._repeat_at += REPEAT_PERIOD_NS

    def let_all_up(self, at: int) -> None:
        """Release all keys, as Linux does when the keyboard goes away."""
        self.read(_ALL_UP, at)

    def set_locks(self, leds: int) -> None:
        """Press lock keys on another keyboard until these LEDs are on."""
        for bit, code in _LOCK_KEYS:
            if (self.leds ^ leds) & bit:
                self._keyboard.update(code, down=True)
                self._keyboard.update(code, down=False)

    def _press(self, code: int, at: int) -> None:
        self._type(code)
        self._keyboard.update(code, down=True)
        self.keys_down |= {code}
        if self._keyboard.repeats(code):
            self._repeating = code
            self._repeat_at = at + REPEAT_DELAY_NS

    def _let_up(self, code: int) -> None:
        self._keyboard.update(code, down=False)
        self.keys_down -= {code}
        if self._repeating == code:
            self._repeating = None

    def _type(self, code: int) -> None:
        symbols = self._keyboard.symbols(code)
        if any(self._keyboard.modifier(name) for name in _SHORTCUT_MODIFIERS) and symbols:
            self.shortcuts += bool(self._keyboard.text(code))
        elif symbols == (_BACKSPACE,):
            self._typed = graphemes(self.text)[:-1]
        elif symbols in ((_RETURN,), (_KEYPAD_ENTER,)):
            self._typed.append("\n")
        elif symbols == (_TAB,):
            self._typed.append("\t")
        else:
            self._type_text(code)

    def _type_text(self, code: int) -> None:
        progress = self._compose.feed(self._keyboard.symbol(code))
        if progress is Composing.COMPOSED:
            self._typed.append(self._compose.text())
        elif progress is Composing.NOTHING:
            text = self._keyboard.text(code)
            self._typed.append(text if text.isprintable() else "")
