"""Reads and checks the settings of the gadget: the table [gadget] of a TOML file."""

import difflib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from saykey_gadget.errors import SettingsError

STANDARD_FILE = Path("/etc/saykey/gadget.toml")
"""Read if no file is named and this one exists. Only root may write it, because root acts on it."""

LONGEST_STRING = 126
"""Most bytes of UTF-8 that the kernel accepts in a string (USB_MAX_STRING_LEN, linux/usb/ch9.h)."""

_LONGEST_NAME = 40
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class GadgetSettings:
    """What the computer sees, and on which controller.

    ``name`` is the folder in ConfigFS. ``serial`` "" means a serial derived from the machine id,
    ``controller`` "" the first free controller. ``power_ma`` is the current that the device
    declares to the host, 0 to 500 mA (USB 2.0, section 7.2.1.4). ``network`` adds an NCM network
    card, ``console`` an ACM serial port. The ids default to those of the Linux Foundation's
    composite gadget.
    """

    name: str = "saykey"
    vendor_id: int = 0x1D6B
    product_id: int = 0x0104
    device_version: int = 0x0100
    manufacturer: str = "Saykey"
    product: str = "Saykey dictation keyboard"
    serial: str = ""
    power_ma: int = 500
    network: bool = False
    console: bool = False
    controller: str = ""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if type(value) is not type(field.default):
                wanted = {int: "a whole number", str: "a string", bool: "true or false"}
                _refuse(field.name, value, wanted[type(field.default)])
        for key in ("vendor_id", "product_id", "device_version"):
            _check_number(key, getattr(self, key), 0xFFFF)
        _check_number("power_ma", self.power_ma, 500)
        for key in ("manufacturer", "product", "serial"):
            _check_text(key, getattr(self, key))
        _check_name("name", self.name)
        if self.controller:
            _check_name("controller", self.controller)


def load(path: Path | None = None) -> GadgetSettings:
    """The settings in this file; without a path those in STANDARD_FILE, or else the defaults.

    Tables other than [gadget] are ignored. Raises SettingsError.
    """
    if path is None and not STANDARD_FILE.exists():
        return GadgetSettings()
    path = path or STANDARD_FILE
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): name another file with --config."
        raise SettingsError(message) from error
    except (ValueError, RecursionError) as error:  # also TOMLDecodeError and UnicodeDecodeError
        raise SettingsError(f"{path} is not TOML ({error}): correct that line.") from error
    try:
        return _from_table(tables.get("gadget", {}))
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from error


def _from_table(table: object) -> GadgetSettings:
    if not isinstance(table, dict):
        raise SettingsError("gadget must be a table: write [gadget] on a line of its own.")
    known = [field.name for field in fields(GadgetSettings)]
    for key in table:
        if key not in known:
            near = difflib.get_close_matches(key, known, n=1)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}."
            raise SettingsError(f"[gadget] has no key {key!r}: {advice}")
    return GadgetSettings(**table)


def _check_number(key: str, value: int, highest: int) -> None:
    if not 0 <= value <= highest:
        _refuse(key, value, f"a number from 0 to {highest}")


def _check_text(key: str, text: str) -> None:
    if len(text.encode()) > LONGEST_STRING or not text.isprintable():
        _refuse(key, text, f"at most {LONGEST_STRING} bytes of UTF-8, all printable")


def _check_name(key: str, name: str) -> None:
    """A name becomes a path below /sys, so it must not lead anywhere else."""
    plain = name.isascii() and name.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not plain or name.startswith(".") or len(name) > _LONGEST_NAME:
        _refuse(key, name, f"at most {_LONGEST_NAME} ASCII letters, digits, points, - and _")


def _refuse(key: str, value: object, wanted: str) -> None:
    shown = repr(value)
    if len(shown) > _LONGEST_SHOWN:
        shown = f"{shown[:_LONGEST_SHOWN]}..."
    raise SettingsError(f"gadget.{key} is {shown}, but must be {wanted}.")
