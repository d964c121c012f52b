"""The control socket on the device: takes requests, tells the status, bounds every client.

A client can be malformed, slow, silent or gone: it costs at most one line of MAX_REQUEST bytes on
the way in, WRITE_BUFFER bytes on the way out, and two tasks, and there are at most MAX_CLIENTS.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from saykey.control import protocol
from saykey.control.address import bind, unbind
from saykey.control.protocol import BadRequest, Request
from saykey.control.status import Status, without_text
from saykey.errors import SaykeyError, UsageError
from saykey.events import (
    Cancelled,
    DictationEnded,
    DictationStarted,
    Event,
    HeldTextDropped,
    HeldTextWanted,
    HostWanted,
    KeysWanted,
    ModelWanted,
    RetryWanted,
)
from saykey.flow import Stroke
from saykey.ports import Clock, Link

MAX_CLIENTS = 32
WRITE_BUFFER = 64 * 1024


@dataclass(slots=True)
class _Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None
    text: bool = False
    told: Status | None = None

    async def say(self, line: bytes) -> None:
        """Send a line; waits while a slow reader has WRITE_BUFFER bytes before it."""
        self.writer.write(line)
        await self.writer.drain()


class ControlServer:
    """Serves the control socket from ``open`` to ``close``.

    ``ask`` hands an event to the device and returns once the device has taken it in; it may raise
    SaykeyError, whose line becomes the answer. ``status`` tells the device's status, held text
    included: the server leaves the text out for every client that did not ask for it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        ask: Callable[[Event], Awaitable[None]],
        status: Callable[[], Status],
    ) -> None:
        self._path = path
        self._clock = clock
        self._ask = ask
        self._status = status
        self._clients: dict[asyncio.Task[None], _Client] = {}
        self._server: asyncio.Server | None = None
        self._inode = 0

    async def open(self) -> None:
        """Listen. Raises ControlError when the socket is in use or cannot be made."""
        listener, self._inode = bind(self._path)
        self._server = await asyncio.start_unix_server(
            self._accept, sock=listener, limit=protocol.MAX_REQUEST - 1
        )

    def changed(self) -> None:
        """The status may be another one: tell the watchers. Cheap; call it after every step."""
        for client in self._clients.values():
            client.changed.set()

    async def close(self) -> None:
        """Let go of all clients, whether they read or not, and remove the socket."""
        if self._server is None:
            return
        self._server.close()
        unbind(self._path, self._inode)
        clients = dict(self._clients)
        for task, client in clients.items():
            task.cancel()
            self._hang_up(client)
        await asyncio.gather(*clients, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = _Client(reader, writer)
        writer.transport.set_write_buffer_limits(high=WRITE_BUFFER)
        task = asyncio.create_task(self._serve(client), name="control client")
        self._clients[task] = client
        task.add_done_callback(self._clients.pop)

    async def _serve(self, client: _Client) -> None:
        try:
            await client.say(protocol.encode(protocol.Hello()))
            if len(self._clients) > MAX_CLIENTS:
                await self._refuse(client, f"{MAX_CLIENTS} clients are connected; close one")
                return
            while line := await self._line(client):
                await self._answer(client, line)
        except ConnectionError:
            pass  # the client went away; whatever it asked for has been carried out
        finally:
            if client.watching is not None:
                client.watching.cancel()
            # What a client did not read by now is not waited for.
            self._hang_up(client)

    async def _line(self, client: _Client) -> bytes:
        """The next line, or nothing when there will be none. A line without an end is no line."""
        try:
            return await client.reader.readuntil(b"\n")
        except asyncio.IncompleteReadError:
            return b""
        except asyncio.LimitOverrunError:
            limit = protocol.MAX_REQUEST
            await self._refuse(client, f"a line is longer than {limit} bytes; closing")
            return b""

    async def _answer(self, client: _Client, line: bytes) -> None:
        try:
            request = protocol.parse_request(line)
        except BadRequest as error:
            await self._refuse(client, str(error), error.id)
            return
        try:
            await self._carry_out(client, request)
        except SaykeyError as error:
            await self._refuse(client, str(error), request.id)
            return
        text = isinstance(request, protocol.StatusWanted | protocol.Watch) and request.text
        await client.say(protocol.encode(protocol.done(request.id, self._told(text=text))))

    async def _carry_out(self, client: _Client, request: Request) -> None:
        if isinstance(request, protocol.Watch):
            client.text = request.text
            client.told = self._told(text=request.text)
            if client.watching is None:
                client.changed.clear()
                client.watching = asyncio.create_task(self._watch(client), name="control watch")
            return
        if isinstance(request, protocol.UseHost):
            hosts = self._status().hosts
            if request.name not in hosts:
                raise UsageError(f"no host {request.name!a}; hosts: {', '.join(hosts)}")
        if isinstance(request, protocol.Keys):
            _refuse_unless_idle(self._status())
        event = _event_of(request, self._clock.now())
        if event is not None:
            await self._ask(event)

    async def _watch(self, client: _Client) -> None:
        """Send each status that differs from the one before; the latest wins."""
        with contextlib.suppress(ConnectionError):
            while True:
                await client.changed.wait()
                client.changed.clear()
                status = self._told(text=client.text)
                if status != client.told:
                    client.told = status
                    await client.say(protocol.encode({"status": status}))

    async def _refuse(self, client: _Client, reason: str, request: int | None = None) -> None:
        await client.say(protocol.encode(protocol.refused(request, reason)))

    def _told(self, *, text: bool) -> Status:
        status = self._status()
        return status if text else without_text(status)

    def _hang_up(self, client: _Client) -> None:
        transport = client.writer.transport
        if transport.get_write_buffer_size() > 0:
            transport.abort()
        else:
            client.writer.close()


def _refuse_unless_idle(status: Status) -> None:
    if status.link is not Link.UP:
        raise UsageError(f"{status.host} is {status.link.value}; plug it in and wake it up first")
    if status.typing or status.capture != "off":
        raise UsageError("saykey is listening or typing; try again when it is done")


def _event_of(request: Request, now: int) -> Event | None:
    """What the request means to the device; nothing when it only asks."""
    match request:
        case protocol.Press():
            return DictationStarted(at=now)
        case protocol.Release():
            return DictationEnded(at=now)
        case protocol.Cancel():
            return Cancelled()
        case protocol.TypeHeld():
            return HeldTextWanted()
        case protocol.DropHeld():
            return HeldTextDropped()
        case protocol.Retry():
            return RetryWanted()
        case protocol.UseModel(name=name):
            return ModelWanted(name)
        case protocol.UseHost(name=name):
            return HostWanted(name)
        case protocol.Keys(strokes=strokes):
            return KeysWanted(tuple(Stroke(usage, modifiers) for usage, modifiers in strokes))
        case protocol.StatusWanted() | protocol.Watch():
            return None
