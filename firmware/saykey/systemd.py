"""Sends notifications to systemd: ready, status, stopping, watchdog. See sd_notify(3).

This needs no package: the protocol is one datagram per message, and systemd keeps it stable.
"""

import logging
import os
import socket
from collections.abc import MutableMapping

_log = logging.getLogger(__name__)

_NS_PER_US = 1_000


class Manager:
    """The service manager that started this process. ``address`` is its notification socket.

    ``alive_every_ns`` is the interval of watchdog messages, None if it wants none.
    """

    def __init__(self, address: str, alive_every_ns: int | None = None) -> None:
        self._address = _bytes_of(address)
        self._status = ""
        self.alive_every_ns = alive_every_ns

    def ready(self) -> None:
        """Report that the start is complete."""
        self._tell("READY", "1")

    def stopping(self) -> None:
        """Report that the service is shutting down."""
        self._tell("STOPPING", "1")

    def alive(self) -> None:
        """Report that the event loop is running.

        systemd kills and restarts the service if this is missing for WatchdogSec.
        """
        self._tell("WATCHDOG", "1")

    def status(self, line: str) -> None:
        """Set the line that `systemctl status` shows. An unchanged line is not sent again."""
        if line != self._status:
            self._status = line
            self._tell("STATUS", " ".join(line.split()))

    def _tell(self, key: str, value: str) -> None:
        """Send a datagram. Does not wait if the manager is absent or cannot take it now."""
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        message = f"{key}={value}".encode("utf-8", "replace")
        try:
            with socket.socket(socket.AF_UNIX, kind) as connection:
                connection.sendto(message, self._address)
        except OSError as error:
            _log.warning("could not send %s to the service manager: %s", key, error.strerror)


def _bytes_of(address: str) -> bytes:
    """The sun_path of an address. "@" marks an abstract socket: it begins with a NUL (unix(7))."""
    path = os.fsencode(address)
    return b"\0" + path[1:] if path.startswith(b"@") else path


def manager_of(environment: MutableMapping[str, str], process: int) -> Manager | None:
    """The manager named in the environment, or None.

    The variables are removed from the environment, so that child processes do not get them.
    Watchdog messages are sent twice per WATCHDOG_USEC, as sd_watchdog_enabled(3) advises.
    """
    address = environment.pop("NOTIFY_SOCKET", "")
    limit_us = environment.pop("WATCHDOG_USEC", "")
    meant = environment.pop("WATCHDOG_PID", str(process)) == str(process)
    if address and address[0] not in "/@":
        _log.warning("NOTIFY_SOCKET is not a path: nothing is sent to the service manager")
        return None
    watched = meant and limit_us.isascii() and limit_us.isdigit() and int(limit_us) > 0
    every = int(limit_us) * _NS_PER_US // 2 if watched else None
    return Manager(address, every) if address else None
