"""The client's side of one worker process: starts it, exchanges messages with it, kills it."""

import asyncio
import contextlib
import signal
import socket
import sys
from pathlib import Path
from typing import Any, assert_never

import msgspec

from saykey.errors import ModelError, RecognizerError
from saykey.ports import Clock
from saykey.recognizer import protocol
from saykey.recognizer.engines import worker_module


class WorkerProcess:
    """A running worker. `ready` and `lost` are futures; `answer` returns one for each session.

    ``ready``: the worker's message once its model is loaded, or ModelError or RecognizerError.
    ``lost``: why the worker has ended, one line. It is set exactly once, after everything else.
    """

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[protocol.Ready] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self._process = process
        self._reader = reader
        self._writer = writer
        self._answers: dict[int, asyncio.Future[protocol.Answer]] = {}
        self._reason = ""
        self._task = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, model: Path, threads: int, *, gate: bool = True) -> "WorkerProcess":
        """Start the process, which then loads the model.

        With ``gate``, phrases without speech are not recognised. Raises ModelError when no engine
        runs the model, RecognizerError when the process cannot be started.
        """
        module = worker_module(model)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    # -P: import nothing from the current directory
                    *(sys.executable, "-P", "-m", module),
                    *(str(theirs.fileno()), str(model), str(threads), "gate" if gate else "open"),
                    pass_fds=(theirs.fileno(),),
                    stdin=asyncio.subprocess.DEVNULL,
                    stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL,
                )
            except OSError as error:
                ours.close()
                raise RecognizerError(
                    f"the recognizer's worker cannot be started: {error.strerror}"
                ) from error
        reader, writer = await asyncio.open_connection(sock=ours)
        return cls(process, reader, writer)

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._process.pid

    def send(self, message: protocol.Order) -> None:
        """Send a message without blocking. It is dropped if the worker has ended (see `lost`)."""
        if not self.lost.done() and not self._writer.is_closing():
            self._writer.write(protocol.frame(message))

    def answer(self, session: int) -> "asyncio.Future[protocol.Answer]":
        """A future for the answer to the session's Finish; never set if the worker is lost."""
        answer = asyncio.get_running_loop().create_future()
        self._answers[session] = answer
        return answer

    def kill(self, reason: str) -> None:
        """Kill the process; `lost` gets this reason."""
        if not self.lost.done():
            self._reason = self._reason or reason
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def end(self, reason: str) -> None:
        """Kill the process and wait until it has ended."""
        self.kill(reason)
        await asyncio.wait({self.lost})

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(protocol.LENGTH.size)
                body = await self._reader.readexactly(protocol.body_length(head))
                self._take(protocol.worker_message(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the worker has ended or is ending
        except (msgspec.MsgspecError, ValueError):
            self.kill("the recognizer's worker sent an invalid message; report this")
        self._writer.close()
        status = await self._process.wait()
        reason = self._reason or _cause(status)
        if not self.ready.done():
            self.ready.set_exception(RecognizerError(reason))
        self.ready.exception()  # marks it as retrieved: nobody may be waiting for it
        self.lost.set_result(reason)

    def _take(self, message: protocol.WorkerMessage) -> None:
        match message:
            case protocol.Ready():
                self.ready.set_result(message)
            case protocol.Unusable():
                kind = ModelError if message.model else RecognizerError
                self.ready.set_exception(kind(message.reason))
            case protocol.Partial():
                pass  # text is shown only when it is final
            case protocol.Final() | protocol.Aborted() | protocol.Failed():
                answer = self._answers.pop(message.session, None)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case _:
                assert_never(message)


def _cause(status: int) -> str:
    if status == -signal.SIGKILL:
        return (
            "the recognizer's worker was killed, most likely for lack of memory; "
            "choose a smaller model if it happens again"
        )
    end = f"died of {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"the recognizer's worker {end}; choose another model if it happens again"


async def settled(clock: Clock, limit_ns: int, *futures: "asyncio.Future[Any]") -> bool:
    """Wait until a future is done, for ``limit_ns`` at most; return whether one is done."""
    timer = asyncio.create_task(clock.sleep_until(clock.now() + limit_ns))
    try:
        # unlike an await of the future, this does not cancel it when this task is cancelled
        await asyncio.wait({timer, *futures}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
    return any(future.done() for future in futures)
