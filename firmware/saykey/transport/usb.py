"""The HID function of the kernel's USB gadget as an endpoint."""

import contextlib
import errno
import fcntl
import logging
import os
import stat
from pathlib import Path

from saykey.flow import ALL_UP
from saykey.transport.guard import Guard

CONTROLLERS = Path("/sys/class/udc")
"""The USB device controllers (Documentation/ABI/stable/sysfs-class-udc)."""

_DEVICES = Path("/sys/dev/char")
"""Links from character devices to their folders (Documentation/ABI/testing/sysfs-dev)."""

_CLASS = "hidg"
"""The kernel's class of the devices of USB gadgets with a HID function (f_hid.c, ghid_setup)."""

_STALE_REPORTS = 16

_log = logging.getLogger(__name__)


class UsbGadget:
    """The HID function of the kernel's USB gadget, such as /dev/hidg0.

    While it is in use, a separate process releases the keys if ours is killed.
    ``controllers`` is a folder like CONTROLLERS.
    """

    acknowledges = False
    advice = "set the USB gadget up, let this user write to it, and run one Saykey only."

    def __init__(self, path: str, controllers: Path = CONTROLLERS) -> None:
        self.path = path
        self._controllers = controllers
        self._suspended: tuple[Path, ...] = ()
        self._guard: Guard | None = None

    def connect(self) -> int:
        """Open it and test it with an all-zero report: opening alone succeeds without a cable.

        Lock light reports already queued are dropped: they come from the enumeration or from the
        previous host. Raises OSError: EBUSY if another Saykey has the device, because their reports
        would mix; EINVAL if it is no HID gadget.
        """
        if why := no_keyboard(Path(self.path)):
            raise OSError(errno.EINVAL, why)
        fd = os.open(self.path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        try:
            _lock(fd)
            with contextlib.suppress(BlockingIOError):
                for _ in range(_STALE_REPORTS):
                    os.read(fd, 64)
            with contextlib.suppress(BlockingIOError):  # a host is there, but does not poll now
                os.write(fd, ALL_UP.data)
            if self._guard is None:
                self._guard = Guard(self.path)
        except OSError:
            os.close(fd)
            raise
        # These files are created with each gadget. Unlike the controller's "state", the composite
        # framework itself sets them, and every controller driver must call it (composite.c).
        self._suspended = tuple(self._controllers.glob("*/device/gadget*/suspended"))
        return fd

    def sleeps(self) -> bool:
        """Whether the composite framework reports that the host suspended it; False if unknown."""
        for told in self._suspended:
            with contextlib.suppress(OSError):  # unbound meanwhile
                if told.read_bytes().strip() == b"1":
                    return True
        return False

    def wake(self) -> None:
        """Request remote wake-up (USB 2.0, 7.1.7.7), which the host must have allowed.

        Not every controller driver supports it: dwc2 in Linux 6.12 has no ``wakeup``, and the
        kernel drops the request without an error (udc/core.c, srp_store).
        """
        for request in self._controllers.glob("*/srp"):
            try:
                request.write_bytes(b"1")
            except OSError as error:
                _log.warning(
                    "%s cannot be woken: %s (%s): install systemd/70-saykey.rules",
                    self.path,
                    request,
                    error.strerror,
                )

    def close(self) -> None:
        """End the guard."""
        if self._guard is not None:
            self._guard.dismiss()
            self._guard = None


def no_keyboard(path: Path) -> str:
    """Why this path is no HID gadget, in one line; "" if it is one. Raises OSError.

    The path is not opened for this check: a file would be overwritten with a report, and another
    device might be started. A device that sysfs does not list, such as a pseudo terminal, passes.
    """
    status = path.stat()
    if not stat.S_ISCHR(status.st_mode):
        return "this is no device, and what is typed would be written into it"
    number = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    subsystem = _DEVICES / number / "subsystem"
    if subsystem.exists() and subsystem.resolve().name != _CLASS:
        return "this device is no USB gadget's keyboard"
    return ""


def _lock(fd: int) -> None:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OSError(errno.EBUSY, "another program types on it") from None
