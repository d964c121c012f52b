"""Turns settings into a plan: the ordered steps in ConfigFS that make the gadget. Pure.

The files are described in Documentation/usb/gadget_configfs.rst and Documentation/ABI/testing/
configfs-usb-gadget* of the kernel. Values are written in the form in which the kernel reads them
back, so an existing gadget can be compared with the plan.
"""

from dataclasses import dataclass
from typing import assert_never

from saykey_gadget.descriptor import KEYBOARD, PROTOCOL_KEYBOARD, REPORT_BYTES, SUBCLASS_BOOT
from saykey_gadget.identity import Identity
from saykey_gadget.settings import GadgetSettings

FUNCTIONS = ("hid.saykey", "ncm.saykey", "acm.saykey")
"""All functions that we make, as kind.instance. A gadget of another program has other ones."""

CONFIGURATION = "c.1"
LANGUAGE = "0x409"  # English (United States): the one every host asks for

_ONE_COMPOSITE_DEVICE = (("bDeviceClass", 0xEF), ("bDeviceSubClass", 2), ("bDeviceProtocol", 1))
"""Class codes of devices with interface association descriptors (USB ECN of 2003), for Windows."""

_ATTRIBUTES = 0x80 | 0x20
"""bmAttributes: bit 7 is always set, bit 5 is remote wake-up (USB 2.0, table 9-10)."""


@dataclass(frozen=True, slots=True)
class MakeDirectory:
    """Make a directory; the kernel fills it with attributes. Paths start below usb_gadget."""

    path: str


@dataclass(frozen=True, slots=True)
class WriteAttribute:
    """Write a value to an attribute, in one write."""

    path: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """Put a function, ``target``, into a configuration."""

    path: str
    target: str


@dataclass(frozen=True, slots=True)
class Bind:
    """Bind the gadget to a controller: the host sees it from here on. "" is the first free one."""

    path: str
    controller: str


Step = MakeDirectory | WriteAttribute | Link | Bind


def plan(settings: GadgetSettings, identity: Identity) -> tuple[Step, ...]:
    """All steps for these settings, in order. The last is Bind."""
    gadget = settings.name
    configuration = f"{gadget}/configs/{CONFIGURATION}"
    functions = _functions(settings, identity)
    return (
        MakeDirectory(gadget),
        *_numbers(
            gadget,
            ("bcdUSB", 0x0200, 4),
            ("bcdDevice", settings.device_version, 4),
            ("idVendor", settings.vendor_id, 4),
            ("idProduct", settings.product_id, 4),
            *((key, number, 2) for key, number in _ONE_COMPOSITE_DEVICE if len(functions) > 1),
        ),
        MakeDirectory(f"{gadget}/strings/{LANGUAGE}"),
        *_texts(
            f"{gadget}/strings/{LANGUAGE}",
            ("manufacturer", settings.manufacturer),
            ("product", settings.product),
            ("serialnumber", settings.serial or identity.serial),
        ),
        MakeDirectory(configuration),
        WriteAttribute(f"{configuration}/bmAttributes", f"0x{_ATTRIBUTES:02x}".encode()),
        WriteAttribute(f"{configuration}/MaxPower", str(settings.power_ma).encode()),
        MakeDirectory(f"{configuration}/strings/{LANGUAGE}"),
        *_texts(f"{configuration}/strings/{LANGUAGE}", ("configuration", settings.product)),
        *(step for steps in functions for step in steps),
        Bind(f"{gadget}/UDC", settings.controller),
    )


def _functions(settings: GadgetSettings, identity: Identity) -> list[tuple[Step, ...]]:
    keyboard, network, console = FUNCTIONS
    functions = [_function(settings.name, keyboard, _KEYBOARD_ATTRIBUTES)]
    if settings.network:
        addresses = (
            ("dev_addr", identity.device_address.encode()),
            ("host_addr", identity.host_address.encode()),
        )
        functions.append(_function(settings.name, network, addresses))
    if settings.console:
        functions.append(_function(settings.name, console, ()))
    return functions


# no_out_endpoint: lock lights come by SET_REPORT on the control pipe, as with most keyboards. That
# leaves an endpoint to other functions, and f_hid then keeps the newest lights only (f_hid.c, since
# Linux 5.15).
_KEYBOARD_ATTRIBUTES = (
    ("subclass", str(SUBCLASS_BOOT).encode()),
    ("protocol", str(PROTOCOL_KEYBOARD).encode()),
    ("no_out_endpoint", b"1"),
    ("report_length", str(REPORT_BYTES).encode()),
    ("report_desc", KEYBOARD),
)


def _function(
    gadget: str, name: str, attributes: tuple[tuple[str, bytes], ...]
) -> tuple[Step, ...]:
    path = f"{gadget}/functions/{name}"
    return (
        MakeDirectory(path),
        *(WriteAttribute(f"{path}/{key}", value) for key, value in attributes),
        Link(f"{gadget}/configs/{CONFIGURATION}/{name}", path),
    )


def _numbers(folder: str, *values: tuple[str, int, int]) -> tuple[Step, ...]:
    """(key, number, hex digits): the kernel prints device fields in hex, of full width."""
    return tuple(
        WriteAttribute(f"{folder}/{key}", f"0x{number:0{digits}x}".encode())
        for key, number, digits in values
    )


def _texts(folder: str, *values: tuple[str, str]) -> tuple[Step, ...]:
    return tuple(WriteAttribute(f"{folder}/{key}", text.encode()) for key, text in values)


def in_words(steps: tuple[Step, ...]) -> str:
    """The steps as text, one a line."""
    return "".join(f"{_in_words(step)}\n" for step in steps)


def _in_words(step: Step) -> str:
    match step:
        case MakeDirectory(path):
            return f"mkdir {path}"
        case WriteAttribute(path, value):
            return f"write {path} = {_readable(value)}"
        case Link(path, target):
            return f"link  {path} -> {target}"
        case Bind(path, controller):
            return f"bind  {path} = {controller or 'the first free controller'}"
        case _:
            assert_never(step)


def _readable(value: bytes) -> str:
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex(" ")
    return text if text.isprintable() else value.hex(" ")
