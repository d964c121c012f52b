"""The socket of a simulated host as an endpoint.

The socket replaces the cable to ``saykey.simulated.host_process``. The host also sends two-byte
messages: the number of reports it has read since its last message. They are needed because a socket
takes hundreds of unread reports, but the kernel's gadget takes two.
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
        """Never: a simulated host is there or not."""
        return False

    def wake(self) -> None:
        """Do nothing: the host never sleeps."""

    def close(self) -> None:
        """Do nothing: nothing is held."""
