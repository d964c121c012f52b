"""The button and the LED on the pins of a Raspberry Pi, with gpiozero.

The button is wired between its pin and ground, and the pin is pulled up. The LED and its resistor
are wired between their pin and ground.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from tempfile import gettempdir
from typing import TYPE_CHECKING

from saykey.errors import HardwareError
from saykey.flow import Edge
from saykey.ports import Clock, Light

if TYPE_CHECKING:
    import gpiozero
    from gpiozero.pins.lgpio import LGPIOFactory

BLINKS: dict[Light, tuple[float, float]] = {
    Light.WORKING: (0.25, 0.25),
    Light.HELD: (0.1, 1.9),
    Light.FAULT: (0.1, 0.1),
}
"""Seconds on and off. LISTENING is steady, so that it cannot be confused with another light."""


class GpioButton:
    """A push button on a pin, by its BCM number.

    An edge counts when the level was steady for ``bounce_ms``, and its time is the end of that wait
    (http://abyz.me.uk/lg/py_lgpio.html#gpio_set_debounce_micros).
    ``pins`` is a gpiozero pin factory; None for the machine's own pins.
    """

    def __init__(
        self, pin: int, bounce_ms: int, clock: Clock, pins: gpiozero.Factory | None = None
    ) -> None:
        self._pin = pin
        self._bounce_ms = bounce_ms
        self._clock = clock
        self._pins = pins
        self._button: gpiozero.DigitalInputDevice | None = None
        self._on_edge: Callable[[Edge], None] | None = None

    def open(self, on_edge: Callable[[Edge], None]) -> None:
        """Call back from the running event loop on each edge. Raises HardwareError."""
        loop = asyncio.get_running_loop()
        with _advice("button", self._pin):
            import gpiozero

            bounce = self._bounce_ms / 1000 or None
            pins = self._pins or _machine_pins()
            # Not gpiozero.Button: its hold thread makes close() wait while the button is down.
            button = gpiozero.DigitalInputDevice(
                self._pin, pull_up=True, bounce_time=bounce, pin_factory=pins
            )
        self._button = button
        self._on_edge = on_edge

        def hand_over(*, down: bool) -> None:
            loop.call_soon_threadsafe(self._deliver, Edge(self._clock.now(), down))

        button.when_activated = lambda: hand_over(down=True)
        button.when_deactivated = lambda: hand_over(down=False)

    def check(self) -> None:
        """Raise HardwareError if the pin went away. It would deliver no further edges."""
        if self._button is not None:
            with _advice("button", self._pin):
                _ = self._button.value

    def _deliver(self, edge: Edge) -> None:
        if self._on_edge is not None:
            self._on_edge(edge)

    def close(self) -> None:
        """No further callbacks, not even for edges that are already queued."""
        self._on_edge = None
        if self._button is not None:
            self._button.close()
            self._button = None


class GpioLamp:
    """An LED on a pin, by its BCM number. A thread of gpiozero blinks it.

    It is switched and not dimmed: PWM of 100 Hz on a wire near the microphone would be audible.
    """

    def __init__(self, pin: int, pins: gpiozero.Factory | None = None) -> None:
        self._pin = pin
        self._pins = pins
        self._led: gpiozero.LED | None = None
        self._light = Light.OFF

    def open(self) -> None:
        """Get ready to show a light. The LED is dark. Raises HardwareError."""
        with _advice("LED", self._pin):
            import gpiozero

            self._led = gpiozero.LED(self._pin, pin_factory=self._pins or _machine_pins())
        self._light = Light.OFF

    def show(self, light: Light) -> None:
        """Show this light until the next call. The same light again does not restart its blinking.

        Raises HardwareError when the pin went away. The lamp is then closed.
        """
        if self._led is None or light is self._light:
            return
        self._light = light
        try:
            with _advice("LED", self._pin):
                if self._led.pin_factory is not (self._pins or _machine_pins()):
                    raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
                self._switch(self._led, light)
        except HardwareError:
            led, self._led = self._led, None
            led.close()
            raise

    @staticmethod
    def _switch(led: gpiozero.LED, light: Light) -> None:
        if light in BLINKS:
            on, off = BLINKS[light]
            led.blink(on_time=on, off_time=off)
        elif light is Light.LISTENING:
            led.on()
        else:
            led.off()

    def close(self) -> None:
        """Switch the LED off and release the pin."""
        with suppress(HardwareError):
            self.show(Light.OFF)
        if self._led is not None:
            self._led.close()
            self._led = None


@cache
def _machine_pins() -> LGPIOFactory:
    """The pin factory of this machine. There is only one: gpiozero keeps one table per process.

    It uses lgpio. By itself gpiozero would try three more libraries, with a warning for each.
    """
    from gpiozero.pins.lgpio import LGPIOFactory

    return LGPIOFactory()


def _let_go_of_dead_chip() -> None:
    """Close the GPIO chip if it is gone, without errors. The next part then opens it again.

    While a handle of a dead chip is open, lgpio's thread loops without pause (lgPthAlerts.c), and
    the number of the chip stays in use. Closing a pin of a factory without a handle does not access
    the chip.
    """
    if not _machine_pins.cache_info().currsize:
        return
    import lgpio

    pins = _machine_pins()
    try:
        lgpio.gpio_get_chip_info(pins._handle)  # noqa: SLF001  gpiozero has no public handle
    except lgpio.error:
        for pin in pins.pins.values():
            with suppress(lgpio.error):
                pin.when_changed = None  # a remaining callback ends lgpio's thread for all pins
        handle, pins._handle = pins._handle, None  # noqa: SLF001
        pins.close()
        _machine_pins.cache_clear()
        with suppress(lgpio.error):
            lgpio.gpiochip_close(handle)


@contextmanager
def _advice(what: str, pin: int) -> Iterator[None]:
    """Turn errors of gpiozero and lgpio into one line with advice."""
    refusals: list[type[Exception]] = [OSError]
    try:
        import gpiozero

        refusals.append(gpiozero.GPIOZeroError)
        # lgpio creates a FIFO in its working directory when imported (lgpio.py, lgNotify.c)
        os.environ.setdefault("LG_WD", os.environ.get("RUNTIME_DIRECTORY", gettempdir()))
        with suppress(ImportError):  # only the machine's own pins need it
            import lgpio

            refusals.append(lgpio.error)  # "GPIO busy"
        yield
    except ImportError as missing:
        raise HardwareError(
            f"{what} on GPIO {pin}: {missing.name} is not installed: pip install 'saykey[pi]', "
            "or apt install python3-gpiozero python3-lgpio"
        ) from missing
    except tuple(refusals) as error:
        _let_go_of_dead_chip()
        raise HardwareError(
            f"{what} on GPIO {pin} cannot be used ({error}): is this a Raspberry Pi, is the "
            "user in the group gpio, and does no other program use the pin?"
        ) from error
