"""A process that lets the keys up if ours dies: the host would repeat a key left down for ever."""

import os
import shlex
import subprocess

_WRITE_WHEN_ALONE = r"""
trap '' HUP INT TERM
read -r nothing
test -c {path} && exec 1<>{path} && printf '\0\0\0\0\0\0\0\0'
"""
"""``read`` ends when the last writer of the pipe is gone, however that came (pipe(7)).

Opened only then, because a gadget set up anew is another device. ``test -c``: the shell would make
a plain file where there is none.
"""


class Guard:
    """A shell of its own, which writes the all-zero report to a device once this process is dead.

    It waits for a host that does not poll. The unit's signals do not end it, SIGKILL does.
    """

    def __init__(self, path: str) -> None:
        ours, alive = os.pipe()  # neither is inherited by any other child (PEP 446)
        try:
            self._shell = subprocess.Popen(
                ("/bin/sh", "-c", _WRITE_WHEN_ALONE.format(path=shlex.quote(path))),
                stdin=ours,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except OSError:
            os.close(alive)
            raise
        finally:
            os.close(ours)
        self._alive = alive

    def dismiss(self) -> None:
        """End it without a report."""
        self._shell.kill()
        self._shell.wait()
        os.close(self._alive)
