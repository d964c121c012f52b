"""A control server in front of a small device, and clients that send any bytes, for tests."""

import asyncio
import contextlib
import json

import msgspec

from saykey.control.server import ControlServer
from saykey.control.status import HeldStatus, ModelStatus, Status
from saykey.errors import ModelError, Refused
from saykey.flow import LentSound
from saykey.ports import Link
from saykey.requests import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    HeldTextDropped,
    HeldTextWanted,
    HostWanted,
    ModelWanted,
)
from saykey.simulated.clock import VirtualClock

PATIENCE_S = 20
SOCKET = "control.sock"
NOW = 42


class Device:
    """A small device: listens, holds text, knows one model, and needs a turn of the loop to act.

    ``looks`` counts how often its status was read.
    """

    def __init__(self):
        self.events = []
        self.looks = 0
        self.status = Status(
            capture="off",
            host="box",
            hosts=("box", "mac"),
            link=Link.UP,
            model=ModelStatus(name="tiny.en-short", state="ready"),
            held=HeldStatus(characters=6, pieces=1, text=("secret",)),
        )
        self.clock = VirtualClock(NOW)
        self.server = None

    async def ask(self, event):
        await asyncio.sleep(0)
        self.events.append(event)
        match event:
            case DictationStarted(borrower=int()) if self.status.capture == "open":
                raise Refused("a dictation is open already: release or cancel it")
            case DictationStarted():
                self.become(capture="open", dictation=(self.status.dictation or 0) + 1)
            case DictationEnded() | Cancelled():
                self.become(capture="off")
            case HostWanted(host=host) if host not in self.status.hosts:
                raise Refused(f"no host {host!a}; hosts: {', '.join(self.status.hosts)}")
            case HostWanted(host=host):
                self.become(host=host)
            case HeldTextWanted() | HeldTextDropped():
                self.become(held=HeldStatus())
            case ModelWanted(name=name) if name != "tiny.en-short":
                raise ModelError(f"no model {name}; get it first")

    def post(self, event):
        self.events.append(event)

    def hear(self, pcm16, **end):
        """Hand sound to the last client that asked for the microphone."""
        borrower = [e.borrower for e in self.events if isinstance(e, DictationStarted)][-1]
        self.server.hand_over(LentSound(borrower, pcm16, **end))

    def look(self):
        self.looks += 1
        return self.status

    def become(self, **changes):
        self.status = msgspec.structs.replace(self.status, **changes)
        self.server.changed()


@contextlib.asynccontextmanager
async def serving(path, clock=None):
    """A device behind a server; by default its clock stands still."""
    device = Device()
    device.server = ControlServer(
        path,
        clock=clock or device.clock,
        ask=device.ask,
        post=device.post,
        status=device.look,
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
    """Play ``story(device, connect)``; close in the end what ``connect`` has opened."""

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


async def until(happened):
    """Let the loop turn until this is true; `run_with_server` limits the wait."""
    while not happened():  # noqa: ASYNC110  there is no event to wait for
        await asyncio.sleep(0)
