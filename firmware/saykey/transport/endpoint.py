"""What stands at the end of a file descriptor that takes reports.

Every endpoint takes one 8-byte report per write and gives lock light reports of one byte.
"""

import errno
from typing import Protocol

AWAY = frozenset(
    {
        errno.ESHUTDOWN,  # the gadget is unbound or the cable unplugged (f_hid.c, f_hidg_write)
        errno.ENOMEM,  # the same, told to a reader (f_hid.c, f_hidg_ssreport_read)
        errno.ENODEV,
        errno.ENXIO,
        errno.EPIPE,
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.EAGAIN,  # the simulated host's queue of connections is full
    }
)
"""What connecting raises where there is no host now, but may be one later."""


class Endpoint(Protocol):
    """What stands at the end of the descriptor."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    @property
    def acknowledges(self) -> bool:
        """Whether it tells how many reports were read; if not, the kernel bounds them."""
        ...

    @property
    def advice(self) -> str:
        """What the user should do when it is not there."""
        ...

    def connect(self) -> int:
        """A non-blocking descriptor to a host that takes reports. Raises OSError."""
        ...

    def sleeps(self) -> bool:
        """Whether the host is known to have suspended this device. Costs little."""
        ...

    def wake(self) -> None:
        """Signal a sleeping host to wake up."""
        ...

    def close(self) -> None:
        """Nothing is connected any more, nor will be."""
        ...
