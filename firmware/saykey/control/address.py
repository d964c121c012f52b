"""Creates and removes the file of the control socket. Detects one that is in use or left over."""

import os
import socket
from pathlib import Path

from saykey.errors import ControlError

MODE = 0o660
"""Only the owner and the group may connect."""

BACKLOG = 32
"""How many clients the kernel queues until they are accepted. Further ones wait in connect."""

LONGEST_PATH = 107
"""The most bytes of a path in sun_path, without the final NUL (unix(7))."""


def bind(path: Path) -> tuple[socket.socket, int]:
    """A non-blocking listening socket at ``path``, and its inode, which `unbind` needs.

    A socket on which nobody listens any more is replaced. Raises ControlError, with advice, when
    the path is in use or cannot be used.
    """
    if reason := why_not(path):
        raise ControlError(reason)
    _make_way(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.settimeout(0)
    # Bound under another name and renamed, so that it never has wider permissions at ``path``.
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
    """Why no control socket can be created at this path, and what to do; "" if one can.

    Permissions and a running saykey are no reasons: both may differ when the socket is created.
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
            return f"{path} is not a socket; remove it or set [control] socket"
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
        return  # bind reports it
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
