"""The simulated host behaves as a Linux computer behind the kernel's USB gadget does."""

import asyncio

import pytest

from saykey.errors import LayoutError, LinkLost
from saykey.flow import ALL_UP, Report
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.reports import Planner
from saykey.ports import Link
from saykey.simulated.clock import VirtualClock
from saykey.simulated.host import SimulatedHost

MS = 1_000_000
PLANNER = Planner(load_layout("linux", "us"))
KEY_A, KEY_LEFT_SHIFT = 30, 42


def report(*usages: int, modifiers: int = 0) -> Report:
    return Report(bytes((modifiers, 0, *usages, *[0] * (6 - len(usages)))))


async def opened(host: SimulatedHost) -> list[Link | int]:
    heard: list[Link | int] = []
    await host.open(heard.append, heard.append)
    return heard


async def send_all(host: SimulatedHost, *reports: Report) -> None:
    for each in reports:
        await host.send(each)


def typed(*reports: Report, layout: str = "us", variant: str = "") -> str:
    host = SimulatedHost(VirtualClock(), layout, variant)
    asyncio.run(send_all(host, *reports))
    return host.text


A, B, E, SHIFT_A = report(4), report(5), report(8), report(4, modifiers=2)
ENTER, BACKSPACE, TAB, CAPS_LOCK = report(0x28), report(0x2A), report(0x2B), report(0x39)


# What a sequence of reports leaves in the text field


def test_a_key_types_when_it_goes_down():
    assert typed(A) == "a"


def test_a_key_that_stays_down_types_once_until_it_repeats():
    assert typed(A, A, A) == "a"


def test_rolling_from_one_key_to_the_next_types_both():
    assert typed(A, B, ALL_UP) == "ab"


def test_several_keys_down_in_one_report_type_in_the_order_of_their_places():
    assert typed(report(5, 4), ALL_UP) == "ba"


def test_linux_handles_a_modifier_before_the_key_of_the_same_report():
    assert typed(SHIFT_A, ALL_UP) == "A"


def test_a_roll_over_report_changes_no_key():
    assert typed(A, report(1, 1, 1, 1, 1, 1), A, ALL_UP) == "a"


def test_enter_tab_and_backspace_work_as_in_a_text_field():
    erase = (BACKSPACE, ALL_UP)
    assert typed(A, ENTER, B, TAB, *erase, *erase, E, ALL_UP) == "a\ne"


def test_backspace_in_an_empty_field_does_nothing():
    assert typed(BACKSPACE, ALL_UP, A, ALL_UP) == "a"


def test_a_dead_key_and_a_letter_are_composed():
    dead_acute = report(0x34)
    assert typed(dead_acute, E, ALL_UP, layout="us", variant="intl") == "é"


def test_a_dead_key_is_on_another_place_on_a_french_keyboard():
    dead_circumflex = report(0x2F)
    assert typed(dead_circumflex, E, ALL_UP, layout="fr") == "ê"


def test_altgr_reaches_the_third_level():
    assert typed(report(8, modifiers=0x40), ALL_UP, layout="de") == "€"


def test_a_key_with_control_alt_or_gui_is_a_shortcut_and_types_nothing():
    host = SimulatedHost(VirtualClock())
    reports = [report(4, modifiers=modifier) for modifier in (0x01, 0x04, 0x08)]
    asyncio.run(send_all(host, *(each for pair in reports for each in (pair, ALL_UP))))
    assert (host.text, host.shortcuts) == ("", 3)


def test_a_layout_xkb_does_not_have_is_refused():
    with pytest.raises(LayoutError, match="'klingon'"):
        SimulatedHost(VirtualClock(), "klingon")


# Keys held down


def test_a_key_held_repeats_after_250_ms_and_then_every_33_ms():
    clock = VirtualClock()
    host = SimulatedHost(clock)
    asyncio.run(host.send(A))
    clock.advance(249 * MS)
    assert host.text == "a"
    clock.advance(1 * MS)
    assert host.text == "aa"
    clock.advance(66 * MS)
    assert host.text == "aaaa"
    asyncio.run(host.send(ALL_UP))
    clock.advance(1000 * MS)
    assert host.text == "aaaa"


def test_a_plan_without_its_last_report_repeats_its_last_key():
    clock = VirtualClock()
    host = SimulatedHost(clock)
    asyncio.run(send_all(host, *PLANNER.plan("data").reports[:-1]))
    clock.advance(400 * MS)
    assert host.text == "dataaaaaa"


def test_a_modifier_held_does_not_repeat():
    clock = VirtualClock()
    host = SimulatedHost(clock)
    asyncio.run(send_all(host, report(modifiers=2)))
    clock.advance(1000 * MS)
    assert host.text == ""
    assert host.keys_down == {KEY_LEFT_SHIFT}


