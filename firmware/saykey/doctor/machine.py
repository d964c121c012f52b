"""The facts from which findings are computed, as one frozen value; doctor.reader reads them."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class BootFile:
    """config.txt, or a file it includes, as text."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Controller:
    """A USB device controller (UDC) of /sys/class/udc.

    ``state`` is one of usb_state_string() in the kernel's drivers/usb/common/common.c, such as
    "not attached" or "configured"; ``speed`` one of usb_speed_string(), such as "high-speed".
    ``driver`` is the gadget driver that is bound to it, "" while none is.
    """

    name: str
    state: str = ""
    speed: str = ""
    driver: str = ""


@dataclass(frozen=True, slots=True)
class Gadget:
    """A folder of ConfigFS' usb_gadget; ``controller`` is "" while it is not bound."""

    name: str
    functions: tuple[str, ...]
    controller: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    """A device file. ``mode`` holds the permission bits only.

    ``writable``: the current user may write to it and is not root, who always may.
    """

    path: str
    kind: Literal["absent", "character", "other"]
    group: str = ""
    mode: int = 0
    writable: bool = False


@dataclass(frozen=True, slots=True)
class Kernel:
    """The running kernel, and which modules it has: built in, or as files to load.

    ``modules`` is None when there is no folder of modules for this release at all.
    """

    release: str = ""
    modules: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Power:
    """What the firmware reports about the supply; None for what it does not report.

    ``throttled``: the bits of `vcgencmd get_throttled`: bit 0 is under-voltage now, bit 16
    under-voltage since the start. ``promised_ma``: the current in mA that the supply of a Pi 5
    promised (max_current of /chosen/power).
    """

    throttled: int | None = None
    promised_ma: int | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """All facts. ``model`` is the device tree's, "" if there is none.

    ``boot`` begins with config.txt. ``usb_gadget``: the folder of that name is in ConfigFS.
    ``unreadable`` are paths that exist, but that the current user may not read.
    """

    model: str = ""
    boot: tuple[BootFile, ...] = ()
    kernel: Kernel = Kernel()
    controllers: tuple[Controller, ...] = ()
    configfs: bool = False
    usb_gadget: bool = False
    gadgets: tuple[Gadget, ...] = ()
    nodes: tuple[Node, ...] = ()
    power: Power = Power()
    unreadable: tuple[str, ...] = ()
