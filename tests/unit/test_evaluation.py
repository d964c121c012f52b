"""Runs of an evaluation: their rates, times and intervals, and how they compare."""

from saykey.measure.evaluation import Heard, Run, differences, scored
from saykey.measure.scoring.normal import normaliser
from saykey.measure.scoring.scores import Scorer, Silent

SCORER = Scorer(normaliser("en"), "en")


def heard(name, said, typed, *, waited_ms=100.0, seconds=2.0):
    return Heard(name, said, typed, seconds, 500.0, waited_ms)


def run_of(model, *pairs):
    made = (heard(str(number), said, typed) for number, (said, typed) in enumerate(pairs))
    return scored(Run(model, heard=tuple(made)), SCORER)


RIGHT, WRONG = ("one good day", "One good day."), ("one good day", "One bad day.")


def test_a_run_has_its_error_rate_with_an_interval():
    run = run_of("a", RIGHT, WRONG, RIGHT, RIGHT)
    assert run.total.word_error_rate == 1 / 12
    least, most = run.interval
    assert least == 0 < run.total.word_error_rate < most < 1 / 3


def test_recordings_in_which_nothing_is_said_do_not_count_as_words():
    run = run_of("a", RIGHT, ("", "Thank you."), ("[noise]", ""))
    assert run.total.recordings == 1
    assert run.silent == (Silent("1", 10), Silent("2", 0))


def test_a_run_without_recordings_has_no_figures():
    run = run_of("a")
    assert (run.real_time_factor, run.wait_ms(50), run.total.word_error_rate) == (None, None, 0)


def test_the_real_time_factor_is_the_work_per_second_of_sound():
    assert run_of("a", RIGHT, WRONG).real_time_factor == 0.25


def test_waits_are_given_for_shares_of_the_dictations():
    waits = [None, *range(1, 102)]
    every = tuple(heard(str(wait), "x", "x", waited_ms=wait) for wait in waits)
    run = scored(Run("a", heard=every), SCORER)
    assert (run.wait_ms(50), run.wait_ms(95)) == (51, 96)
    alone = scored(Run("a", heard=every[1:2]), SCORER)
    assert alone.wait_ms(95) == 1


def test_runs_are_compared_with_the_first_on_the_same_recordings():
    first = run_of("a", *[RIGHT] * 40)
    (found,) = differences([first, run_of("b", *[WRONG] * 40)])
    assert (found.first, found.other, found.recordings) == ("a", "b", 40)
    assert found.least == found.more == found.most == 1 / 3
    assert found.is_certain
    (same,) = differences([first, run_of("b", *[RIGHT] * 30)])
    assert (same.recordings, same.more, same.is_certain) == (30, 0.0, False)


def test_a_difference_of_few_recordings_is_not_certain():
    (found,) = differences([run_of("a", *[RIGHT] * 20), run_of("b", WRONG, *[RIGHT] * 19)])
    assert found.more > 0
    assert not found.is_certain


def test_the_name_of_a_run_says_what_differs():
    assert Run("a", ("speech.pause_ms=300",)).name == "a speech.pause_ms=300"
