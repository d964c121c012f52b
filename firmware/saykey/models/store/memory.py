"""How much memory a model needs, from its file's size and its dimensions, and what there is."""

import mmap
from enum import Enum
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.contents import ModelFacts
from saykey.models.formats.file_io import size_of
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.store.store import bundled, find, stored

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

_LARGE = 1280, 32
"""Width and layers of Whisper large: what a file that tells no dimensions is taken for."""

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


def need_of_facts(facts: ModelFacts) -> int:
    """`need` of a model of which this is known."""
    told = facts.dimensions
    return need(facts.size, told.state, max(told.encoder_layers, told.decoder_layers))


def need_of_model(model: OpenModel) -> int:
    """`need` of an open model.

    One that does not tell is taken for a large model: whoever loads it will say what is wrong.
    """
    try:
        return need_of_facts(model.facts)
    except ModelError:
        return need(sum(map(size_of, model.files)), *_LARGE)


def need_of(path: Path) -> int:
    """`need_of_model` of a file, also of one that is no model. Raises OSError."""
    try:
        with opened(path) as model:
            return need_of_model(model)
    except ModelError:
        return need(path.stat().st_size, *_LARGE)


def models_by_need(language: str) -> tuple[str, ...]:
    """The models that can hear this language, the one that needs least memory first.

    The bundled ones are left out: they know a few hundred words. So are files that cannot be read.
    """
    needs = []
    for model in stored():
        if bundled(model):
            continue
        try:
            with opened(find(model.name)) as open_model:
                facts = open_model.facts
        except ModelError:
            continue
        if language == "en" or facts.multilingual:
            needs.append((need_of_facts(facts), model.name))
    return tuple(name for _, name in sorted(needs))


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
