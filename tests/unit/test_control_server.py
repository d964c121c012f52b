"""The control socket with real clients: honest ones, and every kind that must do no harm."""

import asyncio
import collections
import contextlib
import json
import os
import socket
import stat
import threading
from pathlib import Path

import msgspec
import pytest

from saykey.control import protocol
from saykey.control.address import LONGEST_PATH
from saykey.control.client import ControlClient
from saykey.control.server import MAX_CLIENTS, WRITE_BUFFER, ControlServer
from saykey.control.status import HeldStatus, ModelStatus, Status
from saykey.errors import ControlError, ModelError
from saykey.events import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    HeldTextDropped,
    HeldTextWanted,
    HostWanted,
    ModelWanted,
    RetryWanted,
)
from saykey.ports import Link

PATIENCE_S = 20
SOCKET = "control.sock"
NOBODY = 65534


class StoppedClock:
    def now(self):
        return 42

    async def sleep_until(self, at):
        raise AssertionError(at)


class Device:
    """A small device: listens, holds text, knows one model, and takes a turn of the loop to act."""

    def __init__(self):
        self.events = []
        self.status = Status(
            capture="off",
            host="box",
            hosts=("box", "mac"),
            link=Link.UP,
            model=ModelStatus(name="saykey-demo", state="ready"),
            held=HeldStatus(characters=6, pieces=1, text=("secret",)),
        )
        self.server = None

    async def ask(self, event):
        await asyncio.sleep(0)
        self.events.append(event)
        match event:
            case DictationStarted():
                self.become(capture="open", dictation=(self.status.dictation or 0) + 1)
            case DictationEnded() | Cancelled():
                self.become(capture="off")
            case HostWanted(host=host):
                self.become(host=host)
            case HeldTextWanted() | HeldTextDropped():
                self.become(held=HeldStatus())
            case ModelWanted(name=name) if name != "saykey-demo":
                raise ModelError(f"no model {name}; get it first")

    def become(self, **changes):
        self.status = msgspec.structs.replace(self.status, **changes)
        self.server.changed()


@contextlib.asynccontextmanager
async def serving(path):
    device = Device()
    device.server = ControlServer(
        path, clock=StoppedClock(), ask=device.ask, status=lambda: device.status
    )
    await device.server.open()
    try:
        async with asyncio.timeout(PATIENCE_S):
            yield device
    finally:
        await device.server.close()


