"""The file that held text is mirrored in: in memory (tmpfs), for this user only, gone at power-off.

What is spoken never gets to the card by it: a folder that is not in memory is refused. No text is
ever logged, nor anything made of it.
"""

import contextlib
import logging
import os
import stat
from pathlib import Path

from saykey.outbox.kept import Kept, Unusable, decode, encode

_log = logging.getLogger(__name__)

MODE = 0o600
LARGEST = 8 << 20
"""Bytes read back at most; an hour of speech is 60 kB."""

_IN_MEMORY = {"tmpfs", "ramfs"}


class Mirror:
    """Keeps a file at ``path`` the same as what it was given last; no file when that is nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unready = path.with_name(f".{path.name}.new")
        self._refused = ""
        self._standing: Kept | None = None

    def restore(self) -> Kept:
        """What a daemon that crashed left behind. A file that is damaged is removed, and logged."""
        if why_not(self._path):
            return ()
        try:
            self._standing = self._read()
        except FileNotFoundError:
            return ()
        except OSError as error:
            self._refuse(f"cannot be read ({error.strerror}): remove it")
        except Unusable:
            _log.warning("%s is damaged or not ours: it is removed", self._path)
            with contextlib.suppress(OSError):
                self._path.unlink()
        return self._standing or ()

    def _read(self) -> Kept:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(self._path, flags), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid():
                raise Unusable
            if status.st_size > LARGEST:
                raise Unusable
            return decode(file.read())

    def open(self) -> None:
        """See whether the file may be kept where it is wanted; if not, log why, once."""
        if why := why_not(self._path):
            self._refuse(why)

    def keep(self, held: Kept) -> None:
        """Have the file hold this, and nothing else. Blocks for a write to memory at most."""
        if self._refused or held == (self._standing or ()):
            return
        try:
            if held:
                self._replace(encode(held))
            else:
                self._path.unlink(missing_ok=True)
        except OSError as error:
            self._refuse(f"cannot be written ({error.strerror}): see to {self._path.parent}")
            return
        self._standing = held

    def _replace(self, data: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._unready, flags, MODE)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, MODE)  # one that was left behind may have another
            file.write(data)
        self._unready.replace(self._path)

    def _refuse(self, why: str) -> None:
        if not self._refused:
            _log.warning("held text is not kept for after a crash: %s %s", self._path, why)
        self._refused = why


def why_not(path: Path) -> str:
    """Why held text may not be kept at this path, and what to do; "" if it may.

    Permissions do not count: they may differ for the user who runs the daemon.
    """
    folder = path.parent
    try:
        if not folder.is_dir():
            return f"has no folder {folder}: make it, or set [held] mirror"
        if path.is_dir():
            return "is a folder: set [held] mirror to a file in it"
        if (kind := file_system_of(folder)) not in _IN_MEMORY:
            return f"is not in memory ({kind}): set [held] mirror to a path below /run"
    except PermissionError:
        return ""
    except OSError as error:  # such as a name too long
        return f"cannot be used ({error.strerror}): set [held] mirror to another path"
    return ""


def file_system_of(folder: Path) -> str:
    """The kind of file system a folder is on, such as "tmpfs"; "unknown" if no mount is its own.

    Python has no statfs(2), whose f_type would be TMPFS_MAGIC of linux/magic.h, so it is looked up
    by device number in /proc/self/mountinfo (proc_pid_mountinfo(5)).
    """
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
        mount, _, source = line.partition(" - ")
        if mount.split()[2] == wanted:
            return source.split()[0]
    return "unknown"
