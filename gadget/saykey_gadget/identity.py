"""Derives numbers that are unique to this device and never change: serial, network addresses."""

import hashlib
import hmac
from dataclasses import dataclass
from pathlib import Path

from saykey_gadget.errors import GadgetError

MACHINE_ID = Path("/etc/machine-id")

_ID_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Identity:
    """``serial`` is 16 hex digits; both addresses are locally administered (IEEE 802, bit 1)."""

    serial: str
    device_address: str
    host_address: str


def identity_of(machine_id: str) -> Identity:
    """Derive all numbers from a machine id.

    The id itself must not leave the machine (man machine-id). So every number is a hash of a word
    of our own, with the id as the key, as in sd_id128_get_machine_app_specific. A host that
    remembers the serial learns nothing that another program could use.
    """

    def derived(purpose: str) -> str:
        word = f"saykey gadget {purpose}".encode()
        return hmac.new(machine_id.encode(), word, hashlib.sha256).hexdigest()

    def address(purpose: str) -> str:
        digits = derived(purpose)
        return ":".join(("02", *(digits[at : at + 2] for at in range(0, 10, 2))))

    return Identity(
        derived("serial")[:16].upper(), address("network device"), address("network host")
    )


def read_identity(path: Path = MACHINE_ID) -> Identity:
    """The identity of this machine. Raises GadgetError when it has no machine id yet."""
    remedy = "run systemd-machine-id-setup, or set gadget.serial"
    try:
        machine_id = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise GadgetError(f"{path} cannot be read: {remedy}.") from error
    if len(machine_id) != _ID_DIGITS or not set(machine_id) <= set("0123456789abcdef"):
        raise GadgetError(f"{path} holds no machine id: {remedy}.")
    return identity_of(machine_id)
