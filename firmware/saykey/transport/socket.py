"""The socket of a simulated host as an endpoint.

The socket stands for a cable to ``saykey.simulated.host_process``. It also gives two-byte
messages, the number of reports the host has read since the last one, because a socket would take
hundreds of reports unread where the kernel's gadget takes two.
"""

import socket


class HostSocket:
    """A simulated host's Unix socket of type SOCK_SEQPACKET: a message is a report."""

    acknowledges = True
    advice = "start a host there: python -m saykey.simulated.host_process PATH"

    def __init__(self, path: str) -> None:
        self.path = path

    def connect(self) -> int:
        """Connect to the host."""
        kind = socket.SOCK_SEQPACKET | socket.SOCK_NONBLOCK
        with socket.socket(socket.AF_UNIX, kind) as connection:
            connection.connect(self.path)
            return connection.detach()

    def sleeps(self) -> bool:
        """Never: it is there or it is not."""
        return False

    def wake(self) -> None:
        """Not needed."""

    def close(self) -> None:
        """Nothing to end."""
