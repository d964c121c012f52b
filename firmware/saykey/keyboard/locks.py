"""Caps Lock of a host, followed by its light: when to tap it off, and when to put it back.

Tapping repairs every direct key; turning Shift around instead would type wrong letters on many
layouts (ß, µ, the digits row of fr, the umlauts of ch, thirteen letters of cz). The light is all
the device knows: macOS reports locks only to the keyboard that set them, and a host that says
nothing is left alone, for unknown is not off.
"""

from dataclasses import dataclass, replace

from saykey.flow import Report, Stroke
from saykey.keyboard.layouts import Layout
from saykey.keyboard.reports import report_of

CAPS_LOCK = 0x02
"""Bit of the LED output report (HID 1.11, appendix B.1)."""

TAP_NS = 100_000_000
"""How long the Caps Lock key is held: macOS ignores a tap shorter than 75 ms."""

LIGHT_PATIENCE_NS = 150_000_000
"""How long the light is waited for after a tap. Less than the patience of a stop (typist)."""

TAP: tuple[Report, ...] = (report_of(Stroke(0x39), TAP_NS), report_of(Stroke(0)))
"""Caps Lock down, then all keys up (HID Usage Tables, page 0x07)."""


@dataclass(frozen=True, slots=True)
class CapsLock:
    """What is known of it. ``on`` is None while the host has not told.

    ``followed``: typing cares at all. ``tapped``: it was tapped off, and is owed to the user.
    ``came_on``: it went on since it was last tapped or typing began.
    """

    followed: bool
    on: bool | None = None
    tapped: bool = False
    came_on: bool = False


def caps_lock(layout: Layout, *, fix: bool) -> CapsLock:
    """Nothing known yet. Where the key is something else than a lock, it is left alone."""
    return CapsLock(followed=fix and layout.caps == "lock")


def typed_with(caps: CapsLock, layout: Layout, *, fix: bool) -> CapsLock:
    """The next piece is typed with this layout; what is known of the light stays."""
    return replace(caps, followed=caps_lock(layout, fix=fix).followed)


def lit(caps: CapsLock, leds: int | None) -> CapsLock:
    """The host set its lights; None: it went away, and whatever was owed to it is void."""
    if leds is None:
        return CapsLock(caps.followed)
    on = bool(leds & CAPS_LOCK)
    return replace(caps, on=on, came_on=caps.came_on or (on and caps.on is not True))


def begun(caps: CapsLock) -> CapsLock:
    """A text is about to be typed: what the light did before is known by its state."""
    return replace(caps, came_on=False)


def in_the_way(caps: CapsLock) -> bool:
    """Whether to tap it off before the first key."""
    return caps.followed and caps.on is True


def came_in_the_way(caps: CapsLock) -> bool:
    """Whether it went on while typing. Not so if it merely stayed on: then a tap does nothing."""
    return caps.followed and caps.came_on and caps.on is True


def tapped_off(caps: CapsLock) -> CapsLock:
    """The tap was sent; the light will tell whether it did anything."""
    return replace(caps, tapped=True, came_on=False)


def owed(caps: CapsLock) -> bool:
    """Whether to tap it on again: it was tapped off, and off it went."""
    return caps.tapped and caps.on is False


def put_back(caps: CapsLock) -> CapsLock:
    """Nothing is owed any more."""
    return replace(caps, tapped=False)
