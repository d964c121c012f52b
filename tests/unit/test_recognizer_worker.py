"""The worker process may die, hang or be told to stop: the client always recovers."""

import asyncio
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from whisper_files import export_gguf

from recorded import TEXT, speech
from saykey.clock import MonotonicClock
from saykey.errors import ModelError, RecognizerError
from saykey.flow import PhraseId, Timings, Verdict
from saykey.models.formats.contents import Notes
from saykey.models.store import store
from saykey.ports import SessionParameters
from saykey.recognizer import protocol
from saykey.recognizer.client import WorkerRecognizer
from saykey.recognizer.process import WorkerProcess
from saykey.settings.schema import RecognizerSettings
from saykey.simulated.clock import VirtualClock

PHRASE = PhraseId(1, 1)
SECOND = 1_000_000_000
PATIENCE = 60
"""Seconds after which a test fails on any machine; it measures nothing."""


class Desk:
    """A recognizer with the bundled model and what it reported."""

    def __init__(self, clock=None, model="tiny.en-short"):
        self.clock = clock or MonotonicClock()
        self.model = model
        self.lost = []
        self.ready = asyncio.Event()
        self.recognizer = WorkerRecognizer(
            RecognizerSettings(),
            self.clock,
            on_ready=lambda _model: self.ready.set(),
            on_lost=self.lost.append,
        )

    async def __aenter__(self):
        await self.recognizer.load(self.model)
        return self

    async def __aexit__(self, *_):
        await self.recognizer.close()

    def finish(self, pcm=None, attempt=1):
        session = self.recognizer.begin(SessionParameters("en", attempt=attempt))
        session.feed(speech() if pcm is None else pcm)
        return session.finish(PHRASE, 1)

    async def text(self, **how):
        return (await asyncio.wait_for(self.finish(**how), PATIENCE)).text

    def signal(self, number):
        os.kill(self.recognizer.worker_pid, number)

    async def decoding(self):
        """A phrase the worker is working on, as the processor time it uses shows."""
        for _ in range(20):  # on a busy machine we may look too late
            before = processor_ticks(self.recognizer.worker_pid)
            task = asyncio.create_task(self.finish(attempt=2))
            await until(
                lambda task=task, before=before: (
                    task.done() or processor_ticks(self.recognizer.worker_pid) >= before + 3
                )
            )
            if not task.done():
                return task
        return pytest.fail("the worker is too fast to be seen at work")


async def until(condition):
    """Poll another process until this is true: it cannot notify us."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - see above
            await asyncio.sleep(0)


def processor_ticks(pid):
    """User time of a process in ticks of 10 ms (proc_pid_stat(5), field 14)."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def run(scene):
    asyncio.run(asyncio.wait_for(scene(), 2 * PATIENCE))


