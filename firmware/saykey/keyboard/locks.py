"""Decides from a host's Caps Lock light when to tap Caps Lock off, and when to tap it on again.

Tapping makes every direct key type correctly. Inverting Shift instead would type wrong letters on
many layouts (ß, µ, the digits row of fr, the umlauts of ch, thirteen letters of cz). The device
knows nothing of the lock but its light. macOS reports locks only to the keyboard that set them. If
a host reports nothing, Caps Lock is not tapped, because unknown is not off.
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
"""How long to wait for the light after a tap. Less than the time-out of a stop (typist)."""

TAP: tuple[Report, ...] = (report_of(Stroke(0x39), TAP_NS), report_of(Stroke(0)))
"""Caps Lock down, then all keys up (HID Usage Tables, page 0x07)."""


@dataclass(frozen=True, slots=True)
class CapsLock:
    """What is known of a host's Caps Lock. ``on`` is None until the host reports its lights.

    ``followed``: typing taps it off. ``tapped``: typing tapped it off and has to tap it on again.
    ``came_on``: it was switched on since the last tap or since typing began.
    """

    followed: bool
    on: bool | None = None
    tapped: bool = False
    came_on: bool = False


def caps_lock(layout: Layout, *, fix: bool) -> CapsLock:
    """The initial state: nothing is known. It is not followed if the layout's key is no lock."""
    return CapsLock(followed=fix and layout.caps == "lock")


def typed_with(caps: CapsLock, layout: Layout, *, fix: bool) -> CapsLock:
    """The state for a piece in this layout; what is known of the light is kept."""
    return replace(caps, followed=caps_lock(layout, fix=fix).followed)


def lit(caps: CapsLock, leds: int | None) -> CapsLock:
    """The state after the host set its lights. None: the host is gone, and nothing is restored."""
    if leds is None:
        return CapsLock(caps.followed)
    on = bool(leds & CAPS_LOCK)
    return replace(caps, on=on, came_on=caps.came_on or (on and caps.on is not True))


def begun(caps: CapsLock) -> CapsLock:
    """The state when typing begins: earlier changes of the light no longer matter."""
    return replace(caps, came_on=False)


def in_the_way(caps: CapsLock) -> bool:
    """Whether to tap it off before the first key."""
    return caps.followed and caps.on is True


def came_in_the_way(caps: CapsLock) -> bool:
    """Whether it was switched on while typing. Not if it only stayed on: then taps do nothing."""
    return caps.followed and caps.came_on and caps.on is True


def tapped_off(caps: CapsLock) -> CapsLock:
    """The state after the tap was sent; the light will show whether it had an effect."""
    return replace(caps, tapped=True, came_on=False)


def owed(caps: CapsLock) -> bool:
    """Whether to tap it on again: it was tapped off, and the light went off."""
    return caps.tapped and caps.on is False


def put_back(caps: CapsLock) -> CapsLock:
    """The state after it was tapped on again: nothing is left to restore."""
    return replace(caps, tapped=False)