class RawClient:
    """Sends any bytes at all."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def connect(cls, path):
        client = cls(*await asyncio.open_unix_connection(path))
        client.hello = await client.read()
        return client

    async def read(self):
        return json.loads(await self.reader.readline())

    async def say(self, line):
        self.writer.write(line)
        await self.writer.drain()
        return await self.read()

    async def ask(self, do, **fields):
        return await self.say(json.dumps({"id": 1, "do": do, **fields}).encode() + b"\n")

    async def hung_up_on(self):
        try:
            return await self.reader.read() == b""
        except ConnectionResetError:
            return True

    def vanish(self):
        self.writer.transport.abort()


def run_with_server(tmp_path, story):
    """Play ``story(device, connect)``: what ``connect`` opened is closed in the end."""

    async def scene():
        path = tmp_path / SOCKET
        clients = []

        async def connect():
            clients.append(await RawClient.connect(path))
            return clients[-1]

        async with serving(path) as device:
            await story(device, connect)
            for client in clients:
                client.vanish()

    asyncio.run(scene())


def test_the_server_introduces_itself_first(tmp_path):
    async def story(_, connect):
        client = await connect()
        assert client.hello["hello"] == "saykey"
        assert client.hello["version"] == protocol.VERSION

    run_with_server(tmp_path, story)


@pytest.mark.parametrize(
    ("do", "fields", "event"),
    [
        ("press", {}, DictationStarted(at=42)),
        ("release", {}, DictationEnded(at=42)),
        ("cancel", {}, Cancelled()),
        ("type-held", {}, HeldTextWanted()),
        ("drop-held", {}, HeldTextDropped()),
        ("retry", {}, RetryWanted()),
        ("use-model", {"name": "saykey-demo"}, ModelWanted("saykey-demo")),
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


def test_held_text_is_told_only_to_those_who_ask_for_it(tmp_path):
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


def test_what_the_device_refuses_is_refused_with_its_line(tmp_path):
    async def story(device, connect):
        client = await connect()
        answer = await client.ask("use-model", name="huge")
        assert answer == {"id": 1, "ok": False, "error": "no model huge; get it first"}
        answer = await client.ask("use-host", name="bix")
        assert answer["error"] == "no host 'bix'; hosts: box, mac"
        assert [type(event) for event in device.events] == [ModelWanted]

    run_with_server(tmp_path, story)


def test_a_line_that_is_no_request_is_refused_and_the_next_one_is_served(tmp_path):
    async def story(_, connect):
        client = await connect()
        for line in (b"{\n", b"\xff\n", b"\n", b'{"id": 5, "do": "fly"}\n'):
            assert (await client.say(line))["ok"] is False
        assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


def test_a_line_may_be_just_as_long_as_promised_and_a_longer_one_ends_the_connection(tmp_path):
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


def test_watchers_are_told_each_change_and_no_status_twice(tmp_path):
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
        assert 0 < theirs.writer.transport.get_write_buffer_size() < WRITE_BUFFER + 2048
        watcher.writer.transport.resume_reading()
        told = 0
        last = None
        while last != changes:
            last = (await watcher.read())["status"]["dictation"]
            told += 1
        assert told < changes / 4

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


def test_what_a_client_asked_for_is_done_though_it_vanished(tmp_path):
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


def test_watchers_that_vanished_cost_nothing_from_the_next_change_on(tmp_path):
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


def test_more_clients_than_the_limit_are_turned_away_until_one_leaves(tmp_path):
    async def story(device, connect):
        clients = [await connect() for _ in range(MAX_CLIENTS)]
        late = await connect()
        assert (await late.read())["error"] == f"{MAX_CLIENTS} clients are connected; close one"
        assert await late.hung_up_on()
        clients[0].vanish()
        while len(device.server._clients) >= MAX_CLIENTS:
            await clients[1].ask("status")
        later = await connect()
        assert (await later.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


def test_the_socket_is_for_owner_and_group_and_gone_after_closing(tmp_path):
    async def story(device, _):
        path = tmp_path / SOCKET
        mode = path.stat().st_mode
        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o660
        assert [entry.name for entry in tmp_path.iterdir()] == [SOCKET]
        await device.server.close()
        assert not path.exists()

    run_with_server(tmp_path, story)


def test_a_socket_in_use_is_left_alone_and_one_left_over_is_replaced(tmp_path):
    async def story(device, connect):
        path = tmp_path / SOCKET
        second = ControlServer(path, clock=StoppedClock(), ask=device.ask, status=Device)
        with pytest.raises(ControlError, match="is in use by a running saykey; stop it or set"):
            await second.open()
        await second.close()
        client = await connect()
        assert (await client.ask("status"))["ok"] is True

    left_over = socket.socket(socket.AF_UNIX)
    left_over.bind(str(tmp_path / SOCKET))
    left_over.close()
    run_with_server(tmp_path, story)


def test_closing_leaves_the_socket_of_a_later_server_alone(tmp_path):
    async def story(device, connect):
        (tmp_path / SOCKET).unlink()
        async with serving(tmp_path / SOCKET):
            await device.server.close()
            client = await connect()
            assert (await client.ask("status"))["ok"] is True

    run_with_server(tmp_path, story)


@pytest.mark.parametrize(
    ("place", "advice"),
    [
        ("absent/control.sock", "there is no directory .*absent; make it or set"),
        ("file", "file is no socket; remove it or set"),
        ("x" * LONGEST_PATH, f"longer than the {LONGEST_PATH} bytes"),
    ],
)
def test_a_place_where_no_socket_can_be_is_refused_with_what_to_do(tmp_path, place, advice):
    (tmp_path / "file").write_text("no socket")
    device = Device()
    server = ControlServer(
        tmp_path / place, clock=StoppedClock(), ask=device.ask, status=lambda: device.status
    )
    with pytest.raises(ControlError, match=advice):
        asyncio.run(server.open())
    assert (tmp_path / "file").read_text() == "no socket"
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_the_client_asks_watches_and_learns_of_the_end(tmp_path):
    async def story(device, _):
        def session():
            with ControlClient(tmp_path / SOCKET) as client:
                assert client.request("press").capture == "open"
                with pytest.raises(ControlError, match="no host 'bix'"):
                    client.request("use-host", name="bix")
                watched = client.watch(text=True)
                assert next(watched).held.text == ("secret",)
                with ControlClient(tmp_path / SOCKET) as other:
                    other.request("use-host", name="mac")
                assert next(watched).host == "mac"

        def until_the_end():
            with (
                ControlClient(tmp_path / SOCKET) as client,
                pytest.raises(ControlError, match="saykey has ended"),
            ):
                collections.deque(map(told, client.watch()), maxlen=0)

        def told(_):
            loop.call_soon_threadsafe(close.set)

        loop, close = asyncio.get_running_loop(), asyncio.Event()
        await asyncio.to_thread(session)
        watching = asyncio.create_task(asyncio.to_thread(until_the_end))
        await close.wait()
        await device.server.close()
        await watching

    run_with_server(tmp_path, story)


def test_the_client_reads_why_it_is_turned_away(tmp_path):
    async def story(_, connect):
        for _ in range(MAX_CLIENTS):
            await connect()

        def turned_away():
            with ControlClient(tmp_path / SOCKET) as client:
                client.request("status")

        with pytest.raises(ControlError, match="clients are connected"):
            await asyncio.to_thread(turned_away)

    run_with_server(tmp_path, story)


def test_the_client_says_how_to_start_a_saykey_that_is_not_running(tmp_path):
    path = tmp_path / SOCKET
    with pytest.raises(ControlError, match=r"is not running \(no socket at .*`saykey run`"):
        ControlClient(path)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    with pytest.raises(ControlError, match="is not running"):
        ControlClient(path)


@pytest.mark.parametrize(
    ("greeting", "complaint"),
    [
        (b'{"hello":"saykey","version":2,"release":"9.0"}\n', r"release 9\.0\) speaks version 2"),
        (b"220 mail ready\n", "no control socket of saykey"),
        (b'{"hello":"other"}\n', "no control socket of saykey"),
        (b"", "did not answer within 0.05 s"),
    ],
)
def test_the_client_refuses_whoever_speaks_otherwise(tmp_path, greeting, complaint):
    path = tmp_path / SOCKET
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.connect(str(path))
            # The first in the queue is not ours: accept it, so that ours is the next.
            listener.accept()[0].close()
        with pytest.raises(ControlError, match=complaint):
            greeted(listener, greeting, path)


def greeted(listener, greeting, path):
    """Connect a client to a server that says ``greeting`` and then nothing."""
    ends = []

    def serve():
        end, _ = listener.accept()
        ends.append(end)
        end.sendall(greeting)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        ControlClient(Path(path), patience_s=PATIENCE_S if greeting else 0.05)
    finally:
        thread.join()
        for end in ends:
            end.close()


def test_the_client_says_when_it_is_not_permitted(tmp_path):
    path = tmp_path / SOCKET
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        path.chmod(0)
        with nobody_special(), pytest.raises(ControlError, match="not permitted to use"):
            ControlClient(path)


@contextlib.contextmanager
def nobody_special():
    """Root may use any socket, so be somebody else for a while."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)
