"""The mirror of held text: a file in memory (tmpfs), for this user only, gone at power-off.

A folder that is not in memory is refused, so that spoken text is never written to the card. Neither
the text nor anything derived from it is logged.
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
"""The largest file that is read back, in bytes. An hour of speech is 60 kB."""

_IN_MEMORY = {"tmpfs", "ramfs"}


class Mirror:
    """Keeps the latest held text in the file ``path``. There is no file when nothing is held.

    After an error the file is removed: some of its text may have been typed or dropped since then,
    and a restart would offer it again. The next change is written to a new file. A series of errors
    is logged once when it begins and once when it ends.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unready = path.with_name(f".{path.name}.new")
        self._in_trouble = False
        self._standing: Kept | None = ()
        """The content of the file: () if there is none, None if it is unknown."""

    def restore(self) -> Kept:
        """The text that a crashed daemon left. A damaged file is removed, which is logged."""
        if unfit(self._path, os.geteuid()):
            return ()
        try:
            self._standing = self._read()
        except FileNotFoundError:
            pass
        except (OSError, Unusable):
            _log.warning("%s is damaged or of another user: it is removed", self._path)
            self._discard()
        with contextlib.suppress(OSError):
            self._unready.unlink()  # an incomplete file, if the crash was during a write
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
        """Check whether the file may be written at its path. If not, log why."""
        if why := unfit(self._path, os.geteuid()):
            self._tell(why)

    def keep(self, held: Kept) -> None:
        """Replace the file's content by these texts. Blocks only for a write to memory."""
        if held == self._standing:
            return
        # Checked each time: a folder may be created later, or be on the card after an unmount.
        why = unfit(self._path, os.geteuid())
        if not why:
            why = self._write(held)
        if why:
            if self._standing != ():
                self._discard()
            self._tell(why)
            return
        self._standing = held
        if held and self._in_trouble:
            self._in_trouble = False
            _log.info("held text survives a crash again: %s", self._path)

    def _write(self, held: Kept) -> str:
        """Write the file. Returns why that failed, or ""."""
        try:
            if held:
                self._replace(encode(held))
            else:
                self._remove()
        except OSError as error:
            return f"cannot be written ({error.strerror}): check {self._path.parent}"
        return ""

    def _replace(self, data: bytes) -> None:
        # A file of this name is from a crash or from another user. A new one belongs to us only.
        self._unready.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(self._unready, flags, MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            self._unready.replace(self._path)
        finally:
            self._unready.unlink(missing_ok=True)

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
        self._unready.unlink(missing_ok=True)

    def _discard(self) -> None:
        try:
            self._remove()
        except OSError as error:
            self._standing = None
            self._tell(f"contains old text and cannot be removed ({error.strerror}): remove it")
        else:
            self._standing = ()

    def _tell(self, why: str) -> None:
        if not self._in_trouble:
            _log.warning("held text would be lost in a crash: %s %s", self._path, why)
        self._in_trouble = True


def unfit(path: Path, user: int) -> str:
    """Why this user's held text may not be kept at this path; "" if it may."""
    if why := why_not(path):
        return why
    folder = path.parent
    try:
        status = folder.stat()
    except OSError as error:
        return f"cannot be kept ({error.strerror}): check {folder}"
    if not only_ours(status, user):
        return f"is in {folder}, where others can replace it: let only this user write there"
    return ""


def only_ours(folder: os.stat_result, user: int) -> bool:
    """Whether only this user, root and the folder's group can rename its files.

    Others could put an earlier mirror back, which would still belong to this user. In a folder with
    the sticky bit, such as /dev/shm, only the owners of the file and the folder can (inode(7)).
    """
    writable = folder.st_mode & stat.S_IWOTH and not folder.st_mode & stat.S_ISVTX
    return not writable and folder.st_uid in {0, user}


def why_not(path: Path) -> str:
    """Why held text may not be kept at this path, and what to do; "" if it may.

    Missing permissions are no reason: they may differ for the user who runs the daemon.
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
    except OSError as error:  # for example a name that is too long
        return f"cannot be used ({error.strerror}): set [held] mirror to another path"
    return ""


def file_system_of(folder: Path) -> str:
    """The type of the file system that a folder is on, such as "tmpfs"; "unknown" if not found.

    Python has no statfs(2), whose f_type would be TMPFS_MAGIC of linux/magic.h. So the type is
    looked up by device number in /proc/self/mountinfo (proc_pid_mountinfo(5)).
    """
    device = folder.stat().st_dev
    wanted = f"{os.major(device)}:{os.minor(device)}"
    for line in Path("/proc/self/mountinfo").read_text("utf-8", "replace").splitlines():
        mount, _, source = line.partition(" - ")
        if mount.split()[2] == wanted:
            return source.split()[0]
    return "unknown"
