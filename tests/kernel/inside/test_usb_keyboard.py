"""The keyboard on a real kernel: what our typist sends, a computer's event device shows."""

import asyncio

import pytest
from keyboard_user import Keyboard
from saykey_gadget import apply
from usb_cable import STEPS, Cable

from saykey.events import TypingFinished, TypingStopped
from saykey.flow import ALL_UP, Report
from saykey.ports import Link

TEXT = "The quick brown fox jumps over: 13 (lazy) dogs!"
KEY_A = 30
A_DOWN = Report(bytes((0, 0, 4, 0, 0, 0, 0, 0)))
CAPS_LOCK_DOWN = Report(bytes((0, 0, 0x39, 0, 0, 0, 0, 0)))


@pytest.fixture
def cable(computer):
    with Cable(computer) as cable:
        yield cable


@pytest.fixture
def reports(computer):
    """A cable whose computer shows the reports that came, up to the unplugging."""
    with Cable(computer, "reports") as cable:
        yield cable


def play(scene):
    async def perform():
        async with Keyboard() as keyboard:
            await scene(keyboard)

    asyncio.run(perform())


def test_text_arrives_as_it_was_typed(cable):
    async def scene(keyboard):
        assert isinstance(await keyboard.type(TEXT), TypingFinished)
        await asyncio.to_thread(cable.shows, TEXT)

    play(scene)


def test_a_long_text_arrives_whole_and_in_order(cable):
    text = "".join(f"{number}: {TEXT}\n" for number in range(15))

    async def scene(keyboard):
        assert isinstance(await keyboard.type(text), TypingFinished)
        await asyncio.to_thread(cable.shows, text)

    play(scene)


@pytest.mark.usefixtures("cable")
def test_the_computers_caps_lock_comes_back_as_a_light():
    async def scene(keyboard):
        for report in (CAPS_LOCK_DOWN, ALL_UP):
            await keyboard.transport.send(report)
        await keyboard.until(lambda: keyboard.leds[-1:] == [0x02])
        for report in (CAPS_LOCK_DOWN, ALL_UP):
            await keyboard.transport.send(report)
        await keyboard.until(lambda: keyboard.leds[-1:] == [0x00])

    play(scene)


def test_a_computer_that_does_not_poll_leaves_two_reports_in_doubt_and_gets_all_in_the_end(cable):
    async def scene(keyboard):
        await keyboard.type("x")
        await asyncio.to_thread(cable.shows, "x")
        await asyncio.to_thread(cable.stop_polling)
        accepted = 0
        sending = asyncio.create_task(keyboard.transport.send(A_DOWN))
        while (await asyncio.wait({sending}, timeout=0.5))[0]:
            accepted += 1
            report = A_DOWN if accepted % 2 == 0 else ALL_UP
            sending = asyncio.create_task(keyboard.transport.send(report))
        assert accepted == keyboard.transport.in_doubt == 2
        await asyncio.to_thread(cable.poll_again)
        await sending
        await keyboard.transport.send(ALL_UP)
        await asyncio.to_thread(cable.shows, "xaa")

    play(scene)


def test_a_cable_pulled_while_the_computer_sleeps_leaves_only_what_is_in_doubt(cable):
    async def scene(keyboard):
        await keyboard.type("before ")
        await asyncio.to_thread(cable.shows, "before ")
        await asyncio.to_thread(cable.stop_polling)
        keyboard.begin(TEXT)
        await keyboard.until(lambda: bool(keyboard.events))
        await asyncio.to_thread(cable.unplug)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert end.typed + end.doubtful + end.rest == TEXT
        assert end.typed == ""
        seen = await asyncio.to_thread(cable.until_unplugged)
        assert seen["text"] == "before "
        assert seen["keys_down"] == []

    play(scene)


@pytest.mark.parametrize("shown", [1, 4, 9, 16, 25])
def test_a_cable_pulled_in_mid_word_loses_and_doubles_nothing(reports, shown):
    text = TEXT * 20

    async def scene(keyboard):
        keyboard.begin(text)
        await asyncio.to_thread(reports.until, lambda seen: len(seen["text"]) >= shown)
        await asyncio.to_thread(reports.unplug)
        end = await keyboard.end()
        assert isinstance(end, TypingStopped)
        assert end.typed + end.doubtful + end.rest == text
        assert keyboard.links == [Link.UP, Link.DOWN]
        seen = await asyncio.to_thread(reports.until_unplugged)
        assert seen["text"].startswith(end.typed)
        assert (end.typed + end.doubtful).startswith(seen["text"])
        assert seen["keys_down"] == []

    play(scene)


def test_ten_times_out_and_in_again_every_text_is_typed_or_handed_back(cable):
    async def scene(keyboard):
        for times in range(1, 11):
            await asyncio.to_thread(cable.unplug)
            away = await keyboard.type("not seen ")
            assert away.typed == ""
            assert away.doubtful + away.rest == "not seen "
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
        assert (end.typed, end.doubtful, end.rest) == ("", "", "b")
        await asyncio.to_thread(reports.until_unplugged)
        await asyncio.to_thread(reports.plug)
        await keyboard.until(lambda: keyboard.links[-1] is Link.UP)
        assert isinstance(await keyboard.type("c"), TypingFinished)
        seen = await asyncio.to_thread(reports.until, lambda seen: seen["text"] == "ac")
        assert seen["reports"][0] == ALL_UP.data.hex()

    play(scene)


def test_a_gadget_set_up_again_while_typing_disturbs_nothing(cable):
    async def scene(keyboard):
        keyboard.begin(TEXT * 5)
        assert await asyncio.to_thread(apply.up, cable.kernel, STEPS) is False
        assert isinstance(await keyboard.end(), TypingFinished)
        await asyncio.to_thread(cable.shows, TEXT * 5)

    play(scene)
