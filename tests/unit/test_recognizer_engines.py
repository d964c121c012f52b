"""A model's card names its engine; the client supervises any engine that speaks the protocol."""

import asyncio
import importlib.util
import os
import shutil
import signal

import pytest

from saykey.clock import MonotonicClock
from saykey.errors import ModelError, RecognizerError
from saykey.flow import SAMPLE_RATE, PhraseId, Preceding, Seam, Timings, Verdict
from saykey.models.store.store import find
from saykey.ports import SessionParameters
from saykey.recognizer import engines
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings

PHRASE = PhraseId(1, 1)
PATIENCE = 60

COUNTER = '''
"""An engine that streams: it counts samples and reports the count after each feed."""

import socket, sys
from saykey.flow import Seam, Timings, Verdict
from saykey.recognizer import protocol as p

connection = socket.socket(fileno=int(sys.argv[1]))
tell = lambda message: connection.sendall(p.frame(message))
cost = p.Cost(fixed=0, per_second=1)
tell(p.Ready(("de", "fr"), cost, cost, probe_work=1, probe_ms=5))
orders = connection.makefile("rb")
while (order := p.read_order(orders)) is not None:
    match order:
        case p.Begin():
            begin, samples = order, 0
        case p.Feed(pcm16=pcm16):
            samples += len(pcm16) // 2
            tell(p.Partial(begin.session, f"{samples}"))
        case p.Finish(session=session):
            tell(p.Partial(session, f"{samples}"))
            text = f"{samples} samples, {begin.prompt}"
            seam = None
            if begin.before:
                text += f", {begin.before_samples} of {begin.before!r}, then {begin.gap}"
                seam = Seam(begin.before[-1])
            timings = Timings(total_ms=3, decode_ms=3)
            heard = p.Final(session, text, Verdict.GOOD, "fr", begin.attempt, timings=timings)
            tell(p.msgspec.structs.replace(heard, seam=seam))
'''


@pytest.fixture
def model(tmp_path, monkeypatch):
    """A model whose card names the engine that counts."""
    (tmp_path / "counter_worker.py").write_text(COUNTER)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setitem(engines.WORKERS, "counter", "counter_worker")
    path = shutil.copy(find("tiny.en-short"), tmp_path / "counted.bin")
    path.with_suffix(".toml").write_text('engine = "counter"\n')
    return path


def play(scene, language="de, fr"):
    async def life():
        recognizer = WorkerRecognizer(RecognizerSettings(language=language), MonotonicClock())
        try:
            await scene(recognizer)
        finally:
            await recognizer.close()

    asyncio.run(asyncio.wait_for(life(), PATIENCE))


async def counted(recognizer, frames=4):
    session = recognizer.begin(SessionParameters("de, fr", "in a row", attempt=2))
    for _ in range(frames):
        session.feed(bytes(640))
    return await session.finish(PHRASE, 3)


def test_an_engine_that_streams_is_used_as_any_other(model):
    async def scene(recognizer):
        await recognizer.load(str(model))
        for frames in (4, 0):
            heard = await counted(recognizer, frames)
            assert heard.text == f"{320 * frames} samples, in a row"
        assert (heard.phrase, heard.revision, heard.attempt) == (PHRASE, 3, 2)
        assert (heard.verdict, heard.language) == (Verdict.GOOD, "fr")
        assert heard.timings == Timings(total_ms=3, decode_ms=3)

    play(scene)


@pytest.mark.parametrize(("seconds", "fed"), [(2, 2), (20, 12)])
def test_an_engine_gets_the_end_of_the_phrase_before_and_reports_the_seam(model, seconds, fed):
    async def scene(recognizer):
        await recognizer.load(str(model))
        before = Preceding(bytes(2 * SAMPLE_RATE * seconds), "Well, yes.", gap=800)
        session = recognizer.begin(SessionParameters("de", before=before))
        session.feed(bytes(640))
        heard = await session.finish(PHRASE, 1)
        samples = SAMPLE_RATE * fed
        assert heard.text == f"{samples + 320} samples, , {samples} of 'Well, yes.', then 800"
        assert heard.seam == Seam(".")

    play(scene)


def test_an_engine_that_streams_is_replaced_as_any_other(model):
    async def scene(recognizer):
        await recognizer.load(str(model))
        os.kill(recognizer.worker_pid, signal.SIGKILL)
        with pytest.raises(RecognizerError, match="worker was killed"):
            await counted(recognizer)
        assert (await counted(recognizer)).text == "1280 samples, in a row"

    play(scene)


def test_a_language_that_the_engine_lacks_is_refused(model):
    async def scene(recognizer):
        with pytest.raises(ModelError, match=r"does not know en; correct \[recognizer\]"):
            await recognizer.load(str(model))

    play(scene, language="en")


def test_a_model_of_another_engine_that_cannot_be_used_leaves_it_in_use(model):
    async def scene(recognizer):
        await recognizer.load(str(model))
        shutil.copy(model, model.with_name("heard.bin"))
        with pytest.raises(ModelError, match="knows English only"):
            await recognizer.load(str(model.with_name("heard.bin")))
        assert (await counted(recognizer)).text == "1280 samples, in a row"

    play(scene)


def test_a_card_without_an_engine_means_whisper(tmp_path):
    assert engines.worker_module(tmp_path / "m.bin") == "saykey.recognizer.whisper.worker"


def test_an_unknown_engine_is_refused_in_one_line_that_says_what_to_do(tmp_path):
    path = shutil.copy(find("tiny.en-short"), tmp_path / "mine.bin")
    path.with_suffix(".toml").write_text('engine = "wisper"\n')

    async def scene(recognizer):
        with pytest.raises(ModelError) as refused:
            await recognizer.load(str(path))
        assert str(refused.value) == (
            f"{tmp_path}/mine.toml names the engine 'wisper', which is unknown here; known are: "
            "whisper. Correct `engine` in it, or install a Saykey that has it"
        )

    play(scene)


@pytest.mark.parametrize("module", engines.WORKERS.values())
def test_each_engine_has_a_worker(module):
    assert importlib.util.find_spec(module) is not None
