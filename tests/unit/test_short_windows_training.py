"""The training: the loss, and a tiny student that comes nearer to its teacher's full window."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from short_windows_rig import BATCH, FLOAT32, tone, write_model

from saykey.errors import ModelError
from short_windows import models, training
from short_windows.batches import batch_of
from short_windows.evaluation import area_under_curve, measured, word_errors_of
from short_windows.hearing import Heard, Listener, fixed_for
from short_windows.loss import Answer, Loss, loss
from short_windows.recordings import Recording
from short_windows.tokens import special
from short_windows.training import (
    FROZEN,
    Plan,
    Teacher,
    Turn,
    Watcher,
    beginner,
    step,
)
from short_windows.variations import Item

NO_SPEECH = 50361
PLAN = Plan(steps=30, batch=BATCH, peak_rate=5e-4, report_every=10, save_every=16)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return models.read(write_model(tmp_path_factory.mktemp("teacher")))


@pytest.fixture(scope="module")
def batch(model):
    """One item with speech and one without."""
    hiss = np.random.default_rng(1).normal(0, 300, 12_000).astype(np.int16)
    items = [Item(tone(1.1, 500), 64, (616, 945, 901), None), Item(hiss, 64, (), None)]
    return batch_of(items, special(model.size, model.vocabulary))


def always(batch):
    while True:
        yield batch


@pytest.fixture(scope="module")
def taught(model, batch):
    """The weights of a student after a few steps, the reports and the checkpoints."""
    reports, saved = [], []
    watcher = Watcher(report=reports.append, save=saved.append)
    weights = training.teach(model, always(batch), PLAN, FLOAT32, watcher)
    return weights, reports, saved


# The training as a whole


def far_from_teacher(model, weights, batch):
    """The mean loss of a student of these weights, over some variations it has not learned from."""
    teacher = Teacher(model.weights, jnp.asarray(model.filters))
    losses = []
    for number in range(1000, 1004):
        student = beginner(replace(model, weights=weights))
        turn = Turn(jax.random.key(number), 0.0, 1)
        losses.append(step(student, teacher, batch, turn, fixed_for(model, FLOAT32))[1])
    return {name: np.mean([getattr(one, name) for one in losses]) for name in Loss._fields}


def test_the_student_comes_nearer_to_what_the_teacher_hears_in_its_full_window(
    model, batch, taught
):
    before = far_from_teacher(model, model.weights, batch)
    after = far_from_teacher(model, taught[0], batch)
    assert after["text"] < 0.5 * before["text"]
    assert after["states"] < 0.7 * before["states"]
    assert after["rows"] < before["rows"]
    assert after["silence"] < 0.9 * before["silence"]


def test_the_loss_is_reported_now_and_then(taught):
    _, reports, _ = taught
    assert [report.step for report in reports] == [10, 20, 30]
    for report in reports:
        parts = report.loss
        assert report.seconds > 0
        assert parts["silent"] == 0.5
        total = parts["text"] + 0.5 * parts["states"] + 0.3 * parts["rows"]
        assert parts["total"] == pytest.approx(total + 0.05 * parts["silence"], rel=1e-4)


def test_the_student_learns_what_silence_is(model, batch, taught):
    silence = (batch.sound[1, : batch.samples[1]] * 32768).astype(np.int16)
    (before,), (after,) = (
        Listener(model, weights, BATCH, FLOAT32).no_speech([silence], padding=0)
        for weights in (model.weights, taught[0])
    )
    assert after > 10 * before


def test_frozen_weights_stay_and_all_others_are_trained(model, taught):
    weights, _, _ = taught
    assert weights.keys() == model.weights.keys()
    for name, weight in weights.items():
        assert np.array_equal(weight, model.weights[name]) == (name in FROZEN), name


def test_checkpoints_are_saved_between_and_the_result_is_another(taught):
    weights, _, saved = taught
    assert len(saved) == 1
    name = "encoder.ln_post.bias"
    assert np.abs(saved[0][name] - weights[name]).max() > 0


def test_the_exported_student_is_the_trained_one_rounded_to_f16(model, taught, tmp_path):
    models.write(tmp_path / "student", model, taught[0])
    again = models.read(tmp_path / "student")
    for name, weight in taught[0].items():
        assert np.array_equal(again.weights[name], weight.astype(np.float16).astype(np.float32))


def test_the_same_seed_gives_the_same_student(model, batch):
    plan = replace(PLAN, steps=3)
    one, two = (training.teach(model, always(batch), plan, FLOAT32, Watcher()) for _ in range(2))
    assert all(np.array_equal(one[name], two[name]) for name in one)


def test_a_training_that_is_stopped_gives_what_was_learned_so_far(model, batch):
    reports = []
    watcher = Watcher(report=reports.append, stopped=iter([False, False, True]).__next__)
    weights = training.teach(model, always(batch), PLAN, FLOAT32, watcher)
    assert [report.step for report in reports] == [3]
    assert not np.array_equal(weights["decoder.ln.bias"], model.weights["decoder.ln.bias"])


def test_a_training_that_diverges_fails_and_saves_nothing(model, batch):
    plan = replace(PLAN, peak_rate=1e30, report_every=5, save_every=2)
    saved = []
    with pytest.raises(ModelError, match="is no number; try again with a smaller --peak-rate"):
        training.teach(model, always(batch), plan, FLOAT32, Watcher(save=saved.append))
    assert saved == []


def test_the_rate_rises_then_falls_to_nothing():
    plan = Plan(steps=1000, peak_rate=4e-5)
    rates = [plan.rate(step) for step in range(1000)]
    assert rates[0] < rates[30] < rates[59]
    assert max(rates) == pytest.approx(4e-5, rel=0.02)
    assert rates[60:] == sorted(rates[60:], reverse=True)
    assert rates[-1] < 1e-9


# The loss


@pytest.fixture
def answer(batch):
    """Made-up states and scores of some model."""
    rng, length = np.random.default_rng(4), batch.tokens.shape[1]
    shapes = (2, 128, 8), (3, 2, length, 8), (2, length, 51864)
    return Answer(*(rng.standard_normal(shape, np.float32) for shape in shapes))


def raised(values, index, by):
    """A copy in which the elements at an index are greater."""
    copy = values.copy()
    copy[index] += by
    return copy


compared = jax.jit(loss, static_argnums=3)


def test_a_student_that_equals_its_teacher_has_only_the_loss_of_silence(answer, batch):
    parts = compared(answer, answer, batch, NO_SPEECH)
    assert max(parts.text, parts.states, parts.rows) < 1e-5
    assert parts.silent == 0.5
    assert float(parts.total()) == pytest.approx(0.05 * float(parts.silence), rel=1e-3)


def test_states_count_relative_to_the_teachers(answer, batch):
    louder = answer._replace(states=1.1 * answer.states)
    parts = compared(louder, answer, batch, NO_SPEECH)
    assert float(parts.states) == pytest.approx(0.01, rel=1e-3)
    larger = answer._replace(states=11 * answer.states)
    teacher = answer._replace(states=10 * answer.states)
    again = compared(larger, teacher, batch, NO_SPEECH)
    assert float(again.states) == pytest.approx(0.01, rel=1e-3)


@pytest.mark.parametrize(
    ("position", "counts"),
    [(0, True), (4, True), (5, False), (20, False)],  # start, opening, three tokens of text, end
)
def test_only_what_is_said_behind_the_start_token_counts(answer, batch, position, counts):
    assert (batch.start[0], batch.end[0]) == (0, 5)
    other = answer._replace(logits=raised(answer.logits, (0, position, 7), 20))
    assert (compared(other, answer, batch, NO_SPEECH).text > 0.1) == counts


def test_a_prompt_does_not_count(model, answer):
    numbers = special(model.size, model.vocabulary)
    items = [Item(tone(1.0, 300), 64, (11, 12), None, prompt=(7, 8)) for _ in range(2)]
    batch = batch_of(items, numbers)
    for position, counts in ((2, False), (3, True)):
        other = answer._replace(logits=raised(answer.logits, (0, position, 7), 20))
        assert (compared(other, answer, batch, NO_SPEECH).text > 0.1) == counts


def test_audio_states_count_where_there_is_sound(answer, batch):
    sounding = 55
    for row, counts in ((sounding - 1, True), (sounding, False)):
        other = answer._replace(rows=raised(answer.rows, (0, row), 9))
        assert (compared(other, answer, batch, NO_SPEECH).rows > 0) == counts


def test_items_without_speech_teach_silence_only(answer, batch):
    other = Answer(
        raised(answer.rows, 1, 9),
        raised(answer.states, np.s_[:, 1], 9),
        raised(answer.logits, np.s_[1, :, 7], 20),
    )
    parts = compared(other, answer, batch, NO_SPEECH)
    assert max(parts.text, parts.states, parts.rows) < 1e-5
    knowing = raised(answer.logits, ([1, 1], [0, 1], [NO_SPEECH, 50256]), 50)
    knows = compared(answer._replace(logits=knowing), answer, batch, NO_SPEECH)
    assert float(knows.silence) == pytest.approx(0, abs=1e-3)


# The evaluation


def test_word_errors_are_counted_without_case_and_marks(model):
    tests = [Recording(n, tone(0.5, 300), text) for n, text in (("a", "W616, w945!"), ("b", "No."))]
    heard = [Heard((616, 945), None, 0.1, ended=True), Heard((616,), None, 0.1, ended=True)]
    assert word_errors_of(tests, heard, model.vocabulary) == (1, 3)


def test_the_area_under_the_curve_is_1_where_silence_is_always_the_likelier():
    assert area_under_curve([0.9, 0.8], [0.1, 0.7]) == 1
    assert area_under_curve([0.9, 0.1], [0.5, 0.1]) == 0.625
    assert area_under_curve([0.5], [0.5]) == 0.5


def test_an_evaluation_has_a_line_for_each_window_and_one_for_silence(model):
    listener = Listener(model, model.weights, batch=BATCH, dtype=FLOAT32)
    tests = [Recording("a", tone(1.1, 300), "w616"), Recording("b", tone(1.3, 450), "w1 w2")]
    noises = [np.zeros(8000, np.int16)]
    lines = list(measured(listener, model.vocabulary, tests, noises, [0, 64]))
    assert len(lines) == 3
    assert lines[0].startswith("window with padding 0: ")
    assert lines[0].endswith("of 3 words)")
    assert lines[1].startswith("window with padding 64: ")
    assert "for 1 sounds without speech" in lines[2]
    assert "for 2 recordings" in lines[2]
