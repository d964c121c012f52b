"""The protocol of an endpoint: a device or socket that takes reports.

Every endpoint takes one 8-byte report per write. Reading it returns lock light reports of one byte.
"""

import errno
from typing import Protocol

AWAY = frozenset(
    {
        errno.ESHUTDOWN,  # the gadget is unbound or the cable unplugged (f_hid.c, f_hidg_write)
        errno.ENOMEM,  # the same, returned to a reader (f_hid.c, f_hidg_ssreport_read)
        errno.ENODEV,
        errno.ENXIO,
        errno.EPIPE,
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.EAGAIN,  # the simulated host's queue of connections is full
    }
)
"""Errors of connecting if there is no host now, but may be one later."""


class Endpoint(Protocol):
    """A device or socket that takes reports for a host."""

    @property
    def path(self) -> str:
        """The path of the device or socket."""
        ...

    @property
    def acknowledges(self) -> bool:
        """Whether it reports how many reports the host has read; if not, the kernel limits them."""
        ...

    @property
    def advice(self) -> str:
        """What the user should do when it cannot be opened."""
        ...

    def connect(self) -> int:
        """Return a non-blocking descriptor to a host that takes reports. Raises OSError."""
        ...

    def sleeps(self) -> bool:
        """Whether the host is known to have suspended this device. Costs little."""
        ...

    def wake(self) -> None:
        """Signal a sleeping host to wake up."""
        ...

    def close(self) -> None:
        """Release what it holds. Nothing is connected any more, and it will not connect again."""
        ...
