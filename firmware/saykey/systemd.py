"""What the service manager is told: ready, what goes on, stopping, still alive. See sd_notify(3).

A few lines of our own: the protocol is one datagram a message, and stable by promise.
"""

import logging
import os
import socket
from collections.abc import MutableMapping

_log = logging.getLogger(__name__)

_NS_PER_US = 1_000


class Manager:
    """The service manager that started this process, at its socket ``address``.

    ``alive_every_ns``: how often it is told that all is well, None if it does not want to know.
    """

    def __init__(self, address: str, alive_every_ns: int | None = None) -> None:
        self._address = _bytes_of(address)
        self._status = ""
        self.alive_every_ns = alive_every_ns

    def ready(self) -> None:
        """The service does its work from here on."""
        self._tell("READY", "1")

    def stopping(self) -> None:
        """The service is about to end."""
        self._tell("STOPPING", "1")

    def alive(self) -> None:
        """The event loop turns. Not heard for WatchdogSec, the service is killed and restarted."""
        self._tell("WATCHDOG", "1")

    def status(self, line: str) -> None:
        """One line for `systemctl status`; told when it is another one than before."""
        if line != self._status:
            self._status = line
            self._tell("STATUS", " ".join(line.split()))

    def _tell(self, key: str, value: str) -> None:
        """Send a datagram; a manager that is not there, or takes none now, is not waited for."""
        kind = socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK
        message = f"{key}={value}".encode("utf-8", "replace")
        try:
            with socket.socket(socket.AF_UNIX, kind) as connection:
                connection.sendto(message, self._address)
        except OSError as error:
            _log.warning("the service manager could not be told %s: %s", key, error.strerror)


def _bytes_of(address: str) -> bytes:
    """sun_path: one that begins with @ is abstract, and begins with a zero (unix(7))."""
    path = os.fsencode(address)
    return b"\0" + path[1:] if path.startswith(b"@") else path


def manager_of(environment: MutableMapping[str, str], process: int) -> Manager | None:
    """The manager named in the environment, which is then taken out: it is not for children.

    It is told twice in each WATCHDOG_USEC that all is well, as sd_watchdog_enabled(3) advises.
    """
    address = environment.pop("NOTIFY_SOCKET", "")
    limit_us = environment.pop("WATCHDOG_USEC", "")
    meant = environment.pop("WATCHDOG_PID", str(process)) == str(process)
    if address and address[0] not in "/@":
        _log.warning("NOTIFY_SOCKET is no path: the service manager is told nothing")
        return None
    watched = meant and limit_us.isascii() and limit_us.isdigit() and int(limit_us) > 0
    every = int(limit_us) * _NS_PER_US // 2 if watched else None
    return Manager(address, every) if address else None
