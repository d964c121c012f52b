"""The findings about the port itself: is there one, and does the boot make it a device? Pure."""

from saykey.doctor import bootconfig
from saykey.doctor.boards import CAN_BE_A_KEYBOARD, Board
from saykey.doctor.bootconfig import DeviceMode
from saykey.doctor.finding import Finding, advice, fault, well
from saykey.doctor.machine import Machine

OVERLAY = "dtoverlay=dwc2,dr_mode=peripheral"


def board_finding(machine: Machine, board: Board | None) -> Finding:
    """Whether the board has a port that can be a device."""
    if board is None:
        name = machine.model or "this machine"
        if machine.controllers:
            return well("board", f"{name} has a USB device controller")
        return fault(
            "board",
            f"{name} is no board known to have a USB device port",
            f"use {CAN_BE_A_KEYBOARD}",
        )
    if not board.port:
        return fault(
            "board",
            f"{machine.model}: its USB ports are behind a hub and can only be hosts",
            f"use {CAN_BE_A_KEYBOARD}",
        )
    if board.slow:
        return advice(
            "board",
            f"{machine.model} can be a keyboard, by {board.port}",
            "its processor recognises slower than you speak: a Zero 2 W fits in the same place",
        )
    return well("board", f"{machine.model} can be a keyboard, by {board.port}")


def overlay_finding(machine: Machine, board: Board) -> Finding:
    """Whether the boot configuration makes the port of this board a device."""
    check = "overlay"
    if not machine.boot:
        if machine.controllers:
            return well(check, "no config.txt is to be seen, and the port is a device all the same")
        return fault(
            check,
            "there is no config.txt in /boot/firmware or /boot",
            f"mount the boot partition, and add the line {OVERLAY} to its config.txt",
        )
    path = machine.boot[0].path
    settings = bootconfig.lines(machine.boot, board.filters)
    every = bootconfig.device_modes(settings)
    holding = [mode for mode in every if mode.line.holds]
    host_controller = bootconfig.is_set(settings, "otg_mode")
    if board.chip == "BCM2711" and host_controller is not None:
        return fault(
            check,
            f"otg_mode=1 makes the port a host ({host_controller.place})",
            "remove that line and restart",
        )
    if not holding:
        return _no_overlay(path, every)
    last = holding[-1]
    if last.mode not in {"peripheral", "otg"}:
        return fault(
            check,
            f"dr_mode={last.mode} makes the port a host ({last.line.place})",
            f"write {OVERLAY} under [all] at the end of the file, and restart",
        )
    if last.mode == "otg" and not machine.controllers:
        return fault(
            check,
            f"the port may be host or device ({last.line.place}), and is no device",
            f"write {OVERLAY} there and restart",
        )
    return well(check, f"{path} makes the port a device")


def _no_overlay(path: str, elsewhere: tuple[DeviceMode, ...]) -> Finding:
    devices = [mode for mode in elsewhere if mode.mode != "host"]
    if devices:
        line = devices[-1].line
        return fault(
            "overlay",
            f"the dwc2 overlay is not for this board ({line.place})",
            f"move the line {OVERLAY} under [all] at the end of the file, and restart",
        )
    return fault(
        "overlay",
        f"{path} does not make the port a device",
        f"add the line {OVERLAY} under [all] at the end of the file, and restart",
    )
