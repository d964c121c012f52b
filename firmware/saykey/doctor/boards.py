"""The boards, and which port of each can be a USB device, by the model in their device tree.

Sources: the chapters "USB" and "config.txt, conditional filters" of the Raspberry Pi
documentation. Boards with a hub between the processor and their ports (all B models up to the 3B+)
can only be hosts.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Board:
    """A family of boards.

    ``port`` is where the computer is plugged in, "" if no port can be a device. ``filters`` are the
    model filters of config.txt that apply to it. ``one_port``: power and data share a port.
    ``pins``: power may also come in by GPIO pins 2 and 4, which the 400 and 500 limit to 1 A.
    ``chip`` is the processor. ``slow``: it recognises more slowly than people speak.
    """

    model: str
    chip: str
    filters: frozenset[str]
    port: str = ""
    one_port: bool = False
    pins: bool = True
    slow: bool = False


def _board(model: str, chip: str, filters: str, port: str = "", **traits: bool) -> Board:
    return Board(model, chip, frozenset(filters.split()), port, **traits)


_MICRO = 'the micro-USB port marked "USB" (not "PWR")'
_USB_C = "the USB-C port"
_USB_A = "the USB-A port, by a cable with USB-A plugs at both ends"
_CARRIER = "the USB 2.0 device port of the carrier board"

_BOARDS = (
    _board("Raspberry Pi Zero 2", "BCM2710", "pi0 pi0w pi02", _MICRO),
    _board("Raspberry Pi Zero W", "BCM2835", "pi0 pi0w", _MICRO, slow=True),
    _board("Raspberry Pi Zero", "BCM2835", "pi0", _MICRO, slow=True),
    _board("Raspberry Pi Model A", "BCM2835", "pi1", _USB_A, slow=True),
    _board("Raspberry Pi Model B", "BCM2835", "pi1", slow=True),
    _board("Raspberry Pi 2 Model B", "BCM2836", "pi2"),
    _board("Raspberry Pi 3 Model A", "BCM2837", "pi3 pi3+", _USB_A),
    _board("Raspberry Pi 3 Model B Plus", "BCM2837", "pi3 pi3+"),
    _board("Raspberry Pi 3 Model B", "BCM2837", "pi3"),
    _board("Raspberry Pi 4 Model B", "BCM2711", "pi4", _USB_C, one_port=True),
    _board("Raspberry Pi 400", "BCM2711", "pi4 pi400", _USB_C, one_port=True, pins=False),
    _board("Raspberry Pi 5 Model B", "BCM2712", "pi5", _USB_C, one_port=True),
    _board("Raspberry Pi 500", "BCM2712", "pi5 pi500", _USB_C, one_port=True, pins=False),
    _board("Raspberry Pi Compute Module 5", "BCM2712", "pi5 cm5", _CARRIER),
    _board("Raspberry Pi Compute Module 4S", "BCM2711", "pi4 cm4s", _CARRIER),
    _board("Raspberry Pi Compute Module 4", "BCM2711", "pi4 cm4", _CARRIER),
    _board("Raspberry Pi Compute Module 3", "BCM2837", "pi3 cm3", _CARRIER),
    _board("Raspberry Pi Compute Module", "BCM2835", "pi1 cm1", _CARRIER, slow=True),
)

CAN_BE_A_KEYBOARD = "a Pi Zero 2 W, 3A+, 4, 400, 5, 500, or a Compute Module 3, 4 or 5"


def board_of(model: str) -> Board | None:
    """The family with the longest name that begins this model's name; None for an unknown board."""
    known = [board for board in _BOARDS if model.startswith(board.model)]
    return max(known, key=lambda board: len(board.model), default=None)
