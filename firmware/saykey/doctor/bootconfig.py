"""Reads config.txt as the firmware of a given board does: lines, filters and overlays.

The format is described in "config.txt" in the Raspberry Pi documentation. A filter replaces the
previous one of its kind, filters of different kinds must all hold, and ``[all]`` ends them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from saykey.doctor.machine import BootFile

_MODEL_FILTER = re.compile(r"(pi|cm)[0-9]\w*\+?")


@dataclass(frozen=True, slots=True)
class Line:
    """A ``key=value`` line of the file ``path``, and whether it holds for this board.

    ``section`` are the filters above it, as written; "" for none.
    """

    key: str
    value: str
    path: str
    number: int
    section: str
    holds: bool

    @property
    def place(self) -> str:
        """The file, the line number and the filters, as text."""
        under = f", under {self.section}" if self.section else ""
        return f"{self.path} line {self.number}{under}"


@dataclass(frozen=True, slots=True)
class DeviceMode:
    """The mode in which a dwc2 overlay puts the port: "peripheral", "otg" or "host"."""

    mode: str
    line: Line


def lines(boot: tuple[BootFile, ...], filters: frozenset[str]) -> tuple[Line, ...]:
    """All settings for a board with these model filters; included files are inserted in place."""
    if not boot:
        return ()
    files = {file.path: file.text for file in boot}
    return tuple(_lines(boot[0].path, files, filters, {}, ()))


def _lines(
    path: str,
    files: Mapping[str, str],
    model: frozenset[str],
    active: dict[str, str],
    above: tuple[str, ...],
) -> Iterator[Line]:
    for number, raw in enumerate(files[path].splitlines(), start=1):
        text = raw.strip()
        if text.startswith("[") and text.endswith("]"):
            _switch(active, text[1:-1].strip())
        elif text.startswith("include "):
            inner = _beside(path, text.removeprefix("include ").strip())
            if inner in files and inner not in (path, *above) and _holds(active, model):
                yield from _lines(inner, files, model, active, (path, *above))
        elif "=" in text and not text.startswith("#"):
            key, _, value = text.partition("=")
            section = " ".join(f"[{name}]" for name in active.values())
            yield Line(key.strip(), value.strip(), path, number, section, _holds(active, model))


def included(file: BootFile) -> tuple[str, ...]:
    """The paths of the files this one includes."""
    found = re.findall(r"^\s*include\s+(\S+)\s*$", file.text, re.MULTILINE)
    return tuple(_beside(file.path, name) for name in found)


def _beside(path: str, name: str) -> str:
    return f"{path.rpartition('/')[0]}/{name}"


def _switch(active: dict[str, str], name: str) -> None:
    if name == "all":
        active.clear()
        return
    kind = "model" if _MODEL_FILTER.fullmatch(name) else re.split(r"[=:0-9]", name)[0]
    active[kind] = name


def _holds(active: Mapping[str, str], model: frozenset[str]) -> bool:
    """Filters by monitor, pin, serial number or board type cannot be checked: assume they hold."""
    if "none" in active or "tryboot" in active:
        return False
    return active.get("model") is None or active["model"] in model


def device_modes(settings: tuple[Line, ...]) -> tuple[DeviceMode, ...]:
    """The dwc2 overlays in the file, also those that do not hold. The last one that holds counts.

    ``dtparam`` lines set parameters of the overlay above them.
    """
    found: list[DeviceMode] = []
    overlay = ""
    for line in settings:
        if line.key in {"dtoverlay", "device_tree_overlay"}:
            overlay, *parameters = re.split(r"[,:]", line.value)
            if overlay == "dwc2":
                found.append(DeviceMode(_mode(parameters) or "otg", line))
        elif line.key == "dtparam" and overlay == "dwc2" and found:
            mode = _mode(line.value.split(","))
            if mode and line.holds == found[-1].line.holds:
                found[-1] = DeviceMode(mode, found[-1].line)
    return tuple(found)


def _mode(parameters: list[str]) -> str:
    values = [p.partition("=")[2].strip() for p in parameters if p.strip().startswith("dr_mode=")]
    return values[-1] if values else ""


def is_set(settings: tuple[Line, ...], key: str) -> Line | None:
    """The last line that sets this switch for this board, if it switches it on, else None."""
    held = [line for line in settings if line.key == key and line.holds]
    return held[-1] if held and held[-1].value not in {"0", ""} else None