def gone(process):
    """Wait until a process that need not be a child of ours has ended."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], PATIENCE)[0])
    finally:
        os.close(handle)


def test_a_gguf_file_named_by_its_path_is_packed_once_and_used(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path / "state"))
    model = tmp_path / "demo.gguf"
    export_gguf(store.find("tiny.en-short"), model, Notes(dynamic_context=True))

    async def scene():
        async with Desk(model=str(model)) as desk:
            assert await desk.text() == TEXT

    run(scene)
    run(scene)
    assert len([*(tmp_path / "state/models/cache").iterdir()]) == 1


def test_a_worker_killed_while_it_works_fails_the_phrase_and_is_replaced():
    async def scene():
        async with Desk() as desk:
            task = await desk.decoding()
            desk.signal(signal.SIGKILL)
            with pytest.raises(RecognizerError, match=r"worker was killed, most likely for lack"):
                await task
            assert len(desk.lost) == 1
            assert await desk.text() == TEXT
            assert desk.ready.is_set()

    run(scene)


def test_a_worker_that_crashes_while_idle_is_reported_and_replaced():
    async def scene():
        async with Desk() as desk:
            first = desk.recognizer.worker_pid
            desk.signal(signal.SIGSEGV)
            await asyncio.wait_for(desk.ready.wait(), PATIENCE)
            (reason,) = desk.lost
            assert reason.startswith("the recognizer's worker died of SIGSEGV; ")
            assert desk.recognizer.worker_pid not in (first, None)
            assert await desk.text() == TEXT

    run(scene)


def test_loading_a_model_that_is_being_replaced_waits_for_the_replacement():
    async def scene():
        async with Desk() as desk:
            task = await desk.decoding()
            desk.signal(signal.SIGKILL)
            with pytest.raises(RecognizerError):
                await task
            await desk.recognizer.load("tiny.en-short")
            assert desk.ready.is_set()
            assert await desk.text() == TEXT

    run(scene)


def test_a_hanging_worker_is_given_up_after_its_time_out_and_replaced():
    async def scene():
        clock = VirtualClock()
        async with Desk(clock) as desk:
            assert await desk.text() == TEXT
            stopped = desk.recognizer.worker_pid
            desk.signal(signal.SIGSTOP)
            task = asyncio.create_task(desk.finish())
            await clock.advance_to(clock.now() + 4 * SECOND)
            assert not task.done()
            clock.advance(2 * SECOND)
            with pytest.raises(RecognizerError, match="recognising a phrase took more than 5 s"):
                await asyncio.wait_for(task, PATIENCE)
            assert gone(stopped)
            await clock.advance_to(clock.now() + SECOND)
            await asyncio.wait_for(desk.ready.wait(), PATIENCE)
            assert await desk.text() == TEXT

    run(scene)


@pytest.fixture
def full_window(tmp_path):
    """The bundled model without its card: each phrase is heard with the full window."""
    return shutil.copy(store.find("tiny.en-short"), tmp_path / "full.bin")


def test_a_worker_that_hangs_at_its_very_first_phrase_is_noticed_by_what_its_probe_took(
    full_window,
):
    async def scene():
        clock = VirtualClock()
        async with Desk(clock, str(full_window)) as desk:
            stopped = desk.recognizer.worker_pid
            desk.signal(signal.SIGSTOP)
            task = asyncio.create_task(desk.finish())
            await clock.advance_to(clock.now() + 4 * SECOND)
            assert not task.done()
            # the probe takes 10 ms on an idle machine: ten times that, for so many rows, is 3 s
            clock.advance(80 * SECOND)
            with pytest.raises(RecognizerError, match=r"recognising a phrase took more than \d+ s"):
                await asyncio.wait_for(task, PATIENCE)
            assert gone(stopped)
            await clock.advance_to(clock.now() + SECOND)
            await asyncio.wait_for(desk.ready.wait(), PATIENCE)
            assert await desk.text() == TEXT

    run(scene)


def test_a_worker_that_does_not_load_is_given_up_after_its_time_out():
    async def scene():
        clock = VirtualClock()
        desk = Desk(clock)
        loading = asyncio.create_task(desk.recognizer.load("tiny.en-short"))
        await until(children)
        (worker,) = children()
        os.kill(worker, signal.SIGSTOP)
        await clock.advance_to(clock.now() + 60 * SECOND)
        with pytest.raises(RecognizerError, match=r"was not loaded within 3\d s"):
            await asyncio.wait_for(loading, PATIENCE)
        assert gone(worker)

    run(scene)


def children():
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    return [int(pid) for pid in listed.split()]


def test_a_cancelled_phrase_is_aborted_and_the_next_one_is_heard():
    async def scene():
        async with Desk() as desk:
            worker = desk.recognizer.worker_pid
            task = await desk.decoding()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await desk.text() == TEXT
            assert desk.recognizer.worker_pid == worker
            assert desk.lost == []

    run(scene)


def test_the_worker_aborts_a_phrase_on_request_and_answers_once():
    async def scene():
        worker = await WorkerProcess.start(store.find("tiny.en-short"), 1)
        await asyncio.wait_for(worker.ready, PATIENCE)
        for session in (1, 2):
            answer = worker.answer(session)
            worker.send(protocol.Begin(session, "en", attempt=2))  # with the full window
            worker.send(protocol.Feed(session, speech()))
            worker.send(protocol.Finish(session, PATIENCE * SECOND))
            if session == 1:
                worker.send(protocol.Abort(session))
                assert await asyncio.wait_for(answer, PATIENCE) == protocol.Aborted(1)
        assert (await asyncio.wait_for(answer, PATIENCE)).text == TEXT
        worker.kill("the test is over")
        assert await asyncio.wait_for(worker.lost, PATIENCE) == "the test is over"

    run(scene)


def test_a_hanging_worker_does_not_hold_up_a_cancelled_phrase_for_ever():
    async def scene():
        clock = VirtualClock()
        async with Desk(clock) as desk:
            desk.signal(signal.SIGSTOP)
            task = asyncio.create_task(desk.finish())
            await clock.advance_to(clock.now() + 1)
            task.cancel()
            await clock.advance_to(clock.now() + 61 * SECOND)
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(task, PATIENCE)
            assert desk.lost == ["the recognizer's worker did not give up a phrase in time"]

    run(scene)


def test_the_second_attempt_hears_with_the_full_window():
    async def scene():
        async with Desk() as desk:
            first = await desk.finish()
            second = await desk.finish(attempt=2)
            assert (first.text, second.text) == (TEXT, TEXT)
            assert second.timings.encode_ms > 2 * first.timings.encode_ms

    run(scene)


def test_silence_is_empty_and_more_than_the_window_is_refused():
    async def scene():
        async with Desk() as desk:
            assert (await desk.finish(bytes(64_000))).verdict is Verdict.EMPTY
            with pytest.raises(RecognizerError, match="longer than 30 s"):
                await desk.finish(bytes(2 * 16_000 * 31))
            assert await desk.text() == TEXT

    run(scene)


def test_an_invalid_message_ends_the_worker_which_is_replaced():
    async def scene():
        async with Desk() as desk:
            with pytest.raises(RecognizerError, match="ended with status 1"):
                await desk.finish(b"odd")
            assert await desk.text() == TEXT

    run(scene)


def test_a_damaged_model_is_refused_and_names_its_file(tmp_path):
    path = tmp_path / "damaged.bin"
    path.write_bytes(store.find("tiny.en-short").read_bytes()[:1_000_000])
    with pytest.raises(ModelError) as refused:
        run(Desk(model=str(path)).__aenter__)
    assert str(refused.value).startswith(f"{path} ends in the middle of ")


def test_a_mistyped_model_leaves_the_one_before_in_place():
    async def scene():
        async with Desk() as desk:
            with pytest.raises(ModelError, match=r"did you mean 'tiny\.en-short'"):
                await desk.recognizer.load("tiny.en-shrt")
            assert await desk.text() == TEXT

    run(scene)


def test_a_model_damaged_since_it_was_loaded_is_not_tried_for_ever(tmp_path):
    path = tmp_path / "mine.bin"
    shutil.copy(store.find("tiny.en-short"), path)

    async def scene():
        async with Desk(model=str(path)) as desk:
            path.write_bytes(b"PK\x03\x04")
            session = desk.recognizer.begin(SessionParameters("en"))
            desk.signal(signal.SIGKILL)
            with pytest.raises(RecognizerError, match="was killed"):
                await session.finish(PHRASE, 1)
            await until(lambda: len(desk.lost) == 2)
            assert desk.lost[1].startswith(f"{path} is a zip archive")
            with pytest.raises(RecognizerError, match="is a zip archive"):
                desk.recognizer.begin(SessionParameters("en"))

    run(scene)


def test_ctrl_c_in_the_terminal_does_not_end_the_worker():
    async def scene():
        async with Desk() as desk:
            desk.signal(signal.SIGINT)
            assert await desk.text() == TEXT
            assert desk.lost == []

    run(scene)


def test_closing_ends_the_worker_while_it_works():
    async def scene():
        desk = await Desk().__aenter__()
        worker = desk.recognizer.worker_pid
        task = await desk.decoding()
        await desk.recognizer.close()
        assert gone(worker)
        with pytest.raises(RecognizerError, match="changed or closed"):
            await task
        assert desk.lost == []

    run(scene)


PARENT = """
import asyncio, sys
from saykey.clock import MonotonicClock
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings
from saykey.flow import PhraseId

