"""Where the recorder gets its sound from: a microphone of its own, or the running device's."""

import asyncio
from pathlib import Path
from typing import Protocol

from saykey.control.client import ControlClient
from saykey.errors import ControlError
from saykey.ports import Microphone


class Source(Protocol):
    """Sound, as pcm16 at 16 kHz. It can be opened again after it was closed."""

    async def open(self) -> None:
        """Begin. Raises MicrophoneLost or ControlError with advice for the user."""
        ...

    async def read(self) -> bytes:
        """Wait for the next sound; b"" if the source has ended it. May be cancelled.

        Raises MicrophoneLost or ControlError when it ends for a reason that the user should know.
        """
        ...

    async def close(self) -> bytes:
        """End. Returns the sound up to now that was not read yet."""
        ...


class OwnMicrophone:
    """A Source that opens a microphone."""

    def __init__(self, microphone: Microphone) -> None:
        self._microphone = microphone

    async def open(self) -> None:
        """See Source."""
        await self._microphone.open()

    async def read(self) -> bytes:
        """See Source."""
        return (await self._microphone.read()).pcm16

    async def close(self) -> bytes:
        """See Source."""
        await self._microphone.close()
        return b""


class BorrowedMicrophone:
    """A Source that borrows the microphone of the running device, by its control socket.

    It connects for each recording: saykey closes a connection that is silent for a minute.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._client: ControlClient | None = None
        self._pieces: asyncio.Queue[bytes] = asyncio.Queue()
        self._reading: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """See Source."""
        self._client = await asyncio.to_thread(_listen, self._path)
        self._pieces = asyncio.Queue()
        self._reading = asyncio.create_task(self._read_all(self._client))

    async def read(self) -> bytes:
        """See Source."""
        piece = await self._pieces.get()
        if not piece and self._reading is not None:
            await self._reading  # raises its error
        return piece

    async def close(self) -> bytes:
        """See Source."""
        client, reading = self._client, self._reading
        if client is None or reading is None:
            return b""
        self._client = self._reading = None
        try:
            await asyncio.to_thread(client.stop_listening)
            await reading
        finally:
            client.close()
        rest = b""
        while not self._pieces.empty():
            rest += self._pieces.get_nowait()
        return rest

    async def _read_all(self, client: ControlClient) -> None:
        """Put all sound into the queue, and b"" at the end. Only this task reads the socket."""
        try:
            while piece := await asyncio.to_thread(client.sound):
                self._pieces.put_nowait(piece)
        finally:
            self._pieces.put_nowait(b"")


def _listen(path: Path) -> ControlClient:
    client = ControlClient(path)
    try:
        client.listen()
    except ControlError:
        client.close()
        raise
    return client
