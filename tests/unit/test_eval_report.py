"""The report of an evaluation, as tables, pictures, Markdown, HTML and JSON."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from saykey.measure.datasets.item import Dataset, LeftOut
from saykey.measure.evaluation import Evaluation, Heard, Run
from saykey.measure.report import write
from saykey.measure.report.as_json import as_json
from saykey.measure.report.markdown import markdown
from saykey.measure.report.page import page
from saykey.measure.report.pictures import pictures_of
from saykey.measure.report.results import results_of
from saykey.measure.report.tables import tables_of
from saykey.measure.scoring.normal import normaliser
from saykey.measure.scoring.scores import Scorer

NASTY = 'a <b> & "c" | d_e*f'
FORM = Dataset("folder", (), (LeftOut("gone", "gone.wav is missing: put the recording there"),))


def heard(name, said, typed, waited_ms=100.0, **counts):
    return Heard(name, said, typed, 2.0, 500.0, waited_ms, **counts)


def of(*runs, left_out=()):
    evaluation = Evaluation("voices", FORM, "en", "at its end", runs, left_out)
    return results_of(evaluation, Scorer(normaliser("en"), "en"))


FIRST = Run(
    "tiny",
    heard=(
        heard("a", "Good morning, Ann.", "Good morning, and.", 80.0),
        heard("b", "One good day.", "One good day."),
        heard("c", "", "Thank you."),
    ),
    parameters=37_800_000,
    memory_mb=229.4,
)
SECOND = Run("base", ("speech.pause_ms=300",), (heard("b", "One good day.", "Won day."),))
FAILED = Run("large", trouble="it does not fit: choose a smaller model")


def rows(results):
    return {table.title: [" | ".join(row) for row in table.rows] for table in tables_of(results)}


def test_the_tables_hold_the_figures_of_each_run():
    told = rows(of(FIRST, SECOND))
    assert told["Errors"][0].startswith("tiny | 2 | 6 | 16.7 % | 0.0 % to 33.3 % | ")
    assert told["Errors"][0].endswith(" | 50.0 % | 50.0 %")
    assert told["Kinds of errors"] == [
        "tiny | 0 | 1 | 0 | 0 | 0 | 0",
        "base speech.pause_ms=300 | 1 | 0 | 0 | 0 | 1 | 0",
    ]
    assert told["Differences"] == [
        "base speech.pause_ms=300 | tiny | 1 | +66.7 % | +66.7 % to +66.7 % | more errors"
    ]
    assert told["Recordings in which nothing is said"][0] == "tiny | 1 | 1 | 10"
    assert told["Speed and size"] == [
        "tiny | 0.250 s | 100 ms | 100 ms | 37.8 million | 229 MB",
        "base speech.pause_ms=300 | 0.250 s | 100 ms | 100 ms | ? | ?",
    ]


def test_one_run_is_compared_with_nothing_and_no_run_has_no_tables():
    assert "Differences" not in rows(of(FIRST))
    assert rows(of(FAILED)) == {}


def test_what_is_missing_is_said_in_lines():
    results = of(Run("tiny", heard=(heard("a", "x", "", failed=1, held=2, dropped=3),)), FAILED)
    assert results.troubles == (
        "large: ended after 0 recordings: it does not fit: choose a smaller model",
    )
    assert results.notices == (
        "tiny: not typed: phrases that the recognizer failed on: 1; "
        "doubtful texts, held: 2; doubtful texts, dropped: 3",
    )


def test_left_out_recordings_are_those_of_the_list_and_those_that_cannot_be_read():
    results = of(FIRST, left_out=(LeftOut("d", "d.wav is empty"),))
    assert [each.name for each in results.left_out] == ["gone", "d"]


def test_the_pictures_are_well_formed():
    nasty = Run(NASTY, heard=FIRST.heard)
    pictures = dict(pictures_of(of(FIRST, SECOND, nasty).runs))
    assert list(pictures) == ["words-wrong", "kinds", "waits"]
    for picture in pictures.values():
        texts = [each.text for each in ET.fromstring(picture).iter() if each.text]  # noqa: S314
        assert "tiny" in texts
        assert NASTY in texts


def test_a_picture_of_no_errors_and_no_waits_is_drawn_too():
    good = Run("good", heard=(heard("a", "x", "x", 0.0), heard("b", "y", "y", 0.0)))
    for _, picture in pictures_of(of(good).runs):
        assert "nan" not in picture
        assert "inf" not in picture


def test_bars_end_within_the_picture_and_are_as_long_as_their_values():
    (_, wrong), (_, kinds), _ = pictures_of(of(FIRST, SECOND).runs)
    bars = [float(wide) for wide in re.findall(r'width="([\d.]+)" height="22"', wrong)]
    assert bars[1] / bars[0] == pytest.approx((2 / 3) / (1 / 6), rel=0.01)
    ends = [
        float(x) + float(wide)
        for x, wide in re.findall(r'x="([\d.]+)" y="\d+" width="([\d.]+)" height="22"', kinds)
    ]
    assert max(ends) <= 760


def test_markdown_shows_the_texts_as_they_are():
    nasty = Run("tiny", heard=(heard(NASTY, f"one {NASTY}", f"two {NASTY}\n"),))
    told = markdown(of(nasty), ["words-wrong"])
    assert "![words-wrong](words-wrong.svg)" in told
    row = next(line for line in told.splitlines() if line.startswith(r"| a \<b\> & "))
    assert row.replace("\\|", "").count("|") == 4
    assert r"two a \<b\> & " in row
    assert "- gone: gone.wav is missing: put the recording there" in told.splitlines()


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.texts, self.links = [], [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in {"src", "href"}]
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def test_the_page_is_well_formed_shows_the_texts_and_loads_nothing():
    nasty = Run(NASTY, heard=(heard(NASTY, f"one {NASTY}", f"two {NASTY}"),))
    results = of(nasty, FAILED)
    tags = Tags()
    tags.feed(page(results, tuple(picture for _, picture in pictures_of(results.runs))))
    assert (tags.open, tags.links) == ([], [])
    for text in (NASTY, f"one {NASTY}", f"two {NASTY}", *results.troubles):
        assert text in tags.texts


def test_json_holds_the_figures_and_the_texts_only_if_they_are_wanted():
    told = json.loads(as_json(of(FIRST, SECOND, FAILED), texts=False))
    first = told["runs"][0]
    assert first["word_error_rate"] == pytest.approx(1 / 6)
    assert first["kinds"] == {"name": 1}
    assert first["silent"] == {"recordings": 1, "typed_something": 1, "characters": 10}
    assert told["runs"][1]["settings"] == ["speech.pause_ms=300"]
    assert told["differences"][0]["is_certain"] is True
    assert told["left_out"][0]["name"] == "gone"
    assert len(told["troubles"]) == 1
    assert "morning" not in json.dumps(told)
    assert "Good morning, and." in as_json(of(FIRST), texts=True)


def test_the_report_is_written_into_a_folder(tmp_path):
    folder = tmp_path / "new" / "report"
    write.prepare(folder)
    write.write(folder, of(FIRST, SECOND))
    names = {"kinds.svg", "report.html", "report.md", "results.json", "waits.svg"}
    assert {path.name for path in folder.iterdir()} == names | {"words-wrong.svg"}
    assert json.loads((folder / "results.json").read_text())["runs"][0]["each"][0]["said"]


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(write.ReportError, match="cannot be written"):
        write.prepare(tmp_path / "file" / "report")
