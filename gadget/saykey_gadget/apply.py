"""Carries out a plan: up, down and status. Each works whatever a crash has left behind.

``up`` does not touch a gadget that matches the plan, so it may run while keys are typed. It takes
any other gadget down first and builds it again, because many attributes can be written only before
a function is in use. So a half-built gadget needs no special treatment.
"""

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from saykey_gadget.errors import GadgetError
from saykey_gadget.kernel import Kernel
from saykey_gadget.plan import (
    CONFIGURATION,
    FUNCTIONS,
    LANGUAGE,
    Bind,
    Link,
    MakeDirectory,
    Step,
    WriteAttribute,
)
from saykey_gadget.refusals import NO_CONTROLLER, not_available, refusal


@dataclass(frozen=True, slots=True)
class Status:
    """A gadget compared with the plan; ``controller`` is "" while it is not bound.

    ``lacking`` are the steps of the plan that are not in place, ``surplus`` are functions that are
    not planned.
    """

    name: str
    exists: bool
    controller: str
    devices: tuple[str, ...]
    lacking: tuple[Step, ...]
    surplus: tuple[str, ...]

    @property
    def is_up(self) -> bool:
        """Whether the gadget matches the plan."""
        return not self.lacking and not self.surplus


def up(kernel: Kernel, steps: tuple[Step, ...]) -> bool:
    """Set the gadget up as planned; return whether anything had to be done.

    Raises GadgetError, and then nothing of the gadget is left.
    """
    gadgets = _gadgets(kernel)
    name = _name(steps)
    _refuse_another_programs(kernel, gadgets / name)
    if status(kernel, steps).is_up:
        return False
    controller = _controller_for(kernel, gadgets, steps)
    _clear(kernel, gadgets / name)
    for step in steps:
        try:
            _perform(kernel, gadgets, step, controller)
        except OSError as error:
            _clear(kernel, gadgets / name)
            raise refusal(error, step, kernel, controller) from error
    return True


def down(kernel: Kernel, name: str) -> bool:
    """Take down the gadget of this name; return whether there was one. Raises GadgetError."""
    if not kernel.exists(kernel.config / "usb_gadget" / name):
        return False
    gadgets = _gadgets(kernel)
    _refuse_another_programs(kernel, gadgets / name)
    _clear(kernel, gadgets / name)
    return True


def status(kernel: Kernel, steps: tuple[Step, ...]) -> Status:
    """Compare the gadget with the plan. Changes nothing."""
    gadgets = kernel.config / "usb_gadget"
    gadget = gadgets / _name(steps)
    planned = {Path(step.path).name for step in steps if isinstance(step, Link)}
    return Status(
        name=gadget.name,
        exists=kernel.exists(gadget),
        controller=_bound(kernel, gadget),
        devices=_devices(kernel, gadget),
        lacking=tuple(step for step in steps if not _holds(kernel, gadgets, step)),
        surplus=tuple(set(kernel.folders(gadget / "functions")) - planned),
    )


def _name(steps: tuple[Step, ...]) -> str:
    return Path(steps[0].path).parts[0]


def _gadgets(kernel: Kernel) -> Path:
    gadgets = kernel.config / "usb_gadget"
    if not kernel.exists(gadgets):
        raise not_available(kernel)
    return gadgets


def _refuse_another_programs(kernel: Kernel, gadget: Path) -> None:
    """A gadget is ours if we could have made all its folders; after a crash, with any settings."""
    foreign = (
        set(kernel.folders(gadget / "functions")) - set(FUNCTIONS)
        | set(kernel.folders(gadget / "configs")) - {CONFIGURATION}
        | set(kernel.folders(gadget / "strings")) - {LANGUAGE}
    )
    if foreign:
        raise GadgetError(
            f"{gadget} belongs to another program (it has {min(foreign)}): stop that program, or "
            "set gadget.name."
        )


