"""A new model takes over once it has decoded a probe; until then the old one continues."""

import asyncio
import os
import shutil
import signal
import time

import psutil
import pytest

from recorded import MODEL, TEXT, speech
from saykey.clock import MonotonicClock
from saykey.errors import ModelError, RecognizerError
from saykey.flow import PhraseId
from saykey.models.formats.random_weights import write_random
from saykey.models.store.memory import held_by, megabytes, need_of
from saykey.ports import SessionParameters
from saykey.recognizer.client import WorkerRecognizer
from saykey.settings.schema import RecognizerSettings

MEGABYTE = 1_000_000
PATIENCE = 120


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A second model in the user's store, called mine."""
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    store = tmp_path / "models"
    store.mkdir()
    shutil.copy(MODEL, store / "mine.bin")
    shutil.copy(MODEL.with_suffix(".toml"), store / "mine.toml")
    return store / "mine.bin"


class Desk:
    """A recognizer in a machine with so many bytes of free memory; None: more than enough."""

    def __init__(self, language="en"):
        self.left = None
        self.lost = []
        self.recognizer = WorkerRecognizer(
            RecognizerSettings(language=language),
            MonotonicClock(),
            on_lost=self.lost.append,
            available=lambda: self.left,
        )

    async def text(self):
        session = self.recognizer.begin(SessionParameters("en"))
        session.feed(speech())
        return (await session.finish(PhraseId(1, 1), 1)).text

    def room_for_one(self, model):
        """Leave room for this model alone: not beside the first, but after it is unloaded."""
        self.left = need_of(model) + 33 * MEGABYTE - held_by(self.recognizer.worker_pid)


def play(scene, **how):
    async def whole():
        desk = Desk(**how)
        try:
            async with asyncio.timeout(PATIENCE):
                await scene(desk, desk.recognizer)
        finally:
            await desk.recognizer.close()

    asyncio.run(whole())


def workers():
    return {child.pid for child in psutil.Process().children()}


async def starting(before):
    """The process id of the next worker that is started."""
    async with asyncio.timeout(PATIENCE):
        while not (fresh := workers() - before):  # noqa: ASYNC110 - processes do not notify us
            await asyncio.sleep(0)
    return fresh.pop()


@pytest.mark.usefixtures("mine")
def test_the_model_in_use_goes_on_until_the_other_is_ready():
    async def scene(_desk, recognizer):
        await recognizer.load("tiny.en-short")
        first = recognizer.worker_pid
        loading = asyncio.create_task(recognizer.load("mine"))
        second = await starting({first})
        assert (recognizer.model, recognizer.worker_pid) == ("tiny.en-short", first)
        await loading
        assert (recognizer.model, recognizer.worker_pid) == ("mine", second)
        assert workers() == {second}

    play(scene)


@pytest.mark.usefixtures("mine")
def test_a_model_that_dies_while_it_loads_leaves_the_one_before_in_use():
    async def scene(desk, recognizer):
        await recognizer.load("tiny.en-short")
        first = recognizer.worker_pid
        loading = asyncio.create_task(recognizer.load("mine"))
        os.kill(await starting({first}), signal.SIGKILL)
        with pytest.raises(RecognizerError, match="was killed, most likely for lack of memory"):
            await loading
        assert (recognizer.model, recognizer.worker_pid) == ("tiny.en-short", first)
        assert await desk.text() == TEXT
        assert desk.lost == []

    play(scene)


def test_a_damaged_model_leaves_the_one_before_in_use(mine):
    mine.write_bytes(MODEL.read_bytes()[:-1])

    async def scene(desk, recognizer):
        await recognizer.load("tiny.en-short")
        with pytest.raises(ModelError, match="ends in the middle of"):
            await recognizer.load("mine")
        assert recognizer.model == "tiny.en-short"
        assert await desk.text() == TEXT

    play(scene)


def test_where_both_do_not_fit_the_one_in_use_is_unloaded_first(mine):
    async def scene(desk, recognizer):
        await recognizer.load("tiny.en-short")
        first = recognizer.worker_pid
        desk.room_for_one(mine)
        loading = asyncio.create_task(recognizer.load("mine"))
        second = await starting({first})
        assert first not in workers()
        await loading
        assert (recognizer.model, recognizer.worker_pid) == ("mine", second)
        assert await desk.text() == TEXT
        assert desk.lost == []

    play(scene)


def test_a_model_unloaded_for_one_that_fails_is_loaded_again(mine):
    mine.write_bytes(MODEL.read_bytes()[:-1])

    async def scene(desk, recognizer):
        await recognizer.load("tiny.en-short")
        first = recognizer.worker_pid
        desk.room_for_one(mine)
        with pytest.raises(ModelError, match="ends in the middle of"):
            await recognizer.load("mine")
        assert recognizer.model == "tiny.en-short"
        assert recognizer.worker_pid != first
        assert await desk.text() == TEXT

    play(scene)


def test_a_model_that_cannot_be_loaded_again_is_reported_too(mine, tmp_path):
    used = tmp_path / "used.bin"
    shutil.copy(mine, used)
    mine.write_bytes(MODEL.read_bytes()[:-1])

    async def scene(desk, recognizer):
        await recognizer.load(str(used))
        desk.room_for_one(mine)
        used.unlink()
        expected = r"middle of .*previous model .*used\.bin cannot be loaded again"
        with pytest.raises(RecognizerError, match=expected):
            await recognizer.load("mine")
        assert recognizer.model is None
        assert workers() == set()

    play(scene)


@pytest.mark.usefixtures("mine")
def test_a_model_that_does_not_fit_at_all_is_refused_with_figures_before_anything_changes():
    async def scene(desk, recognizer):
        await recognizer.load("tiny.en-short")
        first = recognizer.worker_pid
        desk.left = 10 * MEGABYTE
        with pytest.raises(ModelError) as refused:
            await recognizer.load("mine")
        told = f"mine needs about {megabytes(need_of(MODEL))} of memory and 32 MB to spare; "
        assert str(refused.value).startswith(told)
        assert "; 10 MB are free, " in str(refused.value)
        assert str(refused.value).endswith(
            " MB more without the model in use: choose a smaller model"
        )
        assert (recognizer.model, recognizer.worker_pid) == ("tiny.en-short", first)

    play(scene)


def test_an_english_model_is_refused_for_another_language_with_advice():
    async def scene(_desk, recognizer):
        with pytest.raises(ModelError, match='language is "de"; choose a multilingual model'):
            await recognizer.load("tiny.en-short")
        assert recognizer.model is None
        assert workers() == set()

    play(scene, language="de")


def test_ten_switches_between_two_sizes_leave_no_memory_behind(tmp_path, record_property):
    sizes = {size: tmp_path / f"{size}.bin" for size in ("tiny", "base")}
    for size, path in sizes.items():
        write_random(path, size, "q5_1")
        path.with_suffix(".toml").write_text("dynamic_context = true")

    async def scene(_desk, recognizer):
        held, took = [], []
        for size in ("tiny", "base") * 5 + ("tiny",):
            begin = time.monotonic()
            await recognizer.load(str(sizes[size]))
            took.append(time.monotonic() - begin)
            worker = psutil.Process(recognizer.worker_pid)
            held.append(worker.memory_info().rss + psutil.Process().memory_info().rss)
        record_property("switch from tiny to base, seconds", f"{sorted(took[1::2])[2]:.2f}")
        record_property("memory after 10 switches to the first", f"{held[10] / held[0]:.3f}")
        assert held[10] <= 1.05 * held[0]

    play(scene)
