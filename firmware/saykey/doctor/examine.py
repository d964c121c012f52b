"""Collects all findings about a machine. Pure."""

from saykey.doctor import power, usb
from saykey.doctor.finding import Finding, advice
from saykey.doctor.machine import Machine


def examine(machine: Machine) -> tuple[Finding, ...]:
    """All findings about this machine, in the order in which people should act on them."""
    return (*usb.findings(machine), *power.findings(machine), *_unread(machine))


def _unread(machine: Machine) -> tuple[Finding, ...]:
    if not machine.unreadable:
        return ()
    paths = ", ".join(machine.unreadable)
    return (advice("facts", f"not readable for this user: {paths}", "sudo saykey doctor"),)
