"""One contract for every lamp: the desk's, and an LED on a pin of gpiozero's mock.

In the virtual machine of tests/kernel, where SAYKEY_KERNEL=real, the pin is one of the kernel's.
"""

import os
import queue

import pytest
from gpiozero.pins.mock import MockFactory, MockPin

from saykey.errors import HardwareError
from saykey.panel.gpio import BLINKS, GpioLamp
from saykey.ports import Light
from saykey.simulated.desk import DeskLamp

PIN = 27
PATIENCE_S = 10


class WatchedPin(MockPin):
    """A pin that signals each change of its level, so that no test waits for a fixed time."""

    def __init__(self, factory, info):
        self.changes = queue.SimpleQueue()
        super().__init__(factory, info)

    def _change_state(self, value):
        changed = super()._change_state(value)
        if changed:
            self.changes.put(value)
        return changed


class DeskRig:
    def __init__(self):
        self.lamp = DeskLamp()
        self.lamp.open()

    def gets(self, *, lit):
        return (self.lamp.light is not Light.OFF) == lit

    def stays(self, *, lit):
        return self.gets(lit=lit)


class GpioRig:
    def __init__(self):
        self.pins = MockFactory(pin_class=WatchedPin)
        self.lamp = GpioLamp(PIN, self.pins)
        self.lamp.open()

    @property
    def pin(self):
        return self.pins.pin(PIN)

    def gets(self, *, lit):
        """Whether the pin soon reaches this level; gpiozero's thread does the blinking."""
        while self.pin.state != lit:
            self.pin.changes.get(timeout=PATIENCE_S)
        return True

    def stays(self, *, lit):
        """Whether the pin has this level, and no thread is left that could change it."""
        return self.pin.state == lit and self.lamp._led._blink_thread is None


if os.environ.get("SAYKEY_KERNEL") == "real":
    from pins_rig import LampRig

    RIGS = {"kernel": lambda: LampRig(PIN)}
else:
    RIGS = {"desk": DeskRig, "gpiozero": GpioRig}


@pytest.fixture(params=RIGS)
def rig(request):
    made = RIGS[request.param]()
    yield made
    made.lamp.close()


def test_a_new_lamp_is_dark(rig):
    assert rig.stays(lit=False)


@pytest.mark.parametrize("light", [light for light in Light if light is not Light.OFF])
def test_every_light_but_off_can_be_seen(rig, light):
    rig.lamp.show(light)
    assert rig.gets(lit=True)


@pytest.mark.parametrize("light", Light)
def test_off_is_dark_whatever_was_shown_before(rig, light):
    rig.lamp.show(light)
    rig.lamp.show(Light.OFF)
    assert rig.stays(lit=False)


@pytest.mark.parametrize("light", Light)
def test_listening_is_steady_whatever_was_shown_before(rig, light):
    rig.lamp.show(light)
    rig.lamp.show(Light.LISTENING)
    assert rig.stays(lit=True)


@pytest.mark.parametrize("light", Light)
def test_a_closed_lamp_is_dark_and_may_be_closed_again(rig, light):
    rig.lamp.show(light)
    rig.lamp.close()
    rig.lamp.close()
    assert rig.gets(lit=False)


def test_a_closed_lamp_can_be_opened_again_and_is_dark(rig):
    rig.lamp.show(Light.LISTENING)
    rig.lamp.close()
    rig.lamp.open()
    assert rig.stays(lit=False)
    rig.lamp.show(Light.LISTENING)
    assert rig.gets(lit=True)


@pytest.mark.parametrize("light", BLINKS)
def test_other_lights_blink_by_themselves(light):
    rig = GpioRig()
    rig.lamp.show(light)
    assert [rig.pin.changes.get(timeout=PATIENCE_S) for _ in range(2)] == [True, False]
    rig.lamp.close()


def test_showing_a_light_again_does_not_restart_its_rhythm():
    rig = GpioRig()
    rig.lamp.show(Light.HELD)
    blinking = rig.lamp._led._blink_thread
    rig.lamp.show(Light.HELD)
    assert rig.lamp._led._blink_thread is blinking
    rig.lamp.close()


def test_every_light_has_a_rhythm_of_its_own():
    assert set(BLINKS) == set(Light) - {Light.OFF, Light.LISTENING}
    assert len(set(BLINKS.values())) == len(BLINKS)


def test_a_pin_in_use_is_reported_in_one_line_with_advice():
    pins = MockFactory()
    first = GpioLamp(PIN, pins)
    first.open()
    with pytest.raises(HardwareError, match=r"^LED on GPIO 27 .*no other program.*$"):
        GpioLamp(PIN, pins).open()
    first.close()
