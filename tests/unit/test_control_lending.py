"""Clients of the control socket that borrow the microphone."""

import asyncio
import base64

from control_rig import NOW, run_with_server, until

from saykey.control.connection import IDLE_NS, WRITE_BUFFER
from saykey.requests import Cancelled, DictationEnded, DictationStarted

PIECE = bytes(range(256)) * 20
"""160 ms of sound."""


def decoded(line):
    assert set(line) == {"sound"}
    return base64.b64decode(line["sound"])


def test_a_client_that_listens_gets_the_sound_until_its_release(tmp_path):
    async def story(device, connect):
        client = await connect()
        assert (await client.ask("listen"))["ok"] is True
        device.hear(PIECE)
        assert decoded(await client.read()) == PIECE
        assert (await client.ask("release"))["ok"] is True
        device.hear(PIECE[:100], over=True)
        assert decoded(await client.read()) == PIECE[:100]
        assert await client.read() == {"sound": None}
        assert device.events == [DictationStarted(NOW, 1), DictationEnded(NOW, 1)]

    run_with_server(tmp_path, story)


def test_only_the_client_that_listens_gets_the_sound(tmp_path):
    async def story(device, connect):
        client, watcher = await connect(), await connect()
        await watcher.ask("watch")
        await client.ask("listen")
        device.hear(PIECE)
        device.become(host="mac")
        lines = [await watcher.read(), await watcher.read()]
        assert all(set(line) == {"status"} for line in lines)

    run_with_server(tmp_path, story)


def test_sound_that_comes_before_the_answer_follows_it(tmp_path):
    async def story(device, connect):
        client, started = await connect(), device.ask

        async def hear_at_once(event):
            await started(event)
            device.hear(PIECE)
            device.hear(b"", over=True, why="the microphone went away")

        device.server._ask = hear_at_once
        assert (await client.ask("listen"))["ok"] is True
        assert decoded(await client.read()) == PIECE
        assert await client.read() == {"sound": None, "error": "the microphone went away"}

    run_with_server(tmp_path, story)


def test_a_client_that_is_refused_gets_no_sound_and_ends_nobodys_dictation(tmp_path):
    async def story(device, connect):
        first, second = await connect(), await connect()
        assert (await first.ask("listen"))["ok"] is True
        answer = await second.ask("listen")
        assert answer["error"] == "a dictation is open already: release or cancel it"
        second.vanish()
        await until(lambda: len(device.server._clients) == 1)
        assert [type(event) for event in device.events] == [DictationStarted] * 2

    run_with_server(tmp_path, story)


def test_the_dictation_of_a_client_that_disconnects_is_cancelled(tmp_path):
    async def story(device, connect):
        client = await connect()
        await client.ask("listen")
        client.vanish()
        await until(lambda: not device.server._clients)
        device.hear(PIECE)
        assert device.events[1:] == [Cancelled(1)]

    run_with_server(tmp_path, story)


def test_a_client_that_leaves_after_its_dictation_cancels_nothing(tmp_path):
    async def story(device, connect):
        client = await connect()
        await client.ask("listen")
        device.hear(b"", over=True)
        assert await client.read() == {"sound": None}
        client.vanish()
        await until(lambda: not device.server._clients)
        assert device.events == [DictationStarted(NOW, 1)]

    run_with_server(tmp_path, story)


def test_a_client_that_reads_slowly_is_told_why_its_dictation_ends(tmp_path):
    async def story(device, connect):
        client = await connect()
        await client.ask("listen")
        client.writer.transport.pause_reading()
        sent = 0
        while device.events[-1] != Cancelled(1):
            device.hear(PIECE)
            sent += 1
            await asyncio.sleep(0)
        (connection,) = device.server._clients.values()
        assert connection.waiting < WRITE_BUFFER + 2 * len(PIECE)
        client.writer.transport.resume_reading()
        heard = [await client.read() for _ in range(sent)]
        assert all(decoded(line) == PIECE for line in heard[:-1])
        assert heard[-1] == {
            "sound": None,
            "error": "the sound was not read in time: more than 64 KiB waited",
        }
        assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


def test_a_client_that_listens_for_more_than_a_minute_stays(tmp_path):
    async def story(device, connect):
        client = await connect()
        await client.ask("listen")
        for _ in range(5):
            device.hear(PIECE)
            assert decoded(await client.read()) == PIECE
            await device.clock.advance_to(device.clock.now() + IDLE_NS - 1)
        assert (await client.ask("release"))["ok"] is True

    run_with_server(tmp_path, story)


def test_the_release_of_a_client_that_listened_ends_no_other_dictation(tmp_path):
    async def story(device, connect):
        client = await connect()
        await client.ask("listen")
        device.hear(b"", over=True)
        assert await client.read() == {"sound": None}
        await client.ask("release")
        assert device.events[-1] == DictationEnded(NOW, 1)
        await client.ask("press")
        await client.ask("release")
        assert device.events[-1] == DictationEnded(NOW)

    run_with_server(tmp_path, story)
