"""A simulated host in a process of its own: ``python -m saykey.simulated.host_process SOCKET``.

It listens on a Unix socket of type SOCK_SEQPACKET for one keyboard at a time. The protocol is
described in saykey.transport.fd. It prints the content of its text field as one line of JSON when
typing pauses, when the keyboard goes away, and at the end (SIGTERM or Ctrl+C).
"""

import argparse
import json
import signal
import socket
import sys
import time
from pathlib import Path

from saykey.errors import SaykeyError, UsageError
from saykey.simulated.text_field import TextField

_PAUSE_S = 0.03
_REPORT_BYTES = 8


class _Ended(Exception):
    """SIGTERM or SIGINT arrived."""


class Server:
    """One text field, and the socket that its keyboards connect to.

    It reads a report every ``poll_s`` seconds. After ``unplug_after`` reports the cable is pulled
    once: further reports of that connection are lost. The keyboard may connect again.
    """

    def __init__(
        self, path: Path, field: TextField, poll_s: float, unplug_after: int | None
    ) -> None:
        self._field = field
        self._poll_s = poll_s
        self._reports_left = unplug_after
        self._printed = ""
        self._listener = _listen(path)

    def serve(self) -> None:
        """Serve one keyboard after another, until a signal ends the process."""
        self._print("listening")
        while True:
            keyboard, _ = self._listener.accept()
            with keyboard:
                keyboard.settimeout(_PAUSE_S)
                self._print("connected")
                self._take_reports(keyboard)
            self._field.let_all_up(time.monotonic_ns())
            self._print("disconnected")

    def end(self) -> None:
        """Print the text field for the last time."""
        self._print("ended")

    def _take_reports(self, keyboard: socket.socket) -> None:
        leds = self._field.leds
        try:
            keyboard.send(bytes((leds,)))
            while True:
                report = self._next_report(keyboard)
                if len(report) != _REPORT_BYTES:
                    return
                self._field.read(report, time.monotonic_ns())
                if self._is_unplugged():
                    return
                keyboard.send((1).to_bytes(2, "little"))
                if self._field.leds != leds:
                    leds = self._field.leds
                    keyboard.send(bytes((leds,)))
                if self._poll_s:
                    time.sleep(self._poll_s)
        except (BrokenPipeError, ConnectionResetError):
            return

    def _next_report(self, keyboard: socket.socket) -> bytes:
        while True:
            try:
                return keyboard.recv(64)
            except TimeoutError:
                self._field.pass_time(time.monotonic_ns())
                self._print("typed")

    def _is_unplugged(self) -> bool:
        if self._reports_left is None:
            return False
        self._reports_left -= 1
        return self._reports_left == 0

    def _print(self, event: str) -> None:
        shown = {
            "text": self._field.text,
            "keys_down": sorted(self._field.keys_down),
            "leds": self._field.leds,
        }
        written = json.dumps(shown)
        if event != "typed" or written != self._printed:
            sys.stdout.write(json.dumps({"event": event} | shown) + "\n")
            sys.stdout.flush()
        self._printed = written


def _listen(path: Path) -> socket.socket:
    """A listening socket. Replaces a socket that a dead host left behind."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if path.is_socket():
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as trial:
            if trial.connect_ex(str(path)) == 0:
                raise UsageError(f"A host listens on {path} already: choose another path.")
        path.unlink()
    try:
        listener.bind(str(path))
    except OSError as error:
        message = f"{path} cannot be made ({error.strerror}): choose a path you may write to."
        raise UsageError(message) from error
    listener.listen(1)
    return listener


def _end(_number: int, _frame: object) -> None:
    raise _Ended


def main(arguments: list[str] | None = None) -> int:
    """Run a host until SIGTERM or Ctrl+C. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="saykey.simulated.host_process", description=__doc__)
    parser.add_argument("socket", type=Path, help="path of the socket to listen on")
    parser.add_argument("--layout", default="us", help="xkb layout (default: us)")
    parser.add_argument("--variant", default="", help="xkb variant (default: none)")
    parser.add_argument("--poll-ms", type=float, default=0.0, help="pause between two reports")
    parser.add_argument("--unplug-after", type=int, help="reports after which to cut the link")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    try:
        field = TextField(options.layout, options.variant)
        server = Server(options.socket, field, options.poll_ms / 1000, options.unplug_after)
    except SaykeyError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    try:
        server.serve()
    except _Ended:
        server.end()
    finally:
        options.socket.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
