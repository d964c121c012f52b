"""The client of the control socket, for commands. It uses blocking sockets and imports little."""

import os
import socket
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from saykey.control.protocol import VERSION, Hello, Reply, encode
from saykey.control.status import Status
from saykey.errors import ControlError
from saykey.flow import Stroke

PATIENCE_S = 5.0
"""Time-out in seconds. A running saykey never blocks its event loop for more than 20 ms."""

_SO_SNDTIMEO_NEW = 67
"""The time-out of a blocking send or connect: two 64-bit numbers, seconds and microseconds, also on
32-bit machines (asm-generic/socket.h, since Linux 5.1)."""

_LONGEST_LINE = 16 * 1024 * 1024


class ControlClient:
    """A connection to the running saykey, for use in a ``with`` statement.

    saykey closes the connection of a client that sends nothing for a minute: connect again then.
    """

    def __init__(self, path: Path, patience_s: float = PATIENCE_S) -> None:
        """Connect. Raises ControlError when no saykey, or another version of it, answers."""
        self._path = path
        self._patience_s = patience_s
        self._last_id = 0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._connect()
            self._lines = self._socket.makefile("rb")
            self._greet()
        except ControlError:
            self._socket.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._lines.close()
        self._socket.close()

    def request(self, do: str, **fields: Any) -> Status:
        """Send a request and return the status after it.

        Raises ControlError with the server's reason when it was refused.
        """
        self._last_id += 1
        try:
            self._socket.sendall(encode({"id": self._last_id, "do": do, **fields}))
        except TimeoutError:
            raise self._silent() from None
        except OSError:
            pass  # saykey closed the connection; the last line it sent says why
        return self._answer()

    def type_keys(self, *strokes: Stroke) -> None:
        """Press these keys on the current host. Return when all are up again.

        Raises ControlError when it is refused.
        """
        self.request("keys", strokes=[(key.usage, key.modifiers) for key in strokes])
        next(status for status in self.watch() if not status.typing)
        self._socket.settimeout(self._patience_s)

    def use_model(self, name: str) -> None:
        """Use this model from the next dictation on. Return when it is loaded.

        A dictation in progress ends first. Raises ControlError with the reason when the model
        cannot be used, or when somebody has chosen another one meanwhile.
        """
        self.request("use-model", name=name)
        for model in (status.model for status in self.watch()):
            if model.next == name:
                continue
            if model.next or model.name != name:
                reason = model.reason or f"{model.next or model.name} was chosen meanwhile"
                raise ControlError(reason)
            if model.state == "failed":
                raise ControlError(model.reason)
            if model.state == "ready":
                return

    def watch(self, *, text: bool = False) -> Iterator[Status]:
        """Yield the status now, and again after each change.

        saykey closes the connection of a watcher that reads nothing for a minute. Raises
        ControlError then, and when saykey ends.
        """
        yield self.request("watch", text=text)
        self._socket.settimeout(None)
        while True:
            reply = self._reply()
            if reply.ok is False:
                raise ControlError(reply.error)
            if reply.status is not None and reply.id is None:
                yield reply.status

    def listen(self) -> None:
        """Borrow the microphone. Read its sound with `sound` until it ends.

        Raises ControlError with the reason when it is refused.
        """
        self.request("listen")

    def stop_listening(self) -> None:
        """Ask for the end of the sound. `sound` still returns what was heard before.

        Another thread may wait in `sound`. Raises ControlError when saykey does not answer.
        """
        self._last_id += 1
        try:
            self._socket.sendall(encode({"id": self._last_id, "do": "release"}))
        except TimeoutError:
            raise self._silent() from None
        except OSError:
            pass  # saykey closed the connection; `sound` says why

    def sound(self) -> bytes:
        """Wait for the next piece of the microphone's sound, pcm16 at 16 kHz; b"" is the end.

        Raises ControlError with the reason when saykey ends it by itself.
        """
        while True:
            reply = self._reply()
            if reply.ok is False and reply.id is None:
                raise ControlError(reply.error)
            if isinstance(reply.sound, bytes):
                return reply.sound
            if reply.sound is None:
                if reply.error:
                    raise ControlError(reply.error)
                return b""

    def _answer(self) -> Status:
        while True:
            reply = self._reply()
            if reply.ok is False and reply.id in {None, self._last_id}:
                raise ControlError(reply.error)
            if reply.id == self._last_id and reply.status is not None:
                return reply.status

    def _reply(self) -> Reply:
        line = self._line()
        try:
            return msgspec.json.decode(line, type=Reply)
        except msgspec.DecodeError as error:
            raise ControlError(
                f"cannot read the answer of saykey at {self._path}: {error}"
            ) from None

    def _line(self) -> bytes:
        try:
            line = self._lines.readline(_LONGEST_LINE)
        except TimeoutError:
            raise self._silent() from None
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            raise ControlError("saykey has ended; see its log, or start it with `saykey run`")
        return line

    def _silent(self) -> ControlError:
        return ControlError(
            f"saykey at {self._path} did not answer within {self._patience_s:g} s; "
            "see its log, restart it"
        )

    def _connect(self) -> None:
        # Only a blocking connect waits while the queue of a Unix socket is full. The kernel ends
        # the wait after SO_SNDTIMEO (unix_stream_connect in net/unix/af_unix.c). With Python's own
        # time-out the socket does not block, and connect fails at once.
        seconds, rest = divmod(self._patience_s, 1)
        limit = struct.pack("qq", int(seconds), int(rest * 1_000_000))
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_SNDTIMEO_NEW, limit)
            self._socket.connect(os.fspath(self._path))
            self._socket.settimeout(self._patience_s)
        except (FileNotFoundError, ConnectionRefusedError):
            raise ControlError(
                f"saykey is not running (no socket at {self._path}); start it with `saykey run`, "
                "or name its socket with --socket"
            ) from None
        except PermissionError:
            raise ControlError(
                f"not permitted to use {self._path}; run as its owner or join its group"
            ) from None
        except BlockingIOError:
            raise self._silent() from None
        except OSError as error:
            raise ControlError(
                f"{self._path} is not a control socket of saykey: {error.strerror or error}"
            ) from None

    def _greet(self) -> None:
        line = self._line()
        try:
            hello = msgspec.json.decode(line, type=Hello)
        except msgspec.DecodeError:
            hello = Hello(hello="")
        if hello.hello != "saykey":
            raise ControlError(
                f"{self._path} is not a control socket of saykey; name the right one with --socket"
            )
        if hello.version != VERSION:
            raise ControlError(
                f"the saykey at {self._path} (release {hello.release}) speaks version "
                f"{hello.version} of the control protocol and this command version {VERSION}; "
                "use the same release for both"
            )