async def main():
    recognizer = WorkerRecognizer(RecognizerSettings(), MonotonicClock())
    await recognizer.load("tiny.en-short")
    session = recognizer.begin(SessionParameters("en", attempt=2))
    session.feed(bytes(900_000))
    work = asyncio.create_task(session.finish(PhraseId(1, 1), 1))
    await asyncio.sleep(0)
    print(recognizer.worker_pid, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def test_a_worker_does_not_outlive_a_killed_parent():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        worker = int(parent.stdout.readline())
        parent.kill()
    assert gone(worker)


def test_messages_show_nothing_of_what_was_said():
    final = protocol.Final(1, "a secret", Verdict.GOOD, "en")
    partial = protocol.Partial(1, "a secret")
    begin = protocol.Begin(1, "en", "a secret")
    assert "secret" not in f"{final!r} {begin} {[final]} {partial}"


def test_messages_arrive_as_they_were_sent():
    timings = Timings(total_ms=2.0, encode_ms=1.0, decode_ms=1.0, passes=3)
    final = protocol.Final(
        7, "größer 次", Verdict.DOUBTFUL, "ja", 2, 0.5, 0.25, timings, work=3200, cut=True
    )
    framed = protocol.frame(final)
    head = framed[: protocol.LENGTH.size]
    body = framed[protocol.LENGTH.size :]
    assert protocol.body_length(head) == len(body)
    assert protocol.worker_message(body) == final


def test_a_message_of_absurd_length_is_refused():
    with pytest.raises(ValueError, match="4294967295 bytes"):
        protocol.body_length(b"\xff\xff\xff\xff")
