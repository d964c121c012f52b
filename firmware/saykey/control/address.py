"""The file of the control socket: made, found in use or left over, and removed."""

import os
import socket
from pathlib import Path

from saykey.errors import ControlError

MODE = 0o660
"""The owner and the group may talk to the device; nobody else."""

BACKLOG = 32
"""How many clients the kernel queues until they are accepted; later ones wait in connect."""

LONGEST_PATH = 107
"""Bytes of a path that fit sun_path with its final zero (unix(7))."""


def bind(path: Path) -> tuple[socket.socket, int]:
    """A listening socket at ``path``, not blocking, and the inode by which `unbind` knows it again.

    A socket that nobody listens on any more is replaced. Raises ControlError when the place is
    taken or cannot be used, saying what to do.
    """
    if reason := why_not(path):
        raise ControlError(reason)
    _make_way(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(0)
    # Bound under another name and moved: at no moment is it there with wider permissions.
    unready = path.parent / f".{os.getpid():x}"
    try:
        unready.unlink(missing_ok=True)
        listener.bind(os.fspath(unready))
        unready.chmod(MODE)
        listener.listen(BACKLOG)
        inode = unready.stat().st_ino
        unready.rename(path)
    except OSError as error:
        listener.close()
        raise ControlError(
            f"cannot make the control socket {path}: {_advice(error, path)}"
        ) from None
    return listener, inode


def why_not(path: Path) -> str:
    """Why no control socket can be made at this path, and what to do; "" if one can.

    Neither permissions nor a running saykey count: both may differ when one is made.
    """
    if len(os.fsencode(path)) > LONGEST_PATH:
        return (
            f"the path {path} is longer than the {LONGEST_PATH} bytes a socket may have; "
            "set [control] socket"
        )
    try:
        if not path.parent.is_dir():
            return _advice(FileNotFoundError(), path)
        if path.exists() and not path.is_socket():
            return f"{path} is no socket; remove it or set [control] socket"
    except PermissionError:
        return ""
    except OSError as error:
        return _advice(error, path)
    return ""


def unbind(path: Path, inode: int) -> None:
    """Remove the socket at ``path`` unless another saykey has put its own there."""
    try:
        if path.stat().st_ino == inode:
            path.unlink()
    except FileNotFoundError:
        pass


def _make_way(path: Path) -> None:
    """Raise ControlError if somebody listens on the socket at ``path``."""
    try:
        if not path.is_socket():
            return
    except PermissionError:
        return  # binding will tell
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0)
        try:
            probe.connect(os.fspath(path))
        except BlockingIOError:
            pass  # somebody listens, with a full queue
        except ConnectionRefusedError:
            return
        except OSError as error:
            raise ControlError(f"cannot use {path}: {_advice(error, path)}") from None
    raise ControlError(f"{path} is in use by a running saykey; stop it or set [control] socket")


def _advice(error: OSError, path: Path) -> str:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return f"there is no directory {path.parent}; make it or set [control] socket"
    if isinstance(error, PermissionError):
        return f"not permitted in {path.parent}; run as its owner or set [control] socket"
    return f"{error.strerror}; set [control] socket"
