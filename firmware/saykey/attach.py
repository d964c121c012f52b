"""Keeps a part of the device in use: opens it, reports it as missing, and opens it again.

A part is what may be absent at the start or go away later: the button, the LED, the display, and
the way to each host. The device runs without it meanwhile.
"""

from collections.abc import Awaitable, Callable

from saykey.clock import NS_PER_S
from saykey.errors import HardwareError
from saykey.events import Event, PartFound, PartMissing
from saykey.ports import Clock

FIRST_PAUSE_NS = NS_PER_S
LONGEST_PAUSE_NS = 10 * NS_PER_S
"""Between two attempts. The pause doubles: an attempt can cost a search for a library."""

Use = Callable[[Callable[[], None]], Awaitable[None]]
"""Opens a part, calls its argument once the part works, and returns when the part must be opened
again. Raises HardwareError when the part is missing or goes away, with what the user should do."""


async def attach(part: str, use: Use, clock: Clock, post: Callable[[Event], None]) -> None:
    """Use this part until cancelled, as often as it goes away.

    Each new reason is posted once as PartMissing. PartFound follows when the part works again.
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
