"""The keyboard on a real kernel: what our typist sends, a computer's event device shows."""

import asyncio
import sys

import pytest
from keyboard_user import Keyboard
from saykey_gadget import apply
from usb_cable import STEPS, Cable

from saykey.errors import HardwareError
from saykey.events import TypingBegan, TypingFinished, TypingStopped
from saykey.flow import ALL_UP, Insert, Report, inserted
from saykey.ports import Link

TEXT = "The quick brown fox jumps over: 13 (lazy) dogs!"
KEY_A = 30
A_DOWN = Report(bytes((0, 0, 4, 0, 0, 0, 0, 0)))


@pytest.fixture
def cable(computer):
    with Cable(computer) as cable:
        yield cable


@pytest.fixture
def reports(computer):
    """A cable whose computer shows the reports it got, up to the unplugging."""
    with Cable(computer, "reports") as cable:
        yield cable


def play(scene):
    async def perform():
        async with Keyboard() as keyboard:
            await scene(keyboard)

    asyncio.run(perform())


def whole(end):
    return inserted(end.typed + end.doubtful + end.rest)


def loses_and_doubles_nothing(end, shown):
    """Check that the computer shows what counts as typed, and perhaps some of what is in doubt."""
    assert shown.startswith(inserted(end.typed))
    assert inserted(end.typed + end.doubtful).startswith(shown)


# Unplugged


@pytest.mark.parametrize("shown", [1, 9, 25])
def test_a_cable_pulled_in_mid_word_loses_and_repeats_nothing(reports, shown):
    text = TEXT * 20

    async def scene(keyboard):
        keyboard.begin(text)
        await asyncio.to_thread(reports.until, lambda seen: len(seen["text"]) >= shown)
        await asyncio.to_thread(reports.unplug)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert whole(end) == text
        assert keyboard.links == [Link.UP, Link.DOWN]
        seen = await asyncio.to_thread(reports.until_unplugged)
        loses_and_doubles_nothing(end, seen["text"])
        assert seen["keys_down"] == []

    play(scene)


def test_every_text_is_typed_or_handed_back_when_the_cable_is_pulled_ten_times(cable):
    async def scene(keyboard):
        for times in range(1, 11):
            await asyncio.to_thread(cable.unplug)
            await keyboard.until(lambda: keyboard.links[-1] is Link.DOWN)  # noticed while idle
            away = await keyboard.type("not seen ")
            assert (away.typed, away.doubtful, away.rest) == ((), (), (Insert("not seen "),))
            await asyncio.to_thread(cable.until_unplugged)
            await asyncio.to_thread(cable.plug)
            await asyncio.to_thread(cable.until_plugged)
            await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
            assert isinstance(await keyboard.type("seen "), TypingFinished)
            await asyncio.to_thread(cable.shows, "seen " * times)
        assert keyboard.links == [Link.UP] + [Link.DOWN, Link.UP] * 10

    play(scene)


def test_the_first_report_after_plugging_in_again_lets_all_keys_up(reports):
    async def scene(keyboard):
        await keyboard.transport.send(A_DOWN)
        await asyncio.to_thread(reports.until, lambda seen: seen["keys_down"] == [KEY_A])
        await asyncio.to_thread(reports.unplug)
        end = await keyboard.type("b")
        assert (end.typed, end.doubtful, end.rest) == ((), (), (Insert("b"),))
        await asyncio.to_thread(reports.until_unplugged)
        await asyncio.to_thread(reports.plug)
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        assert isinstance(await keyboard.type("c"), TypingFinished)
        seen = await asyncio.to_thread(reports.until, lambda seen: seen["text"] == "ac")
        assert seen["reports"][0] == ALL_UP.data.hex()

    play(scene)


def test_a_gadget_whose_modules_were_removed_types_again_once_it_is_back(cable):
    async def scene(keyboard):
        await asyncio.to_thread(cable.remove_modules)
        await keyboard.until(lambda: keyboard.links[-1] is Link.DOWN)
        assert (await keyboard.type("not seen")).rest == (Insert("not seen"),)
        await asyncio.to_thread(cable.insert_modules)
        await asyncio.to_thread(cable.until_plugged)
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        assert isinstance(await keyboard.type("seen"), TypingFinished)
        await asyncio.to_thread(cable.shows, "seen")

    play(scene)


# Asleep


