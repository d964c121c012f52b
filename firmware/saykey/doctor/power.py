"""Computes the findings about power. On a Pi 4 and 5, power and data share a port. Pure.

Sources: "Power supply" in the Raspberry Pi documentation; USB 2.0, section 7.2.1 (500 mA); USB 3.2,
section 11.4 (900 mA); USB Type-C, table 4-17 (1.5 and 3 A). Two joined supplies push current into
each other, because USB allows 4.4 to 5.25 V at a port.
"""

from collections.abc import Iterator

from saykey.doctor import bootconfig
from saykey.doctor.boards import Board, board_of
from saykey.doctor.finding import Finding, advice, fault, well
from saykey.doctor.machine import Machine, Power

_LOW_NOW, _LOW_BEFORE = 1 << 0, 1 << 16
_ENOUGH_MA = 3000
_FULL_MA = 5000


def findings(machine: Machine) -> tuple[Finding, ...]:
    """Findings about the voltage, and how to power boards with one port for power and data."""
    board = board_of(machine.model)
    return tuple(_power(machine, board)) if board is not None else ()


def _power(machine: Machine, board: Board) -> Iterator[Finding]:
    yield from _voltage(machine.power)
    if board.one_port:
        yield _one_port(board)
    if board.chip == "BCM2712":
        yield from _negotiated(machine, board)


def _voltage(power: Power) -> Iterator[Finding]:
    if power.throttled is None:
        return
    if power.throttled & _LOW_NOW:
        yield fault(
            "voltage",
            "the supply's voltage is too low now: the Pi slows down or restarts",
            "use a shorter, thicker cable and a supply or a port that gives 3 A",
        )
    elif power.throttled & _LOW_BEFORE:
        yield advice(
            "voltage",
            "the supply's voltage has been too low since the start",
            "use a shorter, thicker cable and a supply or a port that gives 3 A",
        )
    else:
        yield well("voltage", "the supply's voltage has not been too low since the start")


def _one_port(board: Board) -> Finding:
    text = "power and data share the USB-C port; a computer's USB-A port gives 0.5 or 0.9 A"
    remedy = (
        "take a USB-C port of the computer, which gives 1.5 or 3 A, or a splitter that takes power "
        "from a supply and cuts the computer's 5 V wire"
    )
    if not board.pins:
        return advice("power", text, f"{remedy}; never feed a {board.model} by its GPIO pins")
    return advice(
        "power",
        text,
        f"{remedy}; or feed 5 V at GPIO pin 2 or 4 and ground at 6, which no fuse protects, and "
        "then use a data cable without its 5 V wire: never join two supplies",
    )


def _negotiated(machine: Machine, board: Board) -> Iterator[Finding]:
    """A Pi 5 asks its supply for 5 A; with less it limits its own USB ports to 0.6 A in all."""
    promised = machine.power.promised_ma
    forced = bootconfig.is_set(
        bootconfig.lines(machine.boot, board.filters), "usb_max_current_enable"
    )
    if forced is not None and (promised or 0) < _FULL_MA:
        yield advice(
            "supply",
            f"usb_max_current_enable=1 ({forced.place}), but no supply promised 5 A",
            "remove that line unless the supply does give 5 A: a microphone needs less than the "
            "0.6 A there are without it",
        )
    elif promised is None:
        return
    elif promised < _ENOUGH_MA:
        yield advice(
            "supply",
            f"the supply promised {promised} mA, and a Pi 5 at work may take 2 A",
            "use a port or a supply that gives 3 A, or 5 A with USB PD; a supply at the GPIO pins "
            "promises nothing: set PSU_MAX_CURRENT to its mA with sudo rpi-eeprom-config --edit",
        )
    else:
        yield well("supply", f"the supply promised {promised} mA")
