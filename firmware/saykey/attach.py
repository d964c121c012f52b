"""Keeps a part of the device open: opens it, reports when it is missing, and tries again.

A part may be absent at the start or go away later. Parts are the button, the LED, the display, and
the connection to each host. The device runs without a missing part.
"""

from collections.abc import Awaitable, Callable

from saykey.clock import NS_PER_S
from saykey.errors import HardwareError
from saykey.events import Event, PartFound, PartMissing
from saykey.ports import Clock

FIRST_PAUSE_NS = NS_PER_S
LONGEST_PAUSE_NS = 10 * NS_PER_S
"""The pause between two attempts doubles up to this: an attempt may search for a library."""

Use = Callable[[Callable[[], None]], Awaitable[None]]
"""A function that opens a part, calls its argument when the part works, and returns when the part
must be opened again. It raises HardwareError, with advice for the user, when the part is missing
or goes away."""


async def attach(part: str, use: Use, clock: Clock, post: Callable[[Event], None]) -> None:
    """Keep this part in use until cancelled. Opens it again whenever it goes away.

    Posts PartMissing once for each new reason, and PartFound when the part works after that.
    """
    reason = ""
    pause = FIRST_PAUSE_NS

    def works() -> None:
        nonlocal reason, pause
        if reason:
            post(PartFound(part))
        reason, pause = "", FIRST_PAUSE_NS

    while True:
        try:
            await use(works)
        except HardwareError as error:
            if str(error) != reason:
                reason = str(error)
                post(PartMissing(part, reason))
        await clock.sleep_until(clock.now() + pause)
        pause = min(2 * pause, LONGEST_PAUSE_NS)
