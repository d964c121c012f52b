"""The offline device hears a dataset: left-out recordings, models that fail, interruptions."""

import asyncio

import pytest
import soundfile
from offline_rig import LoadsOnce, pass_time, quiet, script, voice

from saykey.flow import PhraseId
from saykey.measure.datasets import find
from saykey.measure.datasets.item import DatasetError
from saykey.measure.evaluation import Evaluation
from saykey.offline.evaluate import Engine, Evaluator, Plan
from saykey.settings.schema import RecognizerSettings, Settings
from saykey.simulated.clock import VirtualClock
from saykey.simulated.recognizer import ScriptedRecognizer

SAID = ("Good morning.", "How are you?", "Bye.")


@pytest.fixture
def dataset(tmp_path):
    for number, text in enumerate(SAID):
        record(tmp_path / f"{number}.wav", quiet(0.4) + voice(0.8) + quiet(1.0))
        (tmp_path / f"{number}.txt").write_text(text)
    return tmp_path


def record(path, pcm16):
    with soundfile.SoundFile(path, "w", 16_000, 1, "PCM_16") as file:
        file.buffer_write(pcm16, "int16")


def plans(*models):
    return [Plan(Settings(recognizer=RecognizerSettings(model=model))) for model in models]


class Script:
    """Makes the recognizers of the runs; each types what is said, if its model is known."""

    def __init__(self, kind=ScriptedRecognizer, failures=()):
        self.kind = kind
        self.failures = failures
        self.made = []

    def engine(self, _settings, clock):
        texts = script(*((text,) for text in SAID))
        recognizer = self.kind(clock, texts, models=frozenset({"one", "two"}))
        for phrase, times in self.failures:
            recognizer.fail(phrase, times)
        self.failures = ()
        self.made.append(recognizer)
        return Engine(recognizer, lambda: 12.0)

    @property
    def open(self):
        """How many recognizers were not closed."""
        return sum(recognizer.model is not None for recognizer in self.made)


def evaluate(dataset, *models, script=None, release_s=None, stop_after=None):
    """The evaluation, and the error that ended it or None."""
    script = script or Script()
    evaluation = Evaluation("here", find.read(dataset), "en", "at its end")

    async def scene():
        clock = VirtualClock()
        count = 0

        def done(_run):
            nonlocal count
            count += 1
            if count == stop_after:
                task.cancel()

        evaluator = Evaluator(evaluation, release_s, clock, script.engine, done)
        passing = asyncio.create_task(pass_time(clock))
        task = asyncio.create_task(evaluator.run(plans(*models)))
        try:
            await asyncio.wait({task})
        finally:
            passing.cancel()
        error = asyncio.CancelledError() if task.cancelled() else task.exception()
        return evaluator.evaluation, error

    return asyncio.run(scene())


def typed(run):
    return [heard.typed for heard in run.heard]


def test_each_recording_is_heard_once_by_each_model(dataset):
    script = Script()
    evaluation, error = evaluate(dataset, "one", "two", script=script)
    assert error is None
    assert [run.model for run in evaluation.runs] == ["one", "two"]
    for run in evaluation.runs:
        assert typed(run) == list(SAID)
        assert [heard.said for heard in run.heard] == list(SAID)
        assert (run.memory_mb, run.trouble) == (12.0, "")
    assert (len(script.made), script.open) == (2, 0)


def test_recordings_end_where_the_button_is_released(dataset):
    evaluation, _ = evaluate(dataset, "one", release_s=0.3)
    assert {round(heard.seconds, 1) for heard in evaluation.runs[0].heard} == {1.6}


def test_a_recording_that_cannot_be_read_is_left_out_in_all_runs(dataset):
    (dataset / "1.wav").write_bytes(b"")
    record(dataset / "2.wav", b"")
    evaluation, error = evaluate(dataset, "one", "two")
    assert error is None
    assert [typed(run) for run in evaluation.runs] == [["Good morning."]] * 2
    told = {each.name: each.reason for each in evaluation.left_out}
    assert "is empty: name a file that holds sound" in told["1"]
    assert "holds no sound" in told["2"]


def test_a_dataset_of_which_no_recording_can_be_read_is_an_error(dataset):
    for number in range(3):
        (dataset / f"{number}.wav").write_bytes(b"")
    _, error = evaluate(dataset, "one", "two")
    assert isinstance(error, DatasetError)
    assert "no recording can be read; the first:" in str(error)


def test_a_model_that_fails_midway_keeps_its_results_and_the_next_is_heard(dataset):
    script = Script(LoadsOnce, failures=[(PhraseId(2, 1), 1)])
    evaluation, error = evaluate(dataset, "one", "two", script=script)
    assert error is None
    first, second = evaluation.runs
    assert typed(first) == ["Good morning."]
    assert "the file of one is gone" in first.trouble
    assert (typed(second), second.trouble) == (list(SAID), "")
    assert (len(script.made), script.open) == (2, 0)


def test_a_model_that_cannot_be_loaded_has_no_results(dataset):
    evaluation, _ = evaluate(dataset, "three", "one")
    first, second = evaluation.runs
    assert (first.heard, "there is no model 'three'" in first.trouble) == ((), True)
    assert typed(second) == list(SAID)


def test_an_interrupted_evaluation_keeps_what_was_heard(dataset):
    script = Script()
    evaluation, error = evaluate(dataset, "one", "two", script=script, stop_after=4)
    assert isinstance(error, asyncio.CancelledError)
    assert [typed(run) for run in evaluation.runs] == [list(SAID), ["Good morning."]]
    assert (len(script.made), script.open) == (2, 0)


def test_phrases_that_fail_are_counted(dataset):
    script = Script(failures=[(PhraseId(1, 1), 3)])
    evaluation, _ = evaluate(dataset, "one", script=script)
    assert [heard.failed for heard in evaluation.runs[0].heard] == [1, 0, 0]
