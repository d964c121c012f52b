"""How much memory a model needs, from its file's size and its dimensions, and how much there is."""

import mmap
from enum import Enum
from pathlib import Path

from saykey.errors import ModelError

_MEGABYTE = 1_000_000

_LOADING = 53 * _MEGABYTE
_LOADING_PER_CELL = 7_500
"""Bytes a worker has while it loads, besides two copies of the file: that which was checked, and
whisper.cpp's. A cell is a unit of width of one layer."""

_RUNNING = 118 * _MEGABYTE
_RUNNING_PER_WIDTH = 1500 * 1500 * 4 // 64
_RUNNING_PER_CELL = 15_000
"""Bytes a worker has while it hears the full window, besides the weights. Without flash attention
each head, 64 wide, has 1500 x 1500 floats.

Fitted, as those above, to the peak memory of workers with random weights of true dimensions, one
thread, x86-64 (docs/models.md): tiny, base and small are told with up to 10 % more than they
take.
"""

_SPARE = 32 * _MEGABYTE
"""What must be left for everything else that goes on."""


class Room(Enum):
    """Where a model can be loaded: BESIDE the one in use, or only in its place, ALONE."""

    BESIDE = "beside"
    ALONE = "alone"


def need(size: int, state: int, layers: int) -> int:
    """Bytes a worker with this model has at its peak, the weights included.

    ``size`` is that of the file in bytes, ``state`` the width of the model, ``layers`` those of
    its encoder or of its decoder, whichever has more.
    """
    cells = state * layers
    loading = 2 * size + _LOADING + _LOADING_PER_CELL * cells
    running = size + _RUNNING + _RUNNING_PER_WIDTH * state + _RUNNING_PER_CELL * cells
    return max(loading, running)


def room(name: str, wanted: int, available: int | None, held: int) -> Room:
    """Where a model that needs so many bytes can be loaded.

    ``available`` bytes can be had as things are, None if nobody knows; ``held`` more once the
    model in use is gone. Raises ModelError, with the figures, for one that does not fit at all.
    """
    if available is None or wanted + _SPARE <= available:
        return Room.BESIDE
    if wanted + _SPARE <= available + held:
        return Room.ALONE
    once = f", {megabytes(held)} more without the model in use" if held else ""
    raise ModelError(
        f"{name} needs about {megabytes(wanted)} of memory and {megabytes(_SPARE)} to spare; "
        f"{megabytes(available)} are free{once}: choose a smaller model"
    )


def available(meminfo: Path = Path("/proc/meminfo")) -> int | None:
    """Bytes that can be had without swapping (MemAvailable of proc_meminfo(5)), None if untold."""
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    return None


def held_by(process: int) -> int:
    """Bytes that are free once this process has ended: its own, not shared ones.

    See /proc/PID/statm in proc_pid_statm(5); 0 for a process that is gone.
    """
    try:
        fields = Path(f"/proc/{process}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * mmap.PAGESIZE


def megabytes(size: int) -> str:
    """A size for people, in MB of 10^6 bytes."""
    return f"{size / _MEGABYTE:.0f} MB" if size >= 10 * _MEGABYTE else f"{size / _MEGABYTE:.1f} MB"
