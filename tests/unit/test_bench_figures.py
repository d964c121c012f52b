"""How the figures of `make bench` are judged and written."""

import re
from dataclasses import replace

import pytest
from PIL import Image

from bench.figures import MISSED, OK, Section, for_terminal, one, page, rounded
from bench.plots import Group, plot
from bench.waiting import left_ms


def test_a_figure_is_the_median_of_its_runs_and_kept_up_to_its_bound():
    assert one("cost", "ms", [9.0, 10.0, 30.0], bound=10.0).value == 10.0
    assert one("cost", "ms", [9.0, 10.0, 30.0], bound=10.0).verdict == OK
    assert one("cost", "ms", [9.0, 10.1, 10.2], bound=10.0).verdict == MISSED
    assert one("cost", "ms", [9.0]).verdict == ""


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"), (0.01234, "0.0123"), (1.0, "1.00"), (9.996, "10.00"), (12.34, "12.3"),
        (123.4, "123"), (1673.2, "1,673"), (-2.5, "-2.50"),
    ],
)  # fmt: skip
def test_figures_have_three_significant_digits(value, written):
    assert rounded(value) == written


def section(*bounds):
    figures = (one(f"figure {n}", "ms", [5.0, 7.0, 6.0], bound) for n, bound in enumerate(bounds))
    return Section("Costs", "By the clock.", tuple(figures), (0.25, 1.5))


def test_the_page_names_what_is_missed_and_says_how_busy_the_machine_was():
    written = page("A machine.", [section(5.0, None), section(9.0)])
    assert "**MISSED: figure 0.**" in written
    assert "| figure 0 | 6.00 ms | 5.00 to 7.00 (3) | 5.00 ms | MISSED |" in written
    assert "By the clock.\n\nLoad while it was measured: 0.2 to 1.5." in written


def test_a_page_without_a_miss_says_that_all_bounds_are_kept():
    written = page("A machine.", [section(6.0), section(None)])
    assert "All bounds are kept." in written
    assert MISSED not in written


def test_the_terminal_shows_the_same_in_columns():
    lines = for_terminal(section(5.0, None)).splitlines()
    assert lines[0] == "Costs"
    cells = re.split(" {2,}", lines[2].strip())
    assert cells == ["figure 0", "6.00 ms", "5.00 to 7.00 (3)", "5.00 ms", "MISSED"]
    assert [lines[1].index("at most"), lines[1].index("median")] == [
        lines[2].index(cells[3], lines[2].index(cells[2]) + len(cells[2])),
        lines[2].index(cells[1]),
    ]


@pytest.mark.parametrize(
    ("took_ms", "silence_s", "left"),
    [(400, 0.0, 650), (400, 0.25, 400), (400, 0.6, 50), (400, 1.0, 0)],
)
def test_a_guess_at_the_pause_leaves_the_rest_of_its_time_at_the_release(took_ms, silence_s, left):
    assert left_ms(took_ms, silence_s) == pytest.approx(left)


def test_a_picture_is_between_the_table_and_the_method():
    written = page("A machine.", [replace(section(6.0), picture="costs.png")])
    assert "|\n\n![Costs](images/costs.png)\n\nBy the clock." in written


def test_a_plot_shows_each_run_where_it_belongs(tmp_path):
    bound = Group("at most", [(0, 50), (1000, 1050)])
    plot(tmp_path / "p.png", "Runs", ("left", "ms"), bound, [Group("a", [(0, 0), (1000, 750)])])
    with Image.open(tmp_path / "p.png") as picture:
        assert picture.size == (1800, 920)
        # three quarters up a scale of 1500 is a half; 1000 of 1000 is the right margin
        assert picture.getpixel((1740, 450)) == (0x1D, 0x3F, 0x66)
        assert picture.getpixel((160, 780)) == (0x1D, 0x3F, 0x66)
