"""Pins of the kernel in the contracts of the ports Button and Lamp."""

import asyncio

from raspberry_pi import the_pins
from waiting import until

from saykey.panel.gpio import GpioButton, GpioLamp

BOUNCE_MS = 10
SETTLED_S = 0.1


class ButtonRig:
    """A finger on the pin: pressing connects it to ground."""

    def __init__(self, pin, clock):
        self._pin = pin
        self._pins = the_pins()
        self._pins.release(pin)
        self.button = GpioButton(pin, BOUNCE_MS, clock)

    def press(self):
        self._pins.press(self._pin)

    def release(self):
        self._pins.release(self._pin)

    async def settle(self):
        """Wait until the contact has been steady for long and lgpio's thread has reported it."""
        await asyncio.sleep(SETTLED_S)


class LampRig:
    """Reads the level of the pin."""

    def __init__(self, pin):
        self._pin = pin
        self._pins = the_pins()
        self.lamp = GpioLamp(pin)
        self.lamp.open()

    def gets(self, *, lit):
        until(lambda: self._pins.is_high(self._pin) == lit, f"the lamp to be lit: {lit}")
        return True

    def stays(self, *, lit):
        return self._pins.is_high(self._pin) == lit and self.lamp._led._blink_thread is None
