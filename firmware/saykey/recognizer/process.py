"""One worker process as its client sees it: started, spoken to, killed."""

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
    """A running worker. `ready` and `lost` are futures, the answers come by session.

    ``ready``: what the worker said once its model was loaded, or ModelError or RecognizerError.
    ``lost``: why the worker is gone, one line; it is set exactly once, last of all.
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
        """Start the process; it goes on to load the model.

        ``gate``: phrases without speech are not recognised. Raises ModelError when no engine runs
        the model, RecognizerError when the process cannot be started.
        """
        module = worker_module(model)
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                process = await asyncio.create_subprocess_exec(
                    # -P: the current directory is no place to import from
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
        """Hand a message over. Never blocks; dropped when the worker is gone, as `lost` tells."""
        if not self.lost.done() and not self._writer.is_closing():
            self._writer.write(protocol.frame(message))

    def answer(self, session: int) -> "asyncio.Future[protocol.Answer]":
        """The answer to the session's Finish; never set when the worker is lost before."""
        answer = asyncio.get_running_loop().create_future()
        self._answers[session] = answer
        return answer

    def kill(self, reason: str) -> None:
        """End the process now; `lost` gets this reason."""
        if not self.lost.done():
            self._reason = self._reason or reason
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def end(self, reason: str) -> None:
        """As `kill`, and wait until the process is gone."""
        self.kill(reason)
        await asyncio.wait({self.lost})

    async def _read(self) -> None:
        try:
            while True:
                head = await self._reader.readexactly(protocol.LENGTH.size)
                body = await self._reader.readexactly(protocol.body_length(head))
                self._take(protocol.worker_message(body))
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the worker is gone or going
        except (msgspec.MsgspecError, ValueError):
            self.kill("the recognizer's worker sent what is no message; report this")
        self._writer.close()
        status = await self._process.wait()
        reason = self._reason or _cause(status)
        if not self.ready.done():
            self.ready.set_exception(RecognizerError(reason))
        self.ready.exception()  # it may be that nobody waits for it any more
        self.lost.set_result(reason)

    def _take(self, message: protocol.WorkerMessage) -> None:
        match message:
            case protocol.Ready():
                self.ready.set_result(message)
            case protocol.Unusable():
                kind = ModelError if message.model else RecognizerError
                self.ready.set_exception(kind(message.reason))
            case protocol.Partial():
                pass  # nobody shows text before it is final
            case protocol.Final() | protocol.Aborted() | protocol.Failed():
                answer = self._answers.pop(message.session, None)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case _:
                assert_never(message)


def _cause(status: int) -> str:
    if status == -signal.SIGKILL:
        return (
            "the recognizer's worker was killed, most likely for want of memory; "
            "choose a smaller model if it happens again"
        )
    end = f"died of {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
    return f"the recognizer's worker {end}; choose another model if it happens again"


async def settled(clock: Clock, limit_ns: int, *futures: "asyncio.Future[Any]") -> bool:
    """Wait until one of them is done, but no longer than this; whether one is."""
    timer = asyncio.create_task(clock.sleep_until(clock.now() + limit_ns))
    try:
        # unlike an await of the future, this does not cancel it when this task is cancelled
        await asyncio.wait({timer, *futures}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()
    return any(future.done() for future in futures)
