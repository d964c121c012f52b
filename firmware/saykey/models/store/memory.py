"""Estimates the memory a model needs from its size and dimensions, and reads what is free."""

import mmap
from enum import Enum
from pathlib import Path

from saykey.errors import ModelError
from saykey.models.formats.contents import ModelFacts
from saykey.models.formats.file_io import size_of
from saykey.models.formats.open_model import OpenModel, opened
from saykey.models.store.store import find, stored

_MEGABYTE = 1_000_000

_LOADING = 53 * _MEGABYTE
_LOADING_PER_CELL = 7_500
"""Bytes a worker uses while it loads, besides two copies of the file: the checked bytes, and
whisper.cpp's copy. A cell is one unit of width of one layer."""

_RUNNING = 118 * _MEGABYTE
_RUNNING_PER_WIDTH = 1500 * 1500 * 4 // 64
_RUNNING_PER_CELL = 15_000
"""Bytes a worker uses while it hears the full window, besides the weights. Without flash attention
each head, 64 wide, has 1500 x 1500 floats.

These values and those above are fitted to the peak memory of workers with random weights of true
dimensions, one thread, x86-64 (docs/models.md). The estimates for tiny, base and small are up to
10 % above the measured peaks.
"""

_LARGE = 1280, 32
"""Width and layers of Whisper large, assumed for a file without readable dimensions."""

_SPARE = 32 * _MEGABYTE
"""Bytes that must stay free for all other programs."""


class Room(Enum):
    """Where a model can be loaded: BESIDE the one in use, or ALONE after that one is unloaded."""

    BESIDE = "beside"
    ALONE = "alone"


def need(size: int, state: int, layers: int) -> int:
    """Estimate the peak memory of a worker with this model in bytes, weights included.

    ``size`` is the size of the file in bytes, ``state`` the width of the model, ``layers`` the
    layers of its encoder or of its decoder, whichever has more.
    """
    cells = state * layers
    loading = 2 * size + _LOADING + _LOADING_PER_CELL * cells
    running = size + _RUNNING + _RUNNING_PER_WIDTH * state + _RUNNING_PER_CELL * cells
    return max(loading, running)


def need_of_facts(facts: ModelFacts) -> int:
    """`need` of a model with these facts."""
    told = facts.dimensions
    return need(facts.size, told.state, max(told.encoder_layers, told.decoder_layers))


def need_of_model(model: OpenModel) -> int:
    """`need` of an open model.

    A model whose facts cannot be read counts as a large one. Loading it will report the fault.
    """
    try:
        return need_of_facts(model.facts)
    except ModelError:
        return need(sum(map(size_of, model.files)), *_LARGE)


def need_of(path: Path) -> int:
    """`need_of_model` of the file at this path, even if it is not a model. Raises OSError."""
    try:
        with opened(path) as model:
            return need_of_model(model)
    except ModelError:
        return need(path.stat().st_size, *_LARGE)


def models_by_need(language: str) -> tuple[str, ...]:
    """The names of the models that know this language, the smallest memory need first.

    Files that cannot be read are left out.
    """
    needs = []
    for model in stored():
        try:
            with opened(find(model.name)) as open_model:
                facts = open_model.facts
        except ModelError:
            continue
        if language == "en" or facts.multilingual:
            needs.append((need_of_facts(facts), model.name))
    return tuple(name for _, name in sorted(needs))


def room(name: str, wanted: int, available: int | None, held: int) -> Room:
    """Decide where a model that needs ``wanted`` bytes can be loaded.

    ``available`` bytes are free now, None if unknown. ``held`` more bytes are free once the model
    in use is unloaded. Raises ModelError, with the figures, for a model that does not fit at all.
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
    """Bytes free without swapping (MemAvailable of proc_meminfo(5)); None if not reported."""
    try:
        lines = meminfo.read_text("ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return 1024 * int(line.split()[1])
    return None


def held_by(process: int) -> int:
    """Bytes that are freed when this process ends: its unshared memory.

    See /proc/PID/statm in proc_pid_statm(5). 0 for a process that has ended already.
    """
    try:
        fields = Path(f"/proc/{process}/statm").read_text("ascii").split()
    except OSError:
        return 0
    return (int(fields[1]) - int(fields[2])) * mmap.PAGESIZE


def megabytes(size: int) -> str:
    """A size as text for people, in MB of 10^6 bytes."""
    return f"{size / _MEGABYTE:.0f} MB" if size >= 10 * _MEGABYTE else f"{size / _MEGABYTE:.1f} MB"
