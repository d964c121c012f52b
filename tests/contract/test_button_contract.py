"""One contract for every button: the desk's, and a GPIO pin of gpiozero's mock.

gpiozero's mock pins do not debounce (gpiozero/pins/mock.py: "Need to implement this"), so a contact
that bounces is no part of this contract. In the virtual machine of tests/kernel, where
SAYKEY_KERNEL=real, the pin is one of the kernel's GPIO simulator.
"""

import asyncio
import os
import threading
from itertools import count

import pytest
from gpiozero.pins.mock import MockFactory

from saykey.errors import HardwareError
from saykey.flow import Edge
from saykey.panel.gpio import GpioButton
from saykey.simulated.desk import DeskButton

PIN = 17


class CountingClock:
    """A clock that advances by a millisecond each time it is read."""

    def __init__(self):
        self._ticks = count(1_000_000, 1_000_000)

    def now(self):
        return next(self._ticks)


async def what_was_handed_to_the_loop():
    """Run what was handed to the loop so far."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    loop.call_soon(done.set_result, None)
    await done


class DeskRig:
    def __init__(self):
        self.button = DeskButton(CountingClock())

    def press(self):
        self.button.press()

    def release(self):
        self.button.release()

    async def settle(self):
        await what_was_handed_to_the_loop()


class GpioRig:
    """A finger on the pin: pressing connects it to ground."""

    def __init__(self):
        self.pins = MockFactory()
        self.button = GpioButton(PIN, 10, CountingClock(), self.pins)

    def press(self):
        self.pins.pin(PIN).drive_low()

    def release(self):
        self.pins.pin(PIN).drive_high()

    async def settle(self):
        await what_was_handed_to_the_loop()


if os.environ.get("SAYKEY_KERNEL") == "real":
    from pins_rig import ButtonRig

    RIGS = {"kernel": lambda: ButtonRig(PIN, CountingClock())}
else:
    RIGS = {"desk": DeskRig, "gpiozero": GpioRig}


@pytest.fixture(params=RIGS)
def rig(request):
    made = RIGS[request.param]()
    yield made
    made.button.close()


def test_each_edge_is_reported_in_order_with_its_time(rig):
    async def use():
        edges = []
        rig.button.open(edges.append)
        for _ in range(2):
            rig.press()
            await rig.settle()
            rig.release()
            await rig.settle()
        return edges

    ms = 1_000_000
    assert asyncio.run(use()) == [
        Edge(1 * ms, down=True),
        Edge(2 * ms, down=False),
        Edge(3 * ms, down=True),
        Edge(4 * ms, down=False),
    ]


def test_a_button_moved_to_where_it_already_is_reports_nothing(rig):
    async def use():
        edges = []
        rig.button.open(edges.append)
        for move in (rig.release, rig.press, rig.press):
            move()
            await rig.settle()
        return [edge.down for edge in edges]

    assert asyncio.run(use()) == [True]


def test_an_edge_in_another_thread_is_reported_in_the_thread_of_the_loop(rig):
    async def use():
        edges = asyncio.Queue()
        rig.button.open(lambda edge: edges.put_nowait((edge.down, threading.get_ident())))
        finger = threading.Thread(target=rig.press)
        finger.start()
        told = await asyncio.wait_for(edges.get(), 5)
        finger.join()
        return told

    assert asyncio.run(use()) == (True, threading.get_ident())


def test_the_callback_never_runs_before_the_loop_continues(rig):
    async def use():
        edges = []
        rig.button.open(edges.append)
        rig.press()
        return list(edges)

    assert asyncio.run(use()) == []


def test_a_closed_button_reports_nothing_not_even_a_pending_edge(rig):
    async def use():
        edges = []
        rig.button.open(edges.append)
        rig.press()
        rig.button.close()
        rig.release()
        await rig.settle()
        return edges

    assert asyncio.run(use()) == []


def test_closing_twice_does_no_harm(rig):
    async def use():
        rig.button.open(lambda _: None)
        rig.button.close()
        rig.button.close()

    asyncio.run(use())


def test_a_closed_button_can_be_opened_again(rig):
    async def use():
        edges = []
        rig.button.open(lambda _: None)
        rig.button.close()
        rig.button.open(edges.append)
        rig.press()
        await rig.settle()
        return [edge.down for edge in edges]

    assert asyncio.run(use()) == [True]


def test_a_pin_in_use_is_reported_in_one_line_with_advice():
    async def use():
        pins = MockFactory()
        GpioButton(PIN, 10, CountingClock(), pins).open(lambda _: None)
        GpioButton(PIN, 10, CountingClock(), pins).open(lambda _: None)

    with pytest.raises(HardwareError, match=r"^button on GPIO 17 .*no other program.*$"):
        asyncio.run(use())
