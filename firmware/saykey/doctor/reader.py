"""Reads the facts about a machine from files of /proc, /sys, /boot and /dev below a root folder.

It changes nothing, starts no program and loads no module. The files are described in the kernel's
Documentation/ABI/stable/sysfs-class-udc and testing/configfs-usb-gadget. get_throttled comes from
drivers/firmware/raspberrypi.c of the Raspberry Pi kernel, /chosen/power from its firmware.
"""

import os
import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from saykey.doctor.bootconfig import included
from saykey.doctor.machine import (
    BootFile,
    Controller,
    Gadget,
    Kernel,
    Machine,
    Node,
    Power,
)

_BOOT_CONFIGS = ("boot/firmware/config.txt", "boot/config.txt")
_GADGETS = "sys/kernel/config/usb_gadget"
_THROTTLED = "sys/devices/platform/soc*/*firmware/get_throttled"
_CHOSEN_POWER = "proc/device-tree/chosen/power"
_MOST_INCLUDES = 32

Look = Callable[[Path], os.stat_result]


class Reader:
    """Reads a machine whose files are below ``root``; ``look`` is os.stat or a replacement."""

    def __init__(self, root: Path = Path("/"), look: Look = os.stat) -> None:
        self._root = root
        self._look = look
        self._unreadable: list[str] = []

    def machine(self, devices: Iterable[str] = ()) -> Machine:
        """All facts; ``devices`` are the device files of the hosts in the settings."""
        mounts = [line.split() for line in self._text("proc/mounts").splitlines()]
        return Machine(
            model=self._text("proc/device-tree/model").strip("\0\n "),
            boot=self._boot(),
            kernel=self._kernel(),
            controllers=tuple(map(self._controller, self._names("sys/class/udc"))),
            configfs=any(mount[1:3] == ["/sys/kernel/config", "configfs"] for mount in mounts),
            usb_gadget=(self._root / _GADGETS).is_dir(),
            gadgets=tuple(map(self._gadget, self._names(_GADGETS))),
            nodes=tuple(map(self._node, dict.fromkeys(devices))),
            power=self._power(),
            unreadable=tuple(self._unreadable),
        )

    def _boot(self) -> tuple[BootFile, ...]:
        """config.txt and the files it includes, each once. Since 2023 it is in /boot/firmware."""
        path = next((p for p in _BOOT_CONFIGS if (self._root / p).is_file()), None)
        if path is None:
            return ()
        files = {f"/{path}": BootFile(f"/{path}", self._text(path))}
        waiting = list(files)
        while waiting and len(files) < _MOST_INCLUDES:
            for inner in included(files[waiting.pop()]):
                if inner not in files and (self._root / inner.lstrip("/")).is_file():
                    files[inner] = BootFile(inner, self._text(inner.lstrip("/")))
                    waiting.append(inner)
        return tuple(files.values())

    def _kernel(self) -> Kernel:
        release = self._text("proc/sys/kernel/osrelease").strip()
        folders = [f"{lib}/modules/{release}" for lib in ("lib", "usr/lib")]
        folder = next((f for f in folders if (self._root / f).is_dir()), None)
        if folder is None:
            return Kernel(release, None)
        files = self._text(f"{folder}/modules.dep") + self._text(f"{folder}/modules.builtin")
        paths = (line.partition(":")[0] for line in files.splitlines())
        names = (Path(path).name.partition(".")[0].replace("-", "_") for path in paths)
        return Kernel(release, frozenset(names))

    def _controller(self, name: str) -> Controller:
        folder = f"sys/class/udc/{name}"
        state, speed, driver = (
            self._text(f"{folder}/{key}").strip() for key in ("state", "current_speed", "function")
        )
        return Controller(name, state, speed, driver)

    def _gadget(self, name: str) -> Gadget:
        folder = f"{_GADGETS}/{name}"
        functions = self._names(f"{folder}/functions")
        return Gadget(name, functions, self._text(f"{folder}/UDC").strip())

    def _node(self, device: str) -> Node:
        path = self._root / device.lstrip("/")
        try:
            status = self._look(path)
        except OSError:
            return Node(device, "absent")
        if not stat.S_ISCHR(status.st_mode):
            return Node(device, "other")
        return Node(
            device,
            "character",
            self._group(status.st_gid),
            stat.S_IMODE(status.st_mode),
            writable=os.geteuid() != 0 and os.access(path, os.W_OK),
        )

    def _group(self, number: int) -> str:
        groups = [line.split(":") for line in self._text("etc/group").splitlines()]
        return next((g[0] for g in groups if g[2:3] == [str(number)]), str(number))

    def _power(self) -> Power:
        throttled = next(iter(sorted(self._root.glob(_THROTTLED))), None)
        bits = "" if throttled is None else self._text(str(throttled.relative_to(self._root)))
        promised = self._bytes(f"{_CHOSEN_POWER}/max_current")
        return Power(
            int(bits, 16) if re.fullmatch(r"[0-9a-f]+\s*", bits) else None,
            int.from_bytes(promised, "big") if len(promised) == 4 else None,
        )

    def _text(self, path: str) -> str:
        return self._bytes(path).decode("utf-8", "replace")

    def _bytes(self, path: str) -> bytes:
        """The bytes of a file; none if it is missing or unreadable. An unreadable path is kept."""
        try:
            return (self._root / path).read_bytes()
        except PermissionError:
            self._unreadable.append(f"/{path}")
        except OSError:
            pass  # not there: that is a fact as well
        return b""

    def _names(self, path: str) -> tuple[str, ...]:
        try:
            return tuple(sorted(entry.name for entry in (self._root / path).iterdir()))
        except PermissionError:
            self._unreadable.append(f"/{path}")
        except OSError:
            pass  # not there: that is a fact as well
        return ()
