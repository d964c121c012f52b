"""The running panel: the reader of the button, and the painter of display and lamp."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from saykey.attach import attach
from saykey.clock import NS_PER_S
from saykey.errors import HardwareError
from saykey.events import Event, Gestured, PartFound, PartMissing
from saykey.flow import GestureKind
from saykey.panel.hand import CHECK_NS, Hand
from saykey.panel.painter import FRAME_NS, Lighter, Painter
from saykey.panel.view import Listening, ModelState, View
from saykey.ports import Light, Link
from saykey.settings.schema import ButtonSettings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.desk import DeskButton, DeskDisplay, DeskLamp

MS = 1_000_000


def gestures_of(*held_ms: int, apart_ms: int = 500) -> list[GestureKind]:
    """The gestures reported for presses of these lengths."""

    async def life() -> list[Event]:
        clock = VirtualClock()
        told: list[Event] = []
        button = DeskButton(clock)
        hand = Hand(button, ButtonSettings(), clock, told.append)
        reading = asyncio.create_task(hand.run(lambda: None))
        await asyncio.sleep(0)
        for held in held_ms:
            button.press()
            await clock.advance_to(clock.now() + held * MS)
            button.release()
            await clock.advance_to(clock.now() + apart_ms * MS)
        reading.cancel()
        await asyncio.wait({reading})
        button.press()
        await clock.advance_to(clock.now() + MS)
        return told

    told = asyncio.run(life())
    assert all(isinstance(event, Gestured) for event in told)
    return [event.gesture.kind for event in told]


def test_a_short_press_is_a_tap() -> None:
    assert gestures_of(100) == [GestureKind.PRESS, GestureKind.RELEASE, GestureKind.TAP]


def test_a_long_press_is_reported_as_a_hold_while_the_button_is_still_down() -> None:
    assert gestures_of(1000) == [GestureKind.PRESS, GestureKind.HOLD, GestureKind.RELEASE]


def test_two_short_presses_are_a_double_tap() -> None:
    assert gestures_of(100, 100, apart_ms=100)[-1] is GestureKind.DOUBLE_TAP


def test_a_button_that_goes_away_while_it_is_down_counts_as_released() -> None:
    class LooseButton(DeskButton):
        def check(self) -> None:
            raise HardwareError("the button is loose: press its plug in")

    async def life() -> list[Event]:
        clock = VirtualClock()
        told: list[Event] = []
        button = LooseButton(clock)
        reading = asyncio.create_task(Hand(button, ButtonSettings(), clock, told.append).run(int))
        await asyncio.sleep(0)
        button.press()
        await clock.advance_to(CHECK_NS)
        with pytest.raises(HardwareError, match="loose"):
            await reading
        return told

    kinds = [event.gesture.kind for event in asyncio.run(life())]
    assert kinds == [GestureKind.PRESS, GestureKind.HOLD, GestureKind.RELEASE]


class Shop:
    """A painter whose view and light can be changed."""

    def __init__(self, display: DeskDisplay) -> None:
        self.clock = VirtualClock()
        self.display = display
        self.lamp = DeskLamp()
        self.capture = Listening.OFF
        self.light = Light.OFF
        self.painter = Painter(display, self.clock, self._view)
        self.lighter = Lighter(self.lamp, lambda: self.light)
        self.told: list[Event] = []

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        uses = {"display": self.painter.run, "light": self.lighter.run}
        tasks = [
            asyncio.create_task(attach(part, use, self.clock, self.told.append))
            for part, use in uses.items()
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        await self.painter.close()

    def _view(self) -> View:
        return View(
            capture=self.capture, host="desk", link=Link.UP, model="m", model_state=ModelState.READY
        )

    async def draws(self) -> None:
        self.painter.changed()
        self.lighter.changed()
        for _ in range(200):  # drawing is done in a thread
            await asyncio.sleep(0.001)
            await self.clock.advance_to(self.clock.now() + FRAME_NS // 50)


def test_the_display_and_the_lamp_follow_the_device() -> None:
    async def life() -> None:
        shop = Shop(DeskDisplay())
        async with shop.at_work():
            await shop.draws()
            before = shop.display.picture
            shop.capture, shop.light = Listening.LISTENING, Light.LISTENING
            await shop.draws()
            assert shop.lamp.light is Light.LISTENING
            assert before is not None
            assert shop.display.picture is not None
            assert before.tobytes() != shop.display.picture.tobytes()
        assert (shop.lamp.light, shop.display.picture) == (Light.OFF, None)

    asyncio.run(life())


def test_what_looks_the_same_is_not_drawn_again() -> None:
    async def life() -> None:
        shop = Shop(DeskDisplay())
        async with shop.at_work():
            await shop.draws()
            first = shop.display.picture
            await shop.draws()
            assert shop.display.picture is first

    asyncio.run(life())


class LooseDisplay(DeskDisplay):
    """A display that can be unplugged, after which it shows nothing."""

    plugged = True

    async def show(self, picture) -> None:
        if not self.plugged:
            self.picture = None
            raise HardwareError("the display is loose: press its plug in")
        await super().show(picture)


def test_a_display_that_goes_away_is_reported_once_and_shows_all_again_when_it_is_back() -> None:
    async def life() -> None:
        shop = Shop(LooseDisplay())
        async with shop.at_work():
            await shop.draws()
            before = shop.display.picture
            assert before is not None
            shop.display.plugged, shop.capture = False, Listening.LISTENING
            await shop.draws()
            shop.capture = Listening.OFF
            await shop.clock.advance_to(60 * NS_PER_S)
            assert shop.told == [PartMissing("display", "the display is loose: press its plug in")]
            shop.display.plugged = True
            await shop.clock.advance_to(80 * NS_PER_S)
            assert shop.told[1:] == [PartFound("display")]
            assert shop.display.picture is not None
            assert shop.display.picture.tobytes() == before.tobytes()

    asyncio.run(life())
