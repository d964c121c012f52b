"""Command line: ``python -m short_windows teach|evaluate``; see docs/short-windows.md."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from saykey.errors import SaykeyError
from short_windows.options import parsed

_INTERRUPTED = 130


class Interrupt:
    """Whether the user has pressed Ctrl-C once. The second time ends the program at once."""

    def __init__(self) -> None:
        self.asked = False

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch for Ctrl-C in this block."""
        before = signal.signal(signal.SIGINT, self._pressed)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _pressed(self, *_: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
        tell("stopping soon, and keeping what was learned; press Ctrl-C again to stop at once")


def tell(line: str) -> None:
    """Print a line to standard error."""
    print(f"short_windows: {line}", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit status: 2 for a usage error, 1 for a failure."""
    try:
        options = parsed(arguments)
        from short_windows import commands  # after the options, because it loads JAX

        interrupt = Interrupt()
        with interrupt.watched():
            commands.run(options, tell, lambda: interrupt.asked)
    except SaykeyError as error:
        tell(str(error))
        return error.exit_code
    except ModuleNotFoundError as error:
        tell(f"{error.name} is not installed; install what docs/short-windows.md names")
        return 1
    except OSError as error:
        tell(f"{error.filename or 'a file'}: {error.strerror}; free space or choose another folder")
        return 1
    except KeyboardInterrupt:
        tell("stopped; the last checkpoint stays")
        return _INTERRUPTED
    return _INTERRUPTED if interrupt.asked else 0


if __name__ == "__main__":
    sys.exit(main())
