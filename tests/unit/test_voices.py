"""The pure parts of the measurements on human voices: gaps, halves, curves, places in texts."""

import numpy as np
import pytest

from saykey.errors import UsageError
from voices import curves, material, mixing
from voices.made import stands_between
from voices.repeats import digits_in
from voices.report import Section, renewed, table

RATE = mixing.RATE


def words(*pauses_s: float) -> np.ndarray:
    """One second of noise, then each pause and another second."""
    rng = np.random.default_rng(1)
    sound = [rng.normal(0, 5000, RATE)]
    for pause in pauses_s:
        sound += [rng.normal(0, 5, round(pause * RATE)), rng.normal(0, 5000, RATE)]
    return np.concatenate(sound)


def test_a_gap_is_found_in_its_middle():
    (at,) = mixing.quiet_gaps(words(0.2))
    assert at == pytest.approx(1.1 * RATE, abs=0.02 * RATE)


def test_gaps_that_are_short_or_near_an_end_are_not_used():
    assert len(mixing.quiet_gaps(words(0.3, 0.03, 0.1))) == 2
    assert mixing.quiet_gaps(words(0.2)[round(0.7 * RATE) :]) == []
    assert mixing.quiet_gaps(np.zeros(0)) == []


def test_a_pause_is_put_in_without_losing_a_sample():
    sound = words(0.2)
    longer = mixing.with_pause(sound, RATE, 1.5)
    assert len(longer) == len(sound) + 1.5 * RATE
    assert (longer[:RATE] == sound[:RATE]).all()
    assert (longer[RATE + round(1.5 * RATE) :] == sound[RATE:]).all()


def test_a_level_is_that_of_the_largest_sample():
    quiet = mixing.samples(mixing.pcm16(mixing.at_peak(words(), -40)))
    assert np.abs(quiet).max() == pytest.approx(327.68, abs=1)


def test_the_room_goes_on_around_the_sound():
    pcm = mixing.samples(mixing.in_room(words(), np.random.default_rng(2), level=10, around_s=0.5))
    assert len(pcm) == 2 * RATE
    assert np.std(pcm[: RATE // 2]) == pytest.approx(10, rel=0.1)


@pytest.mark.parametrize(
    ("said", "before", "after", "between"),
    [
        ("Please enter it, followed by pound.", "please enter it", "followed by pound", ","),
        ("You are right. Press one now.", "you are right", "press one now", "."),
        ("Please wait a little now.", "please wait", "a little now", ""),
        ("Press one, press one, press one.", "press one", "press one", None),
        ("Please wait a little now.", "please weigh", "a little now", None),
        ("Please wait.", "please", "wait", None),
    ],
)
def test_the_place_of_a_gap_is_found_by_two_words_on_either_side(said, before, after, between):
    assert stands_between(said, before.split(), after.split()) == between


def test_half_of_the_names_is_looked_at_and_always_the_same_half():
    names = [f"digits/{number}" for number in range(1000)]
    looked_at = [name for name in names if material.looked_at(name)]
    assert 450 < len(looked_at) < 550
    # a fixed sample: another rule would mix the halves
    assert [material.looked_at(name) for name in names[:6]] == [False] * 4 + [True] * 2


def test_a_missing_package_is_named_with_the_command(monkeypatch, tmp_path):
    monkeypatch.setattr(material, "PACKAGES", {"here-data": tmp_path, "gone-data": tmp_path / "x"})
    with pytest.raises(UsageError, match=r"^please run: sudo apt-get install gone-data$"):
        material.check()


def test_the_area_is_the_chance_that_speech_scores_higher():
    assert curves.area([0.9, 0.8], [0.1, 0.2]) == 1
    assert curves.area([0.1], [0.9]) == 0
    assert curves.area([0.5, 0.9], [0.5]) == 0.75
    assert curves.area([], [0.5]) == 0


def test_the_trade_off_goes_from_all_let_in_to_all_shut_out():
    points = curves.trade_off([0.4, 0.8], [0.2, 0.6])
    assert points == ((0, 100), (0, 50), (50, 50), (50, 0), (100, 0))


def test_shares_are_written_with_what_they_are_of():
    assert str(curves.share([1, 2, 3, 4], lambda number: number > 3)) == "1 of 4 (25.0 %)"
    assert str(curves.Share(0, 0)) == "0 of 0 (0.0 %)"


def test_values_below_each_limit_are_counted_in_per_cent():
    assert curves.below([0.2, 0.4], [0.1, 0.4, 1]) == ((0.1, 0), (0.4, 50), (1, 100))


@pytest.mark.parametrize(
    ("text", "digits"),
    [("4, 4, 4, 4.", "4444"), ("Four four 1123", "441123"), ("Someone, 5-0.", "50"), ("", "")],
)
def test_digits_are_read_from_figures_and_words(text, digits):
    assert digits_in(text) == digits


def test_a_section_measured_anew_replaces_the_old_one_only():
    order = ["First", "Second", "Third"]
    page = renewed("", [Section("Third", "c"), Section("First", "a\n\n### inside\n\nb")], order)
    assert page.index("## First") < page.index("## Third")
    again = renewed(page, [Section("Second", "new"), Section("Third", "other")], order)
    assert "## First\n\na\n\n### inside\n\nb\n\n## Second\n\nnew\n\n## Third\n\nother\n" in again


def test_a_table_has_a_line_under_its_head():
    assert table(("a", "b"), [(1, "x")]) == "| a | b |\n| --- | --- |\n| 1 | x |"
