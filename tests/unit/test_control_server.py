"""The control socket with real clients: well-behaved ones, and all kinds of faulty ones."""

import asyncio
import contextlib
import json
import socket

import pytest
from control_rig import NOW, SOCKET, run_with_server

from saykey.control import protocol
from saykey.control.status import HeldStatus
from saykey.requests import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    HeldTextDropped,
    HeldTextMoved,
    HeldTextWanted,
    HostWanted,
    ModelWanted,
    RetryWanted,
)


def test_the_server_introduces_itself_first(tmp_path):
    async def story(_, connect):
        client = await connect()
        assert client.hello["hello"] == "saykey"
        assert client.hello["version"] == protocol.VERSION

    run_with_server(tmp_path, story)


@pytest.mark.parametrize(
    ("do", "fields", "event"),
    [
        ("press", {}, DictationStarted(at=NOW)),
        ("release", {}, DictationEnded(at=NOW)),
        ("cancel", {}, Cancelled()),
        ("type-held", {}, HeldTextWanted()),
        ("drop-held", {}, HeldTextDropped()),
        ("move-held", {"name": "mac"}, HeldTextMoved("mac")),
        ("retry", {}, RetryWanted()),
        ("use-model", {"name": "tiny.en-short"}, ModelWanted("tiny.en-short")),
        ("use-host", {"name": "mac"}, HostWanted("mac")),
    ],
)
def test_each_command_reaches_the_device_before_it_is_answered(tmp_path, do, fields, event):
    async def story(device, connect):
        client = await connect()
        answer = await client.ask(do, **fields)
        assert answer["ok"] is True
        assert device.events == [event]
        assert answer["status"]["capture"] == device.status.capture
        assert answer["status"]["host"] == device.status.host

    run_with_server(tmp_path, story)


def test_held_text_is_sent_only_to_clients_that_ask_for_it(tmp_path):
    async def story(device, connect):
        curious, plain = await connect(), await connect()
        for do in ("status", "watch"):
            assert (await curious.ask(do, text=True))["status"]["held"]["text"] == ["secret"]
            assert "text" not in (await plain.ask(do))["status"]["held"]
        assert "text" not in (await curious.ask("press"))["status"]["held"]
        device.become(held=HeldStatus(characters=5, pieces=1, text=("other",)))
        said_to_plain = []
        while not said_to_plain or said_to_plain[-1]["status"]["held"]["characters"] != 5:
            said_to_plain.append(await plain.read())
        assert "other" not in json.dumps(said_to_plain)

    run_with_server(tmp_path, story)


def test_what_the_device_refuses_is_refused_with_the_devices_own_line(tmp_path):
    async def story(device, connect):
        client = await connect()
        answer = await client.ask("use-model", name="huge")
        assert answer == {"id": 1, "ok": False, "error": "no model huge; get it first"}
        answer = await client.ask("use-host", name="bix")
        assert answer["error"] == "no host 'bix'; hosts: box, mac"
        assert [type(event) for event in device.events] == [ModelWanted, HostWanted]

    run_with_server(tmp_path, story)


def test_a_line_that_is_no_request_is_refused_and_the_next_one_is_served(tmp_path):
    async def story(_, connect):
        client = await connect()
        for line in (b"{\n", b"\xff\n", b"\n", b'{"id": 5, "do": "fly"}\n'):
            assert (await client.say(line))["ok"] is False
        assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


def test_a_line_may_have_the_documented_length_and_a_longer_one_ends_the_connection(tmp_path):
    async def story(_, connect):
        client = await connect()
        request = b'{"id": 1, "do": "status"}'
        longest = request.ljust(protocol.MAX_REQUEST - 1) + b"\n"
        assert (await client.say(longest))["ok"] is True
        answer = await client.say(b" " + longest)
        assert answer["error"] == "a line is longer than 4096 bytes; closing"
        assert await client.hung_up_on()

    run_with_server(tmp_path, story)


def test_an_endless_line_ends_the_connection_without_being_kept(tmp_path):
    async def story(_, connect):
        client = await connect()
        answer = await client.say(b"x" * (protocol.MAX_REQUEST * 4))
        assert answer["ok"] is False
        assert await client.hung_up_on()

    run_with_server(tmp_path, story)


def test_a_request_without_a_line_feed_is_not_carried_out(tmp_path):
    async def story(device, connect):
        client = await connect()
        client.writer.write(b'{"id": 1, "do": "press"}')
        client.writer.write_eof()
        assert await client.hung_up_on()
        assert device.events == []

    run_with_server(tmp_path, story)


def test_clients_that_ask_and_never_read_do_not_keep_others_from_being_served(tmp_path):
    async def story(device, connect):
        rude = socket.socket(socket.AF_UNIX)
        rude.connect(str(tmp_path / SOCKET))
        rude.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                rude.send(b'{"id": 1, "do": "status"}\n' * 100)
                await asyncio.sleep(0)
        polite = await connect()
        assert (await polite.ask("press"))["ok"]
        assert device.status.capture == "open"
        await device.server.close()
        rude.close()

    run_with_server(tmp_path, story)


def test_a_request_is_carried_out_although_its_client_vanished(tmp_path):
    async def story(device, connect):
        for _ in range(20):
            client = await connect()
            client.writer.write(b'{"id": 2, "do": "press"}\n')
            await client.writer.drain()
            client.writer.close()
        polite = await connect()
        while len(device.events) < 20:
            await polite.ask("status")

    run_with_server(tmp_path, story)
