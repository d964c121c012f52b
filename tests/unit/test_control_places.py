"""Whatever clients do and however many there are, others can read the status and stop."""

import asyncio
import contextlib
import os
import resource
import socket
import sys
import time

import pytest
from control_rig import SOCKET, run_with_server, serving, until

from saykey import cli
from saykey.clock import NS_PER_S, MonotonicClock
from saykey.control.client import PATIENCE_S as CLIENT_WAITS_S
from saykey.control.client import ControlClient
from saykey.control.connection import IDLE_NS, SPARE_NS
from saykey.control.server import MAX_CLIENTS, SPARE_PLACES
from saykey.errors import ControlError
from saykey.requests import Cancelled

FULL = f"{MAX_CLIENTS} clients are connected; close one"
ALWAYS_TAKEN = ("status", "release", "cancel")

MANY = """
import socket, sys
held = []
for _ in range(1000):
    one = socket.socket(socket.AF_UNIX)
    one.connect(sys.argv[1])
    if line := sys.argv[2].encode():
        one.sendall(line)
    held.append(one)
"""
"""Connects 1,000 times in a loop, sends a line each time, and keeps all connections."""


async def pass_time(device, ns):
    await device.clock.advance_to(device.clock.now() + ns)


def test_a_client_that_asks_nothing_for_a_minute_is_disconnected(tmp_path):
    async def story(device, connect):
        client = await connect()
        await pass_time(device, IDLE_NS)
        assert (await client.read())["error"] == "no request came for 60 s; closing"
        assert await client.hung_up_on()
        assert not device.server._clients

    run_with_server(tmp_path, story)


def test_a_client_that_asks_now_and_then_stays(tmp_path):
    async def story(device, connect):
        client = await connect()
        for _ in range(5):
            await pass_time(device, IDLE_NS - 1)
            assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


