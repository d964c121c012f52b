"""The typist types on a simulated host and always reports exactly how far it got."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from typist_rig import News, stopped, texts_of, to_press, to_type, typist_on

from saykey.effects import StopTyping
from saykey.events import Event, TypingBegan, TypingFinished, TypingPlanned, TypingStopped
from saykey.flow import ALL_UP, Report, Stroke
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.pace import Order, Pace
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner
from saykey.keyboard.typist import Typist
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import SimulatedHost

MS = 1_000_000
POLL = 8 * MS
US = load_layout("linux", "us")
EVEN = Profile(pace=Pace("even", Order.MODIFIERS_APART))
TEXT = "Hello World. It’s a test…"
TYPED = "Hello World. It's a test..."


class PatientHost(SimulatedHost):
    """A host that insists on one report at a time, as a real transport does."""

    sending = False

    async def send(self, report: Report) -> None:
        assert not self.sending, "two reports at a time"
        self.sending = True
        try:
            await super().send(report)
        finally:
            self.sending = False


@dataclass
class Desk:
    """A typist, its host, and what it posted."""

    clock: VirtualClock
    host: SimulatedHost
    typist: Typist
    news: News

    @property
    def posted(self) -> list[Event]:
        return self.news.posted

    def type(self, text: str, piece: int = 1) -> None:
        self.typist.type_edits(to_type(piece, text))

    def stop(self, piece: int = 1) -> None:
        self.typist.stop_typing(StopTyping(piece))

    async def after(self, ms: int) -> None:
        await self.clock.advance_to(self.clock.now() + ms * MS)

    def end(self) -> TypingFinished | TypingStopped:
        last = self.posted[-1]
        assert isinstance(last, TypingFinished | TypingStopped), last
        return last

    def stopped(self) -> TypingStopped:
        last = self.posted[-1]
        assert isinstance(last, TypingStopped), last
        return last


def play(scene: Callable[[Desk], Awaitable[None]], poll_ns: int = POLL) -> None:
    async def perform() -> None:
        clock = VirtualClock()
        news = News()
        host = PatientHost(clock, poll_ns=poll_ns)
        typist = typist_on(host, US, clock, news, EVEN)
        desk = Desk(clock, host, typist, news)
        await host.open(lambda _link: None, typist.leds_changed)
        running = asyncio.create_task(desk.typist.run())
        try:
            await scene(desk)
        finally:
            running.cancel()
            await desk.after(1000)
            await host.close()
        assert running.cancelled(), running.exception()

    asyncio.run(perform())


def as_typed(text: str) -> str:
    return text.replace("’", "'").replace("…", "...")


# All goes well


def test_a_piece_is_typed_and_its_beginning_and_end_are_reported():
    async def scene(desk: Desk) -> None:
        desk.type(TEXT)
        await desk.after(1)
        assert desk.posted == [TypingBegan(1)]
        await desk.after(1000)
        reports = len(desk.host.reports_seen)
        end = desk.end()
        assert isinstance(end, TypingFinished)
        assert (end.piece, end.reports) == (1, reports)
        assert [made.wanted for made in end.substitutions] == ["’", "…"]
        assert (desk.host.text, desk.host.keys_down) == (TYPED, frozenset())

    play(scene)


def test_an_empty_piece_ends_as_any_other():
    async def scene(desk: Desk) -> None:
        desk.type("")
        await desk.after(10)
        assert desk.posted == [TypingBegan(1), TypingFinished(1, 1)]

    play(scene)


def test_pieces_never_mix_and_keep_their_order():
    async def scene(desk: Desk) -> None:
        for piece, text in enumerate(["one ", "two ", "three"], start=1):
            desk.type(text, piece)
        await desk.typist.settled()
        assert desk.host.text == "one two three"
        assert [type(event).__name__ for event in desk.posted] == [
            "TypingBegan",
            "TypingFinished",
        ] * 3

    play(scene, poll_ns=0)


def test_a_text_too_long_to_plan_within_a_turn_of_the_loop_is_typed_as_well():
    async def scene(desk: Desk) -> None:
        desk.type("long " * 1000)
        await desk.typist.settled()
        assert desk.host.text == "long " * 1000

    play(scene, poll_ns=0)


def test_each_report_is_held_as_long_as_it_says():
    async def scene(desk: Desk) -> None:
        pace = Pace("even", Order.ONE_REPORT, key_ns=20 * MS)
        desk.typist._planning.planner = Planner(US, Profile(pace=pace))
        desk.type("abc")
        await desk.after(1)
        assert desk.host.text == "a"
        await desk.after(20)
        assert desk.host.text == "ab"
        await desk.after(18)
        assert desk.host.text == "ab"
        await desk.after(30)
        assert desk.host.text == "abc"

    play(scene, poll_ns=0)


def test_what_will_be_replaced_is_reported_before_the_first_key():
    async def scene(desk: Desk) -> None:
        desk.type("Я’s")
        await desk.after(500)
        planned = desk.news.told[0]
        assert isinstance(planned, TypingPlanned)
        assert (planned.piece, planned.units) == (1, 3)
        assert [(one.typed, one.script) for one in planned.substitutions] == [
            ("Ya", "Cyrillic"),
            ("'", ""),
        ]
        assert desk.news.told[1] == TypingBegan(1)

    play(scene)


def test_how_far_a_long_piece_got_is_reported_now_and_then():
    async def scene(desk: Desk) -> None:
        text = "a longer text than a display can show at once"
        desk.type(text)
        await desk.typist.settled()
        told = [(event.piece, event.units) for event in desk.news.advanced]
        assert told == sorted(set(told))
        seconds = len(desk.host.reports_seen) * POLL / 1e9
        assert len(told) == int(seconds / 0.2)
        assert all(0 < done < len(text) for _, done in told)

    async def advancing(desk: Desk) -> None:
        doing = asyncio.create_task(scene(desk))
        while not doing.done():
            await desk.after(1)
        doing.result()

    play(advancing)


# Keys that type no text


def test_keys_are_pressed_as_given_and_each_comes_up_again():
    async def scene(desk: Desk) -> None:
        keys = (Stroke(0x04), Stroke(0x04), Stroke(0x05, 0x02))
        desk.typist.type_edits(to_press(7, *keys))
        desk.type("c", 8)
        await desk.after(500)
        assert desk.host.text == "aaBc"
        assert [event.piece for event in desk.posted if isinstance(event, TypingFinished)] == [7, 8]
        assert desk.news.planned[0] == TypingPlanned(7, 3)

    play(scene)


def test_keys_stopped_before_the_first_leave_nothing_to_hold():
    async def scene(desk: Desk) -> None:
        order = to_press(1, Stroke(0x04))
        desk.typist.type_edits(order)
        desk.stop()
        await desk.after(100)
        assert desk.posted == [TypingStopped(1, typed=(), doubtful=(), rest=order.edits)]
        assert desk.host.reports_seen == ()

    play(scene)


# Stops


@pytest.mark.parametrize("at_ms", range(0, 300, 7))
def test_a_stop_leaves_whole_characters_keys_up_and_nothing_in_doubt(at_ms):
    async def scene(desk: Desk) -> None:
        desk.type(TEXT)
        await desk.after(at_ms)
        desk.stop()
        await desk.after(100)
        end = desk.end()
        if isinstance(end, TypingFinished):
            assert desk.host.text == TYPED
        else:
            typed, doubtful, rest = texts_of(end)
            assert (typed + rest, doubtful) == (TEXT, "")
            assert end.reports == len(desk.host.reports_seen)
            assert desk.host.text == as_typed(typed)
        assert desk.host.keys_down == frozenset()

    play(scene)


def test_a_stop_before_the_first_key_types_nothing():
    async def scene(desk: Desk) -> None:
        desk.type(TEXT)
        desk.stop()
        await desk.after(100)
        assert desk.posted == [stopped(1, typed="", doubtful="", rest=TEXT)]
        assert desk.host.reports_seen == ()

    play(scene)


def test_a_stop_of_a_waiting_piece_leaves_the_one_before_it_alone():
    async def scene(desk: Desk) -> None:
        desk.type("one", 1)
        desk.type("two", 2)
        await desk.after(5)
        desk.stop(2)
        await desk.after(200)
        assert desk.host.text == "one"
        assert [type(event) for event in desk.posted] == [
            TypingBegan,
            TypingFinished,
            TypingStopped,
        ]

    play(scene)


def test_a_stop_of_a_piece_that_has_ended_does_nothing():
    async def scene(desk: Desk) -> None:
        desk.type("one", 1)
        await desk.after(100)
        desk.stop(1)
        desk.type("two", 1)
        await desk.after(100)
        assert desk.host.text == "onetwo"

    play(scene)


def test_a_stop_between_the_last_key_and_the_last_report_finishes_the_piece():
    async def scene(desk: Desk) -> None:
        desk.host.stall()
        desk.type("ab")
        await desk.after(1)
        desk.stop()
        await desk.after(1)
        desk.host.resume()
        await desk.after(50)
        assert isinstance(desk.end(), TypingFinished)
        assert (desk.host.text, desk.host.keys_down) == ("ab", frozenset())

    play(scene)


def test_a_stop_waits_for_a_stalled_host_but_200_ms():
    async def scene(desk: Desk) -> None:
        desk.type("abcdef")
        await desk.after(12)
        desk.host.stall()
        await desk.after(5000)
        desk.stop()
        await desk.after(199)
        assert desk.posted == [TypingBegan(1)]
        await desk.after(1)
        end = desk.stopped()
        assert "".join(texts_of(end)) == "abcdef"
        assert desk.host.text == "ab"
        assert texts_of(end)[:2] == ("ab", "cde")

    play(scene)


def test_keys_go_up_as_soon_as_a_host_that_was_stopped_in_a_stall_polls_again():
    async def scene(desk: Desk) -> None:
        desk.type("abcdef")
        await desk.after(12)
        desk.host.stall()
        desk.stop()
        await desk.after(1000)
        desk.host.resume()
        await desk.after(200)
        assert desk.host.keys_down == frozenset()
        assert desk.host.text == "abcd"

    play(scene)


def test_the_next_piece_waits_until_keys_are_up_after_a_stop_in_a_stall():
    async def scene(desk: Desk) -> None:
        desk.type("abcdef")
        await desk.after(12)
        desk.host.stall()
        desk.stop()
        await desk.after(1000)
        desk.type("X", 2)
        await desk.after(1000)
        desk.host.resume()
        await desk.after(200)
        assert desk.host.keys_down == frozenset()
        assert desk.host.text == "abcdX"
        assert isinstance(desk.end(), TypingFinished)

    play(scene)


def test_a_piece_behind_a_stalled_release_can_be_stopped_too():
    async def scene(desk: Desk) -> None:
        desk.host.stall()
        desk.type("abc", 1)
        await desk.after(1)
        desk.stop(1)
        await desk.after(300)
        desk.type("X", 2)
        await desk.after(1)
        desk.stop(2)
        await desk.after(300)
        assert desk.stopped() == stopped(2, typed="", doubtful="", rest="X")

    play(scene)


# The link drops


@pytest.mark.parametrize("at_ms", range(0, 260, 5))
def test_when_the_cable_is_pulled_the_host_shows_what_was_typed_and_a_part_of_what_is_in_doubt(
    at_ms,
):
    async def scene(desk: Desk) -> None:
        desk.type(TEXT)
        await desk.after(at_ms)
        desk.host.unplug()
        await desk.after(10)
        end = desk.end()
        if isinstance(end, TypingFinished):
            return
        assert "".join(texts_of(end)) == TEXT
        typed, doubtful, _ = map(as_typed, texts_of(end))
        assert desk.host.text.startswith(typed)
        assert doubtful.startswith(desk.host.text.removeprefix(typed))
        assert len(texts_of(end)[1]) <= 3

    play(scene)


def test_a_piece_for_an_unplugged_host_is_handed_back_whole():
    async def scene(desk: Desk) -> None:
        desk.host.unplug()
        desk.type(TEXT)
        await desk.after(1)
        assert desk.posted == [stopped(1, typed="", doubtful="", rest=TEXT)]

    play(scene)


def test_a_character_of_several_strokes_cut_by_the_cable_is_in_doubt():
    async def scene(desk: Desk) -> None:
        desk.type("ab…c")
        await desk.after(1 + 8 * 4)
        assert desk.host.text == "ab.."
        desk.host.unplug()
        await desk.after(1)
        end = desk.stopped()
        assert texts_of(end) == ("ab", "…", "c")
        assert [made.wanted for made in end.substitutions] == ["…"]

    play(scene)


def test_substitutions_in_text_that_was_not_sent_are_not_reported():
    async def scene(desk: Desk) -> None:
        desk.type("abcdefgh…")
        await desk.after(20)
        desk.host.unplug()
        await desk.after(1)
        assert desk.stopped().substitutions == ()

    play(scene)


def test_nothing_is_lost_or_typed_twice_when_the_cable_is_pulled_ten_times():
    async def scene(desk: Desk) -> None:
        expected = ""
        for piece in range(1, 11):
            desk.type(TEXT, piece)
            await desk.after(37 + 5 * piece)
            desk.host.unplug()
            await desk.after(20)
            end = desk.stopped()
            assert "".join(texts_of(end)) == TEXT
            typed, doubtful, _ = map(as_typed, texts_of(end))
            shown = desk.host.text.removeprefix(expected)
            assert shown.startswith(typed)
            assert (typed + doubtful).startswith(shown)
            assert desk.host.keys_down == frozenset()
            desk.host.plug()
            desk.typist.release_keys()
            await desk.after(20)
            expected += shown
            assert desk.host.text == expected
        desk.type("end", 11)
        await desk.after(100)
        assert desk.host.text == expected + "end"

    play(scene)


def test_a_sleeping_host_hands_the_piece_back_with_two_reports_in_doubt():
    async def scene(desk: Desk) -> None:
        desk.host.sleep()
        desk.type("abc")
        await desk.after(1)
        assert desk.stopped() == stopped(1, typed="", doubtful="ab", rest="c", reports=2)

    play(scene)


# Keys up


def test_release_sends_one_all_zero_report():
    async def scene(desk: Desk) -> None:
        desk.typist.release_keys()
        await desk.after(10)
        assert desk.host.reports_seen == (ALL_UP.data,)
        assert desk.posted == []

    play(scene)


def test_a_release_on_an_unplugged_host_is_given_up():
    async def scene(desk: Desk) -> None:
        desk.host.unplug()
        desk.typist.release_keys()
        await desk.after(1)
        await desk.typist.settled()
        desk.host.plug()
        desk.type("a")
        await desk.after(50)
        assert desk.host.text == "a"

    play(scene)


def test_a_release_does_not_wait_forever_for_a_stalled_host():
    async def scene(desk: Desk) -> None:
        desk.host.stall()
        for _ in range(3):
            desk.typist.release_keys()
        await desk.after(450)
        await desk.typist.settled()
        assert desk.host.reports_seen == ()
        desk.host.resume()
        await desk.after(50)
        assert desk.host.reports_seen == (ALL_UP.data,) * 3

    play(scene)


def test_a_typist_told_to_end_in_mid_piece_lets_the_keys_up():
    async def perform() -> SimulatedHost:
        clock = VirtualClock()
        host = SimulatedHost(clock, poll_ns=POLL)
        typist = typist_on(host, US, clock, lambda _event: None)
        running = asyncio.create_task(typist.run())
        typist.type_edits(to_type(1, "abcdefgh"))
        await clock.advance_to(20 * MS)
        assert host.keys_down
        running.cancel()
        await clock.advance_to(100 * MS)
        assert running.cancelled()
        return host

    host = asyncio.run(perform())
    assert host.keys_down == frozenset()
    assert host.reports_seen[-1] == ALL_UP.data
