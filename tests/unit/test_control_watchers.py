"""Clients of the control socket that watch the status."""

import asyncio
import json

import pytest
from control_rig import run_with_server, until

from saykey.clock import NS_PER_S
from saykey.control.connection import IDLE_NS, WRITE_BUFFER


def test_watchers_get_each_change_and_no_status_twice(tmp_path):
    async def story(device, connect):
        watcher, other = await connect(), await connect()
        assert (await watcher.ask("watch"))["status"]["capture"] == "off"
        device.server.changed()
        assert (await other.ask("press"))["ok"]
        assert (await watcher.read())["status"]["capture"] == "open"
        assert (await other.ask("release"))["ok"]
        assert (await watcher.read())["status"]["capture"] == "off"

    run_with_server(tmp_path, story)


def test_a_watcher_that_reads_late_gets_the_latest_status_and_costs_bounded_memory(tmp_path):
    async def story(device, connect):
        watcher = await connect()
        watcher.writer.transport.pause_reading()
        watcher.writer.write(b'{"id": 1, "do": "watch"}\n')
        changes = 20_000
        for number in range(1, changes + 1):
            device.become(dictation=number)
            if number % 10 == 0:
                await asyncio.sleep(0)
        (theirs,) = device.server._clients.values()
        assert 0 < theirs._writer.transport.get_write_buffer_size() < WRITE_BUFFER + 2048
        watcher.writer.transport.resume_reading()
        told = 0
        last = None
        while last != changes:
            last = (await watcher.read())["status"]["dictation"]
            told += 1
        assert told < changes / 4

    run_with_server(tmp_path, story)


def test_watchers_that_vanished_cost_nothing_after_the_next_change(tmp_path):
    async def story(device, connect):
        for _ in range(20):
            client = await connect()
            await client.ask("watch")
            client.vanish()
        polite = await connect()
        device.become(host="mac")
        while len(device.server._clients) > 1:
            await polite.ask("status")
        assert (await polite.ask("status"))["status"]["host"] == "mac"

    run_with_server(tmp_path, story)


def test_a_watcher_that_reads_stays_however_long_nothing_changes(tmp_path):
    async def story(device, connect):
        watcher = await connect()
        await watcher.ask("watch")
        for _ in range(5):
            await device.clock.advance_to(device.clock.now() + IDLE_NS)
        device.become(host="mac")
        assert (await watcher.read())["status"]["host"] == "mac"

    run_with_server(tmp_path, story)


def test_a_watcher_that_reads_stays_however_much_changes(tmp_path):
    async def story(device, connect):
        watcher = await connect()
        await watcher.ask("watch")
        for second in range(1, 5 * IDLE_NS // NS_PER_S):
            device.become(dictation=second)
            assert (await watcher.read())["status"]["dictation"] == second
            await device.clock.advance_to(device.clock.now() + NS_PER_S)

    run_with_server(tmp_path, story)


@pytest.mark.parametrize("changes", [False, True], ids=["nothing changes", "much changes"])
def test_a_watcher_that_reads_nothing_for_a_minute_is_disconnected(tmp_path, changes):
    async def story(device, connect):
        watcher = await connect()
        watcher.writer.transport.pause_reading()
        watcher.writer.write(b'{"id": 1, "do": "watch"}\n')
        await until(lambda: device.looks)
        for second in range(IDLE_NS // NS_PER_S):
            assert len(device.server._clients) == 1
            if changes:
                device.become(dictation=second)
            await device.clock.advance_to(device.clock.now() + NS_PER_S)
        assert not device.server._clients
        watcher.writer.transport.resume_reading()
        *_, last = (await watcher.reader.read()).splitlines()
        assert json.loads(last)["error"] == "nothing was read for 60 s; closing"

    run_with_server(tmp_path, story)


def test_a_watcher_that_reads_nothing_of_more_than_fits_is_disconnected(tmp_path):
    async def story(device, connect):
        watcher = await connect()
        await watcher.ask("watch")
        watcher.writer.transport.pause_reading()
        for number in range(2000):
            device.become(dictation=number)
            await asyncio.sleep(0)
        await device.clock.advance_to(device.clock.now() + 2 * IDLE_NS)
        assert not device.server._clients

    run_with_server(tmp_path, story)


def test_a_watcher_has_a_minute_for_what_came_after_it_had_read_all(tmp_path):
    async def story(device, connect):
        watcher = await connect()
        await watcher.ask("watch")
        await device.clock.advance_to(device.clock.now() + IDLE_NS - NS_PER_S)
        watcher.writer.transport.pause_reading()
        device.become(dictation=1)
        await device.clock.advance_to(device.clock.now() + IDLE_NS - 1)
        watcher.writer.transport.resume_reading()
        assert (await watcher.read())["status"]["dictation"] == 1
        await device.clock.advance_to(device.clock.now() + IDLE_NS)
        assert (await watcher.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)
