"""A process that releases the keys if ours dies: the host would repeat a key left down for ever."""

import os
import shlex
import subprocess

_WRITE_WHEN_ALONE = r"""
trap '' HUP INT TERM
read -r nothing
test -c {path} && exec 1<>{path} && printf '\0\0\0\0\0\0\0\0'
"""
"""``read`` returns when the last writer of the pipe is gone, for whatever reason (pipe(7)).

The device is opened only then, because a gadget that was set up again is another device.
``test -c``: if the device is missing, the shell would create a plain file.
"""


class Guard:
    """A shell process that writes the all-zero report to a device once this process is dead.

    If the host does not poll, it waits. The signals of the systemd unit do not end it, except
    SIGKILL.
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