# Lock lights


def test_caps_lock_is_reported_by_its_light_and_changes_what_is_typed():
    async def scene() -> None:
        host = SimulatedHost(VirtualClock())
        heard = await opened(host)
        await send_all(host, CAPS_LOCK, ALL_UP, A, ALL_UP, CAPS_LOCK, ALL_UP, A, ALL_UP)
        assert host.text == "Aa"
        assert heard == [Link.UP, 0, 2, 0]

    asyncio.run(scene())


def test_locks_set_on_the_hosts_own_keyboard_are_reported():
    async def scene() -> None:
        host = SimulatedHost(VirtualClock())
        heard = await opened(host)
        host.set_leds(3)
        assert heard == [Link.UP, 0, 3]
        await send_all(host, A, ALL_UP)
        assert host.text == "A"
        host.set_leds(0)
        assert heard[-1] == 0

    asyncio.run(scene())


def test_a_host_that_reports_no_lights_still_has_locks():
    async def scene() -> None:
        host = SimulatedHost(VirtualClock(), reports_leds=False)
        heard = await opened(host)
        host.set_leds(2)
        await send_all(host, A, ALL_UP)
        assert (host.text, heard) == ("A", [Link.UP])

    asyncio.run(scene())


# The link


def test_the_host_reads_one_report_per_poll_and_two_wait():
    async def scene() -> None:
        clock = VirtualClock()
        host = SimulatedHost(clock, poll_ns=8 * MS)
        typing = asyncio.create_task(send_all(host, *PLANNER.plan("abcd").reports))
        await clock.advance_to(1 * MS)
        assert host.text == "a"
        await clock.advance_to(9 * MS)
        assert host.text == "ab"
        await clock.advance_to(40 * MS)
        await typing
        assert host.text == "abcd"

    asyncio.run(scene())


def test_a_stalled_host_accepts_two_reports_and_reads_them_when_it_polls_again():
    async def scene() -> None:
        clock = VirtualClock()
        host = SimulatedHost(clock)
        host.stall()
        typing = asyncio.create_task(send_all(host, A, B, ALL_UP))
        await clock.advance_to(1000 * MS)
        assert not typing.done()
        assert (host.text, host.reports_seen) == ("", ())
        host.resume()
        await typing
        assert host.text == "ab"
        assert host.keys_down == frozenset()

    asyncio.run(scene())


def test_no_key_repeats_while_the_host_is_frozen():
    async def scene() -> None:
        clock = VirtualClock()
        host = SimulatedHost(clock)
        await host.send(A)
        clock.advance(200 * MS)
        host.stall()
        clock.advance(5000 * MS)
        host.resume()
        clock.advance(49 * MS)
        assert host.text == "a"
        clock.advance(1 * MS)
        assert host.text == "aa"

    asyncio.run(scene())


def test_a_sleeping_host_accepts_two_reports_and_reads_them_when_woken():
    async def scene() -> None:
        clock = VirtualClock()
        host = SimulatedHost(clock, wake_ns=500 * MS)
        heard = await opened(host)
        host.sleep()
        await send_all(host, A, B)
        with pytest.raises(LinkLost):
            await host.send(ALL_UP)
        await host.wake()
        await host.wake()
        await clock.advance_to(499 * MS)
        assert heard[-1] is Link.ASLEEP
        await clock.advance_to(500 * MS)
        assert heard[-1] is Link.UP
        assert host.text == "ab"

    asyncio.run(scene())


def test_pulling_the_cable_loses_unread_reports_and_lets_the_keys_up():
    async def scene() -> None:
        host = SimulatedHost(VirtualClock())
        heard = await opened(host)
        await host.send(A)
        assert host.keys_down == {KEY_A}
        host.stall()
        await send_all(host, B, ALL_UP)
        host.unplug()
        assert (host.text, host.keys_down) == ("a", frozenset())
        with pytest.raises(LinkLost):
            await host.send(A)
        host.plug()
        host.resume()
        await send_all(host, E, ALL_UP)
        assert host.text == "ae"
        assert [event for event in heard if isinstance(event, Link)] == [
            Link.UP,
            Link.DOWN,
            Link.UP,
        ]

    asyncio.run(scene())


def test_a_closed_host_makes_no_more_callbacks():
    async def scene() -> None:
        clock = VirtualClock()
        host = SimulatedHost(clock)
        heard = await opened(host)
        host.sleep()
        await host.wake()
        await host.close()
        await clock.advance_to(2000 * MS)
        host.unplug()
        assert heard == [Link.UP, 0, Link.ASLEEP]

    asyncio.run(scene())
