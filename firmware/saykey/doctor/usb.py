"""The findings about the way from this machine to a computer's USB port. Pure.

They follow the way, and end where it is broken: what comes behind a fault would only repeat it.
"""

from collections.abc import Iterator

from saykey.doctor.boards import Board, board_of
from saykey.doctor.finding import Finding, Grade, advice, fault, well
from saykey.doctor.machine import Controller, Gadget, Machine, Node
from saykey.doctor.port import board_finding, overlay_finding

_NEEDED = ("libcomposite", "usb_f_hid")
_START_GADGET = "sudo systemctl restart saykey-gadget, then journalctl -u saykey-gadget"


def findings(machine: Machine) -> tuple[Finding, ...]:
    """From the board to the computer, up to the first fault and including it."""
    found = []
    for finding in _along_the_way(machine):
        found.append(finding)
        if finding.grade is Grade.FAULT:
            break
    return tuple(found)


def _along_the_way(machine: Machine) -> Iterator[Finding]:
    board = board_of(machine.model)
    yield board_finding(machine, board)
    if board is not None:
        yield overlay_finding(machine, board)
    yield _controller(machine, board)
    yield _kernel(machine)
    yield _configfs(machine)
    gadget = _keyboard_gadget(machine.gadgets)
    yield _gadget(machine, gadget)
    for node in machine.nodes:
        yield _node(node)
    if gadget is not None:
        yield from _cable(machine, gadget, board)


def _controller(machine: Machine, board: Board | None) -> Finding:
    if machine.controllers:
        names = ", ".join(controller.name for controller in machine.controllers)
        return well("controller", f"the kernel has the USB device controller {names}")
    modules = machine.kernel.modules
    if board is not None and modules is not None and modules and "dwc2" not in modules:
        return fault(
            "controller",
            f"the kernel {machine.kernel.release} has no driver dwc2",
            "install the kernel of Raspberry Pi OS, and restart",
        )
    return fault(
        "controller",
        "the kernel has no USB device controller (/sys/class/udc is empty)",
        "restart, if config.txt was changed since the start; then see dmesg | grep dwc2",
    )


def _kernel(machine: Machine) -> Finding:
    release, modules = machine.kernel.release, machine.kernel.modules
    if machine.usb_gadget and any(_is_keyboard(gadget) for gadget in machine.gadgets):
        return well("kernel", f"{release} has the USB keyboard function")
    if modules is None:
        return fault(
            "kernel",
            f"the modules of the running kernel {release} are gone from the card",
            "restart: an upgrade has put another kernel in its place",
        )
    missing = [name for name in _NEEDED if name not in modules]
    if missing:
        return fault(
            "kernel",
            f"the kernel {release} has no module {' and no '.join(missing)}",
            "install the kernel of Raspberry Pi OS, and restart",
        )
    return well("kernel", f"{release} has the USB keyboard function")


def _configfs(machine: Machine) -> Finding:
    if not machine.configfs:
        return fault(
            "configfs",
            "ConfigFS is not mounted at /sys/kernel/config",
            "sudo systemctl start sys-kernel-config.mount",
        )
    if not machine.usb_gadget:
        return fault(
            "configfs",
            "the module libcomposite is not loaded",
            f"sudo modprobe libcomposite; {_START_GADGET}",
        )
    return well("configfs", "ConfigFS is mounted and takes gadgets")


def _is_keyboard(gadget: Gadget) -> bool:
    return any(function.startswith("hid.") for function in gadget.functions)


def _keyboard_gadget(gadgets: tuple[Gadget, ...]) -> Gadget | None:
    """The gadget with a HID function, one that is bound first."""
    keyboards = [gadget for gadget in gadgets if _is_keyboard(gadget)]
    return max(keyboards, key=lambda gadget: bool(gadget.controller), default=None)


def _gadget(machine: Machine, gadget: Gadget | None) -> Finding:
    if gadget is not None and gadget.controller:
        return well("gadget", f"{gadget.name} is a keyboard on {gadget.controller}")
    state = (
        "no USB keyboard has been set up"
        if gadget is None
        else (f"the gadget {gadget.name} is bound to no controller")
    )
    taken = {g.controller: g.name for g in machine.gadgets if g.controller}
    for controller in machine.controllers:
        holder = taken.get(controller.name) or controller.driver
        if holder:
            return fault(
                "gadget",
                f"{state}: {controller.name} is in use by {holder}",
                f"stop what sets {holder} up (a service, or modules-load= in cmdline.txt); "
                f"{_START_GADGET}",
            )
    return fault("gadget", state, _START_GADGET)


def _node(node: Node) -> Finding:
    check, shown = "device", f"{node.path} is {node.group} {node.mode:04o}"
    if node.kind == "absent":
        return fault(
            check,
            f"there is no {node.path}",
            f"name the device in [[host]] transport as ls /dev/hidg* shows it; or {_START_GADGET}",
        )
    if node.kind == "other":
        return fault(
            check,
            f"{node.path} is an ordinary file that some program has made",
            f"sudo rm {node.path}; {_START_GADGET}",
        )
    if node.group == "saykey" and node.mode & 0o060 == 0o060:
        return well(check, f"{node.path} belongs to the group saykey")
    if node.writable:
        return well(check, f"this user may write to {node.path}")
    return fault(
        check,
        f"the service may not write to {node.path} ({shown.partition(' is ')[2]})",
        "install 70-saykey.rules in /etc/udev/rules.d, then sudo udevadm control --reload and "
        "sudo udevadm trigger --subsystem-match=hidg",
    )


def _cable(machine: Machine, gadget: Gadget, board: Board | None) -> Iterator[Finding]:
    port = board.port if board is not None else "the USB device port"
    for controller in machine.controllers:
        if controller.name == gadget.controller:
            yield _state(controller, port)


def _state(controller: Controller, port: str) -> Finding:
    """Some drivers leave "configured" there after an unplug; a computer was there at least."""
    if controller.state == "configured":
        return well("cable", f"a computer uses the keyboard ({controller.speed})")
    if controller.state == "suspended":
        return advice(
            "cable",
            "the computer sleeps, or has put this port to sleep",
            "wake it; if it is awake, plug the cable out and in",
        )
    if controller.state in {"not attached", ""}:
        return fault(
            "cable",
            "no computer is heard on the cable",
            f"plug {port} into the computer; if it is plugged in, the cable may carry power "
            "only: take one for data",
        )
    return fault(
        "cable",
        f'a computer is there, but stopped half-way ("{controller.state}")',
        "plug the cable out and in; try another port, without a hub between",
    )