def test_a_computer_that_falls_asleep_in_mid_word_loses_and_repeats_nothing(cable):
    text = TEXT * 20

    async def scene(keyboard):
        keyboard.begin(text)
        await asyncio.to_thread(cable.until, lambda seen: len(seen["text"]) >= 9)
        await asyncio.to_thread(cable.let_sleep)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert whole(end) == text
        assert keyboard.links == [Link.UP, Link.ASLEEP]
        await keyboard.transport.wake()
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        assert isinstance(await keyboard.type("~"), TypingFinished)
        seen = await asyncio.to_thread(cable.until, lambda seen: seen["text"][-1:] == "~")
        loses_and_doubles_nothing(end, seen["text"][:-1])
        assert seen["lost"] == 0

    play(scene)


def test_a_computer_that_is_woken_has_all_keys_up_though_one_went_down_unread(cable):
    async def scene(keyboard):
        await keyboard.type("x")
        await asyncio.to_thread(cable.shows, "x")
        await asyncio.to_thread(cable.let_sleep)
        await keyboard.transport.send(A_DOWN)
        await keyboard.until(lambda: keyboard.links[-1] is Link.ASLEEP)
        await keyboard.transport.wake()
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        await asyncio.to_thread(cable.shows, "xa")
        assert keyboard.links == [Link.UP, Link.ASLEEP, Link.UP]

    play(scene)


def test_a_cable_pulled_while_the_computer_sleeps_leaves_only_what_is_in_doubt(cable):
    async def scene(keyboard):
        await keyboard.type("before ")
        await asyncio.to_thread(cable.shows, "before ")
        await asyncio.to_thread(cable.let_sleep)
        before = len(keyboard.events)
        keyboard.begin(TEXT)
        begun = (TypingBegan, TypingStopped)
        await keyboard.until(lambda: any(isinstance(e, begun) for e in keyboard.events[before:]))
        await asyncio.to_thread(cable.unplug)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert (whole(end), end.typed) == (TEXT, ())
        await keyboard.until(lambda: keyboard.links[-1] is Link.DOWN)
        seen = await asyncio.to_thread(cable.until_unplugged)
        assert (seen["text"], seen["keys_down"]) == ("before ", [])

    play(scene)


def test_a_computer_that_stops_polling_in_mid_word_loses_and_repeats_nothing(reports):
    text = TEXT * 20

    async def scene(keyboard):
        keyboard.begin(text)
        await asyncio.to_thread(reports.until, lambda seen: len(seen["text"]) >= 9)
        await asyncio.to_thread(reports.let_go)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert whole(end) == text
        assert keyboard.links == [Link.UP, Link.ASLEEP]
        await asyncio.to_thread(reports.until_unplugged)
        await asyncio.to_thread(reports.take_up)
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        assert isinstance(await keyboard.type("~"), TypingFinished)
        seen = await asyncio.to_thread(reports.until, lambda seen: seen["text"][-1:] == "~")
        loses_and_doubles_nothing(end, seen["text"][:-1])

    play(scene)


# Others at the same device


def test_a_gadget_set_up_again_while_typing_disturbs_nothing(cable):
    async def scene(keyboard):
        keyboard.begin(TEXT * 5)
        assert await asyncio.to_thread(apply.up, cable.kernel, STEPS) is False
        assert isinstance(await keyboard.end(), TypingFinished)
        await asyncio.to_thread(cable.shows, TEXT * 5)

    play(scene)


def test_a_second_saykey_is_refused_and_disturbs_nothing(cable):
    async def scene(keyboard):
        keyboard.begin(TEXT)
        with pytest.raises(HardwareError, match="run one Saykey only"):
            await Keyboard().__aenter__()
        assert isinstance(await keyboard.end(), TypingFinished)
        await asyncio.to_thread(cable.shows, TEXT)

    play(scene)


# Much


def test_thousands_of_characters_arrive_whole_and_in_order(cable, characters, capsys):
    lines = "".join(f"{number}: {TEXT}\n" for number in range(characters // len(TEXT)))
    text = lines[:characters]

    async def perform():
        async with Keyboard("wire") as keyboard:
            keyboard.begin(text)
            await keyboard.until(lambda: bool(keyboard.events))
            began = keyboard.clock.now()
            assert isinstance(await keyboard.end(patience_s=characters), TypingFinished)
            return len(text) * 1e9 / (keyboard.clock.now() - began)

    speed = asyncio.run(perform())
    cable.shows(text)
    with capsys.disabled():
        sys.stdout.write(f"\n{len(text)} characters arrived, {speed:.0f} a second\n")
