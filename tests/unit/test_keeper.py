"""The keeper mirrors text before it is typed, and keeps the service manager informed."""

import asyncio
import shutil
import socket
import tempfile
from pathlib import Path

import pytest

from saykey import effects as fx
from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Insert, Phrase, PhraseId, Transcript, Verdict
from saykey.hub import Hub
from saykey.keeper import Keeper
from saykey.outbox.kept import decode
from saykey.outbox.mirror import Mirror
from saykey.ports import Link
from saykey.settings.schema import Settings
from saykey.simulated.clock import VirtualClock
from saykey.state.device import initial
from saykey.state.hosts import UNKNOWN_PIECE, Held
from saykey.systemd import Manager

SPOKEN = "Hello."
ONE_PHRASE = (
    ev.ModelReady("tiny.en-short"),
    ev.LinkChanged("computer", Link.UP),
    rq.DictationStarted(0),
    ev.PhraseEnded(Phrase(PhraseId(1, 1), 1, 0, 16_000)),
    ev.Recognised(Transcript(PhraseId(1, 1), 1, SPOKEN, "en", "tiny.en-short", 1, Verdict.GOOD)),
)


@pytest.fixture
def mirror():
    """The path of a file in memory that does not exist yet."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder / "held.json"
    shutil.rmtree(folder)


@pytest.fixture
def manager(tmp_path):
    """A socket that listens as systemd does, and its address."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.setblocking(False)
        yield listener, str(tmp_path / "notify")


def heard(listener):
    """All messages received so far."""
    told = []
    while True:
        try:
            told.append(listener.recv(4096).decode())
        except BlockingIOError:
            return told


def test_a_piece_is_in_the_mirror_before_the_loop_gets_to_type_it(mirror):
    async def life():
        seen = []

        def type_it():
            seen.append(decode(mirror.read_bytes()))
            hub.post(ev.TypingFinished(1))
            hub.post(rq.ShutdownWanted())

        def perform(effect):
            if isinstance(effect, fx.TypeEdits):
                loop.call_soon(type_it)

        loop = asyncio.get_running_loop()
        keeper = Keeper(Mirror(mirror), None, VirtualClock())
        hub = Hub(initial(Settings()), VirtualClock(), perform)
        hub.observe(keeper.observe)
        for event in ONE_PHRASE:
            hub.post(event)
        await hub.run()
        return seen

    assert asyncio.run(life()) == [(("computer", Held(1, SPOKEN, len(SPOKEN) - 1, UNKNOWN_PIECE)),)]


def test_the_status_that_the_manager_hears_has_nothing_spoken_in_it(manager):
    listener, address = manager

    async def life():
        keeper = Keeper(None, Manager(address), VirtualClock())
        hub = Hub(initial(Settings()), VirtualClock(), lambda _effect: None)
        hub.observe(keeper.observe)
        keeper.opened(hub.device)
        down = ev.LinkChanged("computer", Link.DOWN)
        for event in (*ONE_PHRASE, down, rq.ShutdownWanted()):
            hub.post(event)
        hub.post(ev.TypingStopped(1, typed=(), doubtful=(), rest=(Insert(SPOKEN),)))
        await hub.run()

    asyncio.run(life())
    told = heard(listener)
    assert told[:2] == ["READY=1", "STATUS=idle · computer unknown · tiny.en-short loading"]
    assert "STOPPING=1" in told
    assert "held 6 characters in 1 piece" in told[-1]
    assert not any(SPOKEN.rstrip(".") in message for message in told)


def test_signs_of_life_come_as_often_as_the_manager_wants_them(manager):
    listener, address = manager

    async def life():
        clock = VirtualClock()
        keeping = asyncio.create_task(Keeper(None, Manager(address, 10), clock).run())
        await asyncio.sleep(0)
        counts = []
        for _ in range(3):
            counts.append(heard(listener).count("WATCHDOG=1"))
            await clock.advance_to(clock.now() + 10)
        keeping.cancel()
        return counts

    assert asyncio.run(life()) == [1, 1, 1]


def test_without_mirror_and_manager_there_is_nothing_to_do():
    keeper = Keeper(None, None, VirtualClock())
    asyncio.run(keeper.run())
    assert keeper.found == ()