def _controller_for(kernel: Kernel, gadgets: Path, steps: tuple[Step, ...]) -> str:
    """The controller to bind to: the one in the settings, or the first that is not in use."""
    present = kernel.names(kernel.controllers)
    wanted = next(step.controller for step in steps if isinstance(step, Bind))
    if not present:
        raise GadgetError(NO_CONTROLLER)
    if wanted and wanted not in present:
        raise GadgetError(
            f"There is no USB device controller {wanted}: set gadget.controller to "
            f"{' or '.join(present)}, or leave it out."
        )
    candidates = (wanted,) if wanted else present
    holders = _holders(kernel, gadgets, candidates, _name(steps))
    free = [controller for controller in candidates if controller not in holders]
    if not free:
        held = ", ".join(f"{name} by {holder}" for name, holder in holders.items())
        raise GadgetError(
            f"The USB device controller is in use ({held}): stop that program, or remove its "
            "module (modprobe -r g_ether, g_serial or the like)."
        )
    return free[0]


def _holders(
    kernel: Kernel, gadgets: Path, controllers: tuple[str, ...], name: str
) -> dict[str, str]:
    """Controllers in use by others: other gadgets in ConfigFS, or a module such as g_ether."""
    ours = _bound(kernel, gadgets / name)
    holders = {
        bound: f"the gadget {other}"
        for other in kernel.folders(gadgets)
        if other != name and (bound := _bound(kernel, gadgets / other)) in controllers
    }
    for controller in controllers:
        function = kernel.read(kernel.controllers / controller / "function").decode()
        if function and controller != ours:
            holders.setdefault(controller, function)
    return holders


def _bound(kernel: Kernel, gadget: Path) -> str:
    """The controller a gadget is bound to, or ""."""
    return kernel.read(gadget / "UDC").decode() if kernel.exists(gadget / "UDC") else ""


def _perform(kernel: Kernel, gadgets: Path, step: Step, controller: str) -> None:
    match step:
        case MakeDirectory(path):
            kernel.make_directory(gadgets / path)
        case WriteAttribute(path, value):
            kernel.write(gadgets / path, value)
        case Link(path, target):
            kernel.link(gadgets / path, gadgets / target)
        case Bind(path):
            kernel.write(gadgets / path, controller.encode())
        case _:
            assert_never(step)


def _holds(kernel: Kernel, gadgets: Path, step: Step) -> bool:
    if not kernel.exists(gadgets / step.path):
        return False
    match step:
        case MakeDirectory():
            return True
        case WriteAttribute(path, value):
            return kernel.read(gadgets / path) == value
        case Link(path, target):
            return kernel.points_to(gadgets / path, gadgets / target)
        case Bind(path, controller):
            bound = kernel.read(gadgets / path).decode()
            return bound == controller if controller else bool(bound)
        case _:
            assert_never(step)


def _clear(kernel: Kernel, gadget: Path) -> None:
    try:
        _take_down(kernel, gadget)
    except PermissionError as error:
        raise GadgetError("The gadget can be taken down by root only: use sudo.") from error


def _take_down(kernel: Kernel, gadget: Path) -> None:
    """Undo everything, from any state, in the only order that ConfigFS allows."""
    if not kernel.exists(gadget):
        return
    if _bound(kernel, gadget):
        try:
            kernel.write(gadget / "UDC", b"\n")
        except OSError as error:
            if error.errno != errno.ENODEV:  # the controller is gone, so it is unbound already
                raise
    for configuration in _inside(kernel, gadget / "configs"):
        for name in kernel.links(configuration):
            kernel.unlink(configuration / name)
        for strings in _inside(kernel, configuration / "strings"):
            kernel.remove_directory(strings)
        kernel.remove_directory(configuration)
    for folder in (*_inside(kernel, gadget / "functions"), *_inside(kernel, gadget / "strings")):
        kernel.remove_directory(folder)
    kernel.remove_directory(gadget)


def _inside(kernel: Kernel, folder: Path) -> tuple[Path, ...]:
    return tuple(folder / name for name in kernel.folders(folder))


def _devices(kernel: Kernel, gadget: Path) -> tuple[str, ...]:
    """The device files and network cards of the functions that are there."""
    keyboard, network, console = (gadget / "functions" / name for name in FUNCTIONS)
    found = []
    if kernel.exists(keyboard / "dev"):  # "major:minor"; f_hid.c names the file by the minor
        found.append(f"/dev/hidg{kernel.read(keyboard / 'dev').decode().partition(':')[2]}")
    if kernel.exists(network / "ifname"):
        found.append(kernel.read(network / "ifname").decode())
    if kernel.exists(console / "port_num"):
        found.append(f"/dev/ttyGS{kernel.read(console / 'port_num').decode()}")
    return tuple(found)
