"""The client of the control socket that the commands use."""

import asyncio
import collections
import contextlib
import os
import socket
import threading
from pathlib import Path

import pytest
from control_rig import PATIENCE_S, SOCKET, run_with_server

from saykey.control.client import ControlClient
from saykey.errors import ControlError

NOBODY = 65534


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
        (b"220 mail ready\n", "not a control socket of saykey"),
        (b'{"hello":"other"}\n', "not a control socket of saykey"),
        (b"", "did not answer within 0.05 s"),
    ],
)
def test_the_client_refuses_a_server_that_does_not_speak_the_protocol(
    tmp_path, greeting, complaint
):
    path = tmp_path / SOCKET
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        with socket.socket(socket.AF_UNIX) as waiting:
            waiting.connect(str(path))
            # The first connection in the queue is not ours: accept it, so that ours is next.
            listener.accept()[0].close()
        with pytest.raises(ControlError, match=complaint):
            greeted(listener, greeting, path)


def greeted(listener, greeting, path):
    """Connect a client to a server that sends ``greeting`` and then nothing."""
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
    """Drop root's rights for a while: root may use any socket."""
    mine = os.geteuid()
    if mine == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(mine)
