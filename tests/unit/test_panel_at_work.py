"""The panel at work: the hand on the button, and the painter at the display and the lamp."""

import asyncio

from saykey.errors import HardwareError
from saykey.events import Event, Gestured
from saykey.flow import GestureKind
from saykey.panel.hand import Hand
from saykey.panel.painter import FRAME_NS, Painter
from saykey.panel.view import Listening, ModelState, View
from saykey.ports import Light, Link
from saykey.settings.schema import ButtonSettings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.desk import DeskButton, DeskDisplay, DeskLamp

MS = 1_000_000


def gestures_of(*held_ms: int, apart_ms: int = 500) -> list[GestureKind]:
    """What the device is told of presses this long."""

    async def life() -> list[Event]:
        clock = VirtualClock()
        told: list[Event] = []
        button = DeskButton(clock)
        hand = Hand(button, ButtonSettings(), clock, told.append)
        hand.open()
        for held in held_ms:
            button.press()
            await clock.advance_to(clock.now() + held * MS)
            button.release()
            await clock.advance_to(clock.now() + apart_ms * MS)
        hand.close()
        button.press()
        await clock.advance_to(clock.now() + MS)
        return told

    told = asyncio.run(life())
    assert all(isinstance(event, Gestured) for event in told)
    return [event.gesture.kind for event in told]


def test_a_short_press_is_a_tap() -> None:
    assert gestures_of(100) == [GestureKind.PRESS, GestureKind.RELEASE, GestureKind.TAP]


def test_a_long_press_is_told_as_a_hold_while_the_button_is_still_down() -> None:
    assert gestures_of(1000) == [GestureKind.PRESS, GestureKind.HOLD, GestureKind.RELEASE]


def test_two_short_presses_are_a_double_tap() -> None:
    assert gestures_of(100, 100, apart_ms=100)[-1] is GestureKind.DOUBLE_TAP


class Shop:
    """A painter whose view and light can be changed."""

    def __init__(self, display: DeskDisplay) -> None:
        self.clock = VirtualClock()
        self.display = display
        self.lamp = DeskLamp()
        self.capture = Listening.OFF
        self.light = Light.OFF
        self.painter = Painter(display, self.lamp, self.clock, self._view, lambda: self.light)

    def _view(self) -> View:
        return View(
            capture=self.capture, host="desk", link=Link.UP, model="m", model_state=ModelState.READY
        )

    async def draws(self) -> None:
        self.painter.changed()
        for _ in range(200):  # drawing is done in a thread
            await asyncio.sleep(0.001)
            await self.clock.advance_to(self.clock.now() + FRAME_NS // 50)


def test_the_display_and_the_lamp_follow_the_device() -> None:
    async def life() -> None:
        shop = Shop(DeskDisplay())
        running = asyncio.create_task(shop.painter.run())
        await shop.draws()
        before = shop.display.picture
        shop.capture, shop.light = Listening.LISTENING, Light.LISTENING
        await shop.draws()
        assert shop.lamp.light is Light.LISTENING
        assert before is not None
        assert shop.display.picture is not None
        assert before.tobytes() != shop.display.picture.tobytes()
        running.cancel()
        await shop.painter.close()
        assert (shop.lamp.light, shop.display.picture) == (Light.OFF, None)

    asyncio.run(life())


def test_what_looks_the_same_is_not_drawn_again() -> None:
    async def life() -> None:
        shop = Shop(DeskDisplay())
        running = asyncio.create_task(shop.painter.run())
        await shop.draws()
        first = shop.display.picture
        await shop.draws()
        assert shop.display.picture is first
        running.cancel()

    asyncio.run(life())


def test_a_display_that_fails_is_told_once_and_tried_again(caplog) -> None:
    class LooseDisplay(DeskDisplay):
        fails = 2

        async def show(self, picture) -> None:
            if self.fails:
                self.fails -= 1
                raise HardwareError("the display is loose: press its plug in")
            await super().show(picture)

    async def life() -> None:
        shop = Shop(LooseDisplay())
        running = asyncio.create_task(shop.painter.run())
        for _ in range(3):
            await shop.draws()
        assert shop.display.picture is not None
        running.cancel()

    asyncio.run(life())
    assert [record.message for record in caplog.records] == [
        "the display is loose: press its plug in"
    ]
