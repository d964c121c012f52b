"""Caps Lock is tapped off for the text and restored after it; unknown is not off."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from typist_rig import News, stopped, texts_of, to_type, typist_on

from saykey.effects import StopTyping
from saykey.events import Event, TypingBegan, TypingFinished, TypingStopped
from saykey.keyboard import locks
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.profile import Profile
from saykey.keyboard.typist import Typist
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import SimulatedHost
from saykey.simulated.text_field import CAPS_LOCK, NUM_LOCK

MS = 1_000_000
POLL = 8 * MS
US = load_layout("linux", "us")
TEXT = "Straight on to the 2nd Light."
CAPS_KEY = 0x39


@dataclass
class Desk:
    """A typist, a host whose lights it sees, and every state of the lights with its time."""

    clock: VirtualClock
    host: SimulatedHost
    typist: Typist
    news: News

    @property
    def posted(self) -> list[Event]:
        return self.news.posted

    def type(self, text: str, piece: int = 1) -> None:
        self.typist.type_edits(to_type(piece, text))

    async def after(self, ms: int) -> None:
        await self.clock.advance_to(self.clock.now() + ms * MS)

    async def until(self, reached: Callable[[], bool]) -> None:
        for _ in range(2000):
            if reached():
                return
            await self.after(1)
        raise AssertionError("never came to that")

    @property
    def caps_on(self) -> bool:
        return bool(self.host._field.leds & CAPS_LOCK)

    @property
    def taps(self) -> int:
        return sum(CAPS_KEY in report[2:] for report in self.host.reports_seen)


def play(
    scene: Callable[[Desk], Awaitable[None]],
    *,
    profile: Profile | None = None,
    layout: str = "us",
    variant: str = "",
    reports_leds: bool = True,
) -> None:
    async def perform() -> None:
        clock = VirtualClock()
        news = News()
        host = SimulatedHost(clock, layout, variant, poll_ns=POLL, reports_leds=reports_leds)
        table = load_layout("linux", f"{layout}+{variant}" if variant else layout)
        typist = typist_on(host, table, clock, news, profile)
        desk = Desk(clock, host, typist, news)
        await host.open(lambda _link: None, typist.leds_changed)
        running = asyncio.create_task(typist.run())
        try:
            await scene(desk)
        finally:
            running.cancel()
            await desk.after(1000)
            await host.close()
        assert running.cancelled(), running.exception()
        assert host.keys_down == frozenset()

    asyncio.run(perform())


def test_caps_lock_is_off_for_the_text_and_on_again_after_it():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(TEXT)
        await desk.after(3000)
        assert desk.host.text == TEXT
        assert desk.caps_on
        assert desk.posted == [TypingBegan(1), TypingFinished(1, len(desk.host.reports_seen))]

    play(scene)


def test_without_the_fix_the_text_would_come_out_in_the_wrong_case():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(TEXT)
        await desk.after(3000)
        assert desk.host.text == TEXT.swapcase()
        assert desk.taps == 0

    play(scene, profile=Profile(fix_caps=False))


@pytest.mark.parametrize("layout", ["de", "fr", "cz", "gr", "ru"])
def test_letters_of_other_layouts_come_out_right_too(layout):
    table = load_layout("linux", layout)
    text = "".join(c for c in table.strokes if c.isprintable() and len(table.strokes[c]) == 1)

    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(text)
        await desk.after(10_000)
        assert desk.host.text == text
        assert desk.caps_on

    play(scene, layout=layout)


def test_the_tap_is_held_long_enough_for_macos():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type("a")
        await desk.until(lambda: desk.taps == 1)
        await desk.after(80)
        assert len(desk.host.reports_seen) == 1
        assert desk.host.keys_down != frozenset()

    play(scene)


def test_several_pieces_each_put_it_back():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        for piece, text in enumerate(["One. ", "Two. ", "Three."], start=1):
            desk.type(text, piece)
        await desk.after(6000)
        assert desk.host.text == "One. Two. Three."
        assert desk.caps_on
        assert desk.taps == 6

    play(scene)


def test_unknown_is_not_off_but_it_is_not_on_either():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type("a")
        await desk.after(1000)
        assert desk.taps == 0

    play(scene, reports_leds=False)


def test_other_locks_do_not_matter():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(NUM_LOCK)
        desk.type("a1")
        await desk.after(1000)
        assert (desk.host.text, desk.taps) == ("a1", 0)

    play(scene)


def test_a_layout_where_the_key_is_something_else_is_left_alone():
    async def scene(desk: Desk) -> None:
        desk.typist.leds_changed(CAPS_LOCK)  # a second keyboard on the same host toggled it
        desk.type("Hallo")
        await desk.after(1000)
        assert desk.host.text == "Hallo"
        assert desk.taps == 0

    play(scene, layout="de", variant="neo")


@pytest.mark.parametrize("at_ms", range(0, 500, 23))
def test_caps_led_changes_in_mid_piece(at_ms):
    """The rest after the change is planned anew from a whole character, with Caps Lock off."""

    async def scene(desk: Desk) -> None:
        desk.type(TEXT)
        await desk.after(at_ms)
        before = desk.host.text
        finished = any(isinstance(event, TypingFinished) for event in desk.posted)
        desk.host.set_leds(CAPS_LOCK)
        await desk.after(3000)
        shown = desk.host.text
        assert shown.lower() == TEXT.lower(), "no character is lost or typed twice"
        assert shown.startswith(before)
        wrong = [n for n, pair in enumerate(zip(shown, TEXT, strict=True)) if len(set(pair)) > 1]
        assert all(len(before) <= n < len(before) + 3 for n in wrong), "only what was on its way"
        assert desk.caps_on, "as the user left it"
        assert desk.taps in {0, 2}
        assert desk.taps == 0 or not finished
        assert isinstance(desk.posted[-1], TypingFinished)
        assert desk.posted[-1].reports == len(desk.host.reports_seen)
        assert len(desk.posted) == 2

    play(scene)


def test_caps_led_changes_in_mid_piece_and_again_and_again():
    async def scene(desk: Desk) -> None:
        desk.type(TEXT * 20)
        for _ in range(5):
            await desk.after(400)
            desk.host.set_leds(CAPS_LOCK)
        await desk.after(12_000)
        assert desk.host.text.lower() == TEXT.lower() * 20
        assert desk.caps_on
        assert desk.taps == 6

    play(scene)


def test_caps_led_changes_in_mid_piece_within_a_character_of_several_strokes():
    async def scene(desk: Desk) -> None:
        desk.type("a…b")
        await desk.until(lambda: desk.host.text == "a.")
        desk.host.set_leds(CAPS_LOCK)
        await desk.after(2000)
        assert desk.host.text == "a...b"
        end = desk.posted[-1]
        assert isinstance(end, TypingFinished)
        assert [made.wanted for made in end.substitutions] == ["…"]

    play(scene)


def test_switched_off_by_the_user_it_is_not_put_back_twice():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type("one")
        await desk.after(2000)
        desk.host.set_leds(0)
        desk.type("two", 2)
        await desk.after(2000)
        assert desk.host.text == "onetwo"
        assert not desk.caps_on
        assert desk.taps == 2

    play(scene)


@pytest.mark.parametrize("at_ms", range(0, 900, 31))
def test_a_stop_at_any_time_puts_it_back(at_ms):
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(TEXT)
        await desk.after(at_ms)
        desk.typist.stop_typing(StopTyping(1))
        await desk.after(700)
        end = desk.posted[-1]
        if isinstance(end, TypingStopped):
            typed, _, rest = texts_of(end)
            assert typed + rest == TEXT
            assert desk.host.text == typed
            assert end.reports == len(desk.host.reports_seen)
        assert desk.caps_on

    play(scene)


def test_a_stop_in_a_stall_puts_it_back_when_the_host_polls_again():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(TEXT)
        await desk.until(lambda: len(desk.host.text) > 5)
        desk.host.stall()
        desk.typist.stop_typing(StopTyping(1))
        await desk.after(1000)
        assert isinstance(desk.posted[-1], TypingStopped)
        desk.host.resume()
        await desk.after(1000)
        assert desk.caps_on

    play(scene)


def test_the_end_of_the_service_in_mid_piece_puts_it_back():
    async def perform() -> SimulatedHost:
        clock = VirtualClock()
        host = SimulatedHost(clock, poll_ns=MS)
        typist = typist_on(host, US, clock, lambda _event: None)
        await host.open(lambda _link: None, typist.leds_changed)
        host.set_leds(CAPS_LOCK)
        running = asyncio.create_task(typist.run())
        typist.type_edits(to_type(1, TEXT))
        await clock.advance_to(150 * MS)
        assert host.text
        assert not host._field.leds & CAPS_LOCK
        running.cancel()
        await clock.advance_to(600 * MS)
        assert running.cancelled()
        return host

    host = asyncio.run(perform())
    assert host.keys_down == frozenset()
    assert host._field.leds & CAPS_LOCK


def test_a_cable_pulled_while_it_is_tapped_off_loses_nothing():
    async def scene(desk: Desk) -> None:
        desk.host.set_leds(CAPS_LOCK)
        desk.type(TEXT)
        await desk.after(50)
        desk.host.unplug()
        desk.typist.leds_changed(None)
        await desk.after(1000)
        assert desk.posted[-1] == stopped(1, typed="", doubtful="", rest=TEXT, reports=1)

    play(scene)


class Deaf(SimulatedHost):
    """A host that takes reports but does nothing for the Caps Lock key."""

    async def send(self, report):
        keys = bytes(0 if key == CAPS_KEY else key for key in report.data)
        await super().send(replace(report, data=keys))


def test_a_tap_without_effect_is_not_repeated_and_not_taken_back():
    async def perform() -> tuple[SimulatedHost, list[Event]]:
        clock = VirtualClock()
        news = News()
        host = Deaf(clock, poll_ns=MS)
        typist = typist_on(host, US, clock, news)
        await host.open(lambda _link: None, typist.leds_changed)
        host.set_leds(CAPS_LOCK)
        running = asyncio.create_task(typist.run())
        typist.type_edits(to_type(1, "ab"))
        await clock.advance_to(2000 * MS)
        running.cancel()
        await asyncio.wait({running})
        return host, news.posted

    host, posted = asyncio.run(perform())
    assert host.text == "AB"
    assert posted == [TypingBegan(1), TypingFinished(1, len(host.reports_seen))]
    assert len(host.reports_seen) == 2 + 3


def test_a_light_that_comes_late_is_waited_for():
    async def perform() -> tuple[SimulatedHost, list[Event]]:
        clock = VirtualClock()
        news = News()
        host = SimulatedHost(clock, poll_ns=MS)
        typist = typist_on(host, US, clock, news)
        late: set[asyncio.Task[None]] = set()

        async def tell_late(leds: int) -> None:
            await clock.sleep_until(clock.now() + 60 * MS)
            typist.leds_changed(leds)

        await host.open(lambda _: None, lambda leds: late.add(asyncio.create_task(tell_late(leds))))
        host.set_leds(CAPS_LOCK)
        await clock.advance_to(100 * MS)
        running = asyncio.create_task(typist.run())
        for piece, text in enumerate("abc", start=1):
            typist.type_edits(to_type(piece, text))
        await clock.advance_to(5000 * MS)
        running.cancel()
        await asyncio.wait({running})
        return host, news.posted

    host, posted = asyncio.run(perform())
    assert host.text == "abc"
    assert host._field.leds & CAPS_LOCK
    assert len(posted) == 6


# What follows from the light alone


def test_nothing_is_known_before_the_first_light_and_after_the_cable_is_pulled():
    caps = locks.caps_lock(US, fix=True)
    assert not locks.in_the_way(caps)
    caps = locks.lit(locks.tapped_off(locks.lit(caps, CAPS_LOCK)), None)
    assert caps == locks.caps_lock(US, fix=True)


def test_the_second_tap_is_due_only_once_the_light_went_off():
    caps = locks.tapped_off(locks.lit(locks.caps_lock(US, fix=True), CAPS_LOCK))
    assert not locks.owed(caps)
    assert locks.owed(locks.lit(caps, 0))
    assert not locks.owed(locks.put_back(locks.lit(caps, 0)))


def test_a_light_that_stays_on_did_not_come_on():
    caps = locks.begun(locks.lit(locks.caps_lock(US, fix=True), CAPS_LOCK))
    assert not locks.came_in_the_way(locks.lit(caps, CAPS_LOCK | NUM_LOCK))
    assert locks.came_in_the_way(locks.lit(locks.lit(caps, 0), CAPS_LOCK))