def test_a_line_that_comes_byte_by_byte_is_waited_for_no_longer_than_any_other(tmp_path):
    async def story(device, connect):
        client = await connect()
        for _ in range(IDLE_NS // NS_PER_S):
            client.writer.write(b"x")
            await pass_time(device, NS_PER_S)
        assert not device.server._clients

    run_with_server(tmp_path, story)


def test_a_client_that_asks_and_never_reads_loses_its_place(tmp_path):
    async def story(device, connect):
        rude = await connect()
        rude.writer.transport.pause_reading()
        before = -1
        while device.looks != before:  # until the server reads nothing more from it
            before = device.looks
            rude.writer.write(b'{"id": 1, "do": "status"}\n' * 500)
            for _ in range(1000):
                await asyncio.sleep(0)
        await pass_time(device, IDLE_NS)
        assert not device.server._clients

    run_with_server(tmp_path, story)


def test_requests_that_come_at_once_do_not_keep_another_client_waiting(tmp_path):
    async def story(device, connect):
        flood, other = await connect(), await connect()
        flood.writer.write(b'{"id": 1, "do": "status"}\n' * 150)
        other.writer.write(b'{"id": 1, "do": "cancel"}\n')
        await until(lambda: device.events)
        assert device.looks < 20

    run_with_server(tmp_path, story)


@pytest.mark.parametrize("do", ALWAYS_TAKEN)
def test_while_all_places_are_taken_one_can_still_look_and_stop_the_device(tmp_path, do):
    async def story(_, connect):
        for _ in range(MAX_CLIENTS):
            await connect()
        assert (await (await connect()).ask(do))["ok"] is True

    run_with_server(tmp_path, story)


@pytest.mark.parametrize("do", ["press", "watch", "type-held", "retry"])
def test_while_all_places_are_taken_nothing_else_is_done(tmp_path, do):
    async def story(device, connect):
        for _ in range(MAX_CLIENTS):
            await connect()
        late = await connect()
        assert await late.ask(do) == {"id": 1, "ok": False, "error": FULL}
        assert device.events == []

    run_with_server(tmp_path, story)


def test_a_place_that_a_client_left_is_taken_by_the_next(tmp_path):
    async def story(device, connect):
        clients = [await connect() for _ in range(MAX_CLIENTS)]
        clients[0].vanish()
        while len(device.server._clients) >= MAX_CLIENTS:
            await clients[1].ask("status")
        assert (await (await connect()).ask("press"))["ok"] is True

    run_with_server(tmp_path, story)


@pytest.mark.parametrize("line", [b"", b"{", b'{"id": 1, "do": "status"}\n', b"?\n" * 9])
def test_a_spare_place_is_lent_for_a_second_whatever_its_client_sends(tmp_path, line):
    async def story(device, connect):
        for _ in range(MAX_CLIENTS):
            await connect()
        late = await connect()
        for _ in range(10):
            late.writer.write(line)
            await pass_time(device, SPARE_NS // 10)
        *_, last = (await late.reader.read()).splitlines()
        assert b"too many clients: this one had 1 s; closing" in last
        assert len(device.server._clients) == MAX_CLIENTS

    run_with_server(tmp_path, story)


def test_clients_beyond_the_spare_places_are_served_in_the_order_they_came(tmp_path):
    async def story(device, connect):
        *_, last = [await connect() for _ in range(MAX_CLIENTS + SPARE_PLACES)]
        with contextlib.ExitStack() as sockets:
            first, second = (sockets.enter_context(socket.socket(socket.AF_UNIX)) for _ in "12")
            for client in (first, second):
                client.setblocking(False)
                client.connect(str(tmp_path / SOCKET))
            honest = asyncio.create_task(connect())
            last.vanish()
            assert b"hello" in await asyncio.get_running_loop().sock_recv(first, 100)
            with pytest.raises(BlockingIOError):
                second.recv(1)
            await pass_time(device, SPARE_NS)
            assert (await (await honest).ask("cancel"))["ok"] is True

    run_with_server(tmp_path, story)


@pytest.mark.parametrize(
    "line",
    ["", '{"id": 1, "do": "status"}\n' * 300],
    ids=["and says nothing", "and asks and never reads"],
)
def test_a_program_that_connects_1000_times_keeps_nobody_from_cancelling(tmp_path, line):
    """Against the real clock: a client is answered before it gives up."""
    path = tmp_path / SOCKET

    def cancel():
        with ControlClient(path) as client:
            client.request("cancel")

    async def scene():
        async with serving(path, MonotonicClock()) as device:
            program = await asyncio.create_subprocess_exec(
                sys.executable, "-c", MANY, str(path), line
            )
            await until(lambda: len(device.server._clients) == MAX_CLIENTS + SPARE_PLACES)
            began = time.monotonic()
            try:
                await asyncio.to_thread(cancel)
            finally:
                program.kill()
                await program.wait()
            assert time.monotonic() - began < CLIENT_WAITS_S
            assert device.events == [Cancelled()]

    asyncio.run(scene())


@pytest.mark.parametrize("do", ALWAYS_TAKEN)
def test_the_commands_that_look_and_stop_work_while_all_places_are_taken(tmp_path, capsys, do):
    async def story(_, connect):
        for _ in range(MAX_CLIENTS):
            await connect()
        asked = [do, "--socket", str(tmp_path / SOCKET)]
        assert await asyncio.to_thread(cli.main, asked) == 0
        assert await asyncio.to_thread(cli.main, ["press", *asked[1:]]) == 1
        assert capsys.readouterr().err == f"saykey: {FULL}\n"

    run_with_server(tmp_path, story)


def test_the_client_says_that_it_was_silent_for_too_long(tmp_path):
    async def story(device, _):
        client = await asyncio.to_thread(ControlClient, tmp_path / SOCKET)
        await pass_time(device, IDLE_NS)
        with client, pytest.raises(ControlError, match="no request came for 60 s"):
            await asyncio.to_thread(client.request, "status")

    run_with_server(tmp_path, story)


def test_the_client_waits_in_line_where_the_queue_of_the_socket_is_full(tmp_path):
    path = tmp_path / SOCKET
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(str(path))
        listener.listen(0)
        sockets.enter_context(socket.socket(socket.AF_UNIX)).connect(str(path))
        with pytest.raises(ControlError, match=r"did not answer within 0\.05 s"):
            ControlClient(path, patience_s=0.05)


def test_without_file_descriptors_the_server_waits_and_accepts_later(tmp_path, caplog):
    async def story(device, _):
        client = socket.socket(socket.AF_UNIX)
        client.setblocking(False)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        free = os.dup(client.fileno())
        os.close(free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
        try:
            client.connect(str(tmp_path / SOCKET))
            await until(lambda: caplog.records)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await pass_time(device, NS_PER_S)
        assert b"hello" in await asyncio.get_running_loop().sock_recv(client, 100)
        client.close()

    run_with_server(tmp_path, story)
    assert "cannot accept a client of the control socket: Too many open files" in caplog.text
