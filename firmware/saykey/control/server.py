"""The server of the control socket: takes requests, sends the status, and limits every client.

A client may send invalid lines, read slowly, stay silent or disconnect. It costs at most one line
of MAX_REQUEST bytes of input, WRITE_BUFFER bytes of output, and three tasks. Its time-outs are in
`connection`. What a client costs that borrows the microphone is in `lending`.

MAX_CLIENTS clients have an ordinary place. When these are taken, a new client gets one of
SPARE_PLACES places for SPARE_NS. It may then only use `status`, `release` and `cancel`. When those
places are taken too, no client is accepted, and the kernel queues new ones in order. So a program
that connects in a loop cannot overtake another client. The kernel's queue of BACKLOG clients
advances by SPARE_PLACES every SPARE_NS, so that another client waits for about 2 s at most.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from saykey.clock import NS_PER_S
from saykey.control import protocol
from saykey.control.address import bind, unbind
from saykey.control.connection import Connection
from saykey.control.lending import Lender
from saykey.control.protocol import BadRequest, Request
from saykey.control.requests import ALWAYS_TAKEN, event_of
from saykey.control.status import Status, without_text
from saykey.errors import SaykeyError
from saykey.events import Event
from saykey.flow import LentSound
from saykey.ports import Clock

MAX_CLIENTS = 32
SPARE_PLACES = 64

_ACCEPT_AGAIN_NS = NS_PER_S
"""The pause after the system could not accept a client, because it lacked descriptors or memory."""

_log = logging.getLogger(__name__)


class ControlServer:
    """Serves the control socket from ``open`` to ``close``.

    ``ask`` passes an event to the device and returns when the device has handled it. It may raise
    SaykeyError, whose line becomes the answer. ``post`` passes an event to the device and does not
    wait. ``status`` returns the device's status with the held text. The server removes the text for
    every client that did not ask for it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        ask: Callable[[Event], Awaitable[None]],
        post: Callable[[Event], None],
        status: Callable[[], Status],
    ) -> None:
        self._path = path
        self._clock = clock
        self._ask = ask
        self._status = status
        self._lender = Lender(post)
        self._clients: dict[asyncio.Task[None], Connection] = {}
        self._places = asyncio.Semaphore(MAX_CLIENTS + SPARE_PLACES)
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._inode = 0

    async def open(self) -> None:
        """Listen. Raises ControlError when the socket is in use or cannot be created."""
        self._listener, self._inode = bind(self._path)
        self._accepting = asyncio.create_task(self._accept(self._listener), name="control accept")

    def changed(self) -> None:
        """Send the status to the watchers if it has changed. Cheap: call it after every step."""
        for client in self._clients.values():
            client.changed.set()

    def hand_over(self, heard: LentSound) -> None:
        """Send sound to the client that borrows the microphone. Returns at once."""
        self._lender.hand_over(heard)

    async def close(self) -> None:
        """Close all connections at once, and remove the socket."""
        if self._listener is None or self._accepting is None:
            return
        self._accepting.cancel()
        await asyncio.gather(self._accepting, return_exceptions=True)
        self._listener.close()
        self._listener = None
        unbind(self._path, self._inode)
        clients = dict(self._clients)
        for task, client in clients.items():
            task.cancel()
            client.hang_up()
        await asyncio.gather(*clients, return_exceptions=True)

    async def _accept(self, listener: socket.socket) -> None:
        """Accept one client after another, while there is a free place."""
        loop = asyncio.get_running_loop()
        while True:
            await self._places.acquire()
            try:
                accepted, _ = await loop.sock_accept(listener)
            except OSError as error:
                self._places.release()
                _log.warning("cannot accept a client of the control socket: %s", error.strerror)
                await self._clock.sleep_until(self._clock.now() + _ACCEPT_AGAIN_NS)
                continue
            streams = await asyncio.open_unix_connection(
                sock=accepted, limit=protocol.MAX_REQUEST - 1
            )
            ordinary = sum(not client.spare for client in self._clients.values())
            client = Connection(*streams, self._clock, spare=ordinary >= MAX_CLIENTS)
            task = asyncio.create_task(self._serve(client), name="control client")
            self._clients[task] = client
            task.add_done_callback(self._left)

    def _left(self, task: asyncio.Task[None]) -> None:
        del self._clients[task]
        self._places.release()

    async def _serve(self, client: Connection) -> None:
        limit = asyncio.create_task(client.hang_up_in_time(), name="control limit")
        try:
            await client.say(protocol.Hello())
            while line := await client.line():
                await self._answer(client, line)
                # One line per turn of the event loop, so that a client cannot delay the others.
                await asyncio.sleep(0)
        except ConnectionError:
            pass  # the client disconnected; its requests so far were carried out
        finally:
            limit.cancel()
            self._lender.left(client)
            if client.watching is not None:
                client.watching.cancel()
            client.hang_up()

    async def _answer(self, client: Connection, line: bytes) -> None:
        try:
            request = protocol.parse_request(line)
        except BadRequest as error:
            await client.refuse(str(error), error.id)
            return
        if client.spare and not isinstance(request, ALWAYS_TAKEN):
            await client.refuse(f"{MAX_CLIENTS} clients are connected; close one", request.id)
            return
        try:
            await self._carry_out(client, request)
        except SaykeyError as error:
            await client.refuse(str(error), request.id)
            return
        text = isinstance(request, protocol.StatusWanted | protocol.Watch) and request.text
        await client.say(protocol.done(request.id, self._told(text=text)))
        if isinstance(request, protocol.Listen) and client.borrower is not None:
            self._lender.answered(client.borrower)

    async def _carry_out(self, client: Connection, request: Request) -> None:
        if isinstance(request, protocol.Watch):
            client.text = request.text
            client.told = self._told(text=request.text)
            if client.watching is None:
                client.changed.clear()
                client.watching = asyncio.create_task(self._watch(client), name="control watch")
            return
        lends = isinstance(request, protocol.Listen)
        borrower = self._lender.begin(client) if lends else client.borrower
        event = event_of(request, self._clock.now(), borrower)
        if event is None:
            return
        try:
            await self._ask(event)
        except SaykeyError:
            if lends and borrower is not None:
                self._lender.drop(borrower)
            raise
        if isinstance(request, protocol.Listen | protocol.Press):
            client.borrower = borrower if lends else None

    async def _watch(self, client: Connection) -> None:
        """Send each status that differs from the previous one. A slow client gets the latest."""
        with contextlib.suppress(ConnectionError):
            while True:
                await client.changed.wait()
                client.changed.clear()
                status = self._told(text=client.text)
                if status != client.told:
                    client.told = status
                    await client.say({"status": status})

    def _told(self, *, text: bool) -> Status:
        status = self._status()
        return status if text else without_text(status)
