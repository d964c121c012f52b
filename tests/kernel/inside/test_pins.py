"""Button and LED on pins of the kernel, through gpiozero and lgpio as on a board."""

import asyncio
import time

import pytest
from raspberry_pi import WITH_PINS, the_pins
from waiting import PATIENCE_S, until

from saykey.clock import MonotonicClock
from saykey.panel.gpio import GpioButton, GpioLamp
from saykey.ports import Light

BUTTON, LED = 17, 27
BOUNCE_MS = 200

pytestmark = WITH_PINS


@pytest.fixture(scope="module")
def pins():
    return the_pins()


async def edges_of(pins, finger, count):
    """The edges a finger makes."""
    edges = asyncio.Queue()
    pins.release(BUTTON)
    button = GpioButton(BUTTON, BOUNCE_MS, MonotonicClock())
    button.open(edges.put_nowait)
    try:
        async with asyncio.timeout(PATIENCE_S):
            seen = []
            for move in finger:
                await asyncio.to_thread(move)
                seen.append(await edges.get())
            assert len(seen) == count
            return seen
    finally:
        button.close()


def test_a_press_and_a_release_are_two_edges_in_order(pins):
    finger = (lambda: pins.press(BUTTON), lambda: pins.release(BUTTON))
    down, up = asyncio.run(edges_of(pins, finger, 2))
    assert (down.down, up.down) == (True, False)
    assert down.at < up.at <= time.monotonic_ns()


def test_a_contact_that_bounces_is_one_edge(pins):
    def bounce(last):
        for _ in range(5):
            pins.press(BUTTON)
            pins.release(BUTTON)
        last(BUTTON)

    finger = (
        lambda: bounce(pins.press),
        lambda: pins.release(BUTTON),
        lambda: bounce(pins.press),
    )
    edges = asyncio.run(edges_of(pins, finger, 3))
    assert [edge.down for edge in edges] == [True, False, True]


def until_led(pins, *, high):
    until(lambda: pins.is_high(LED) == high, f"the LED to be {'lit' if high else 'dark'}")


def test_the_led_is_lit_blinks_and_is_dark_when_closed(pins):
    lamp = GpioLamp(LED)
    lamp.open()
    lamp.show(Light.LISTENING)
    until_led(pins, high=True)
    lamp.show(Light.OFF)
    until_led(pins, high=False)
    lamp.show(Light.WORKING)
    for _ in range(2):
        until_led(pins, high=True)
        until_led(pins, high=False)
    lamp.show(Light.LISTENING)
    lamp.close()
    until_led(pins, high=False)
