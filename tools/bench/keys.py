"""Key strokes: how many reports a character takes, and how fast they are planned."""

import time

from bench.figures import Section, one
from saykey.cli.demo import bundled
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.reports import Planner

RUNS = 7
TIMES = 200

METHOD = f"""\
The {{length}} characters of the bundled dictation on the layout us. Planning: CPU time, {RUNS}
runs; a new planner meets each character for the first time, a used one plans the text {TIMES} times
over."""


def measured() -> Section:
    """Both."""
    text = bundled()[1]
    layout = load_layout("linux", "us")
    reports = len(Planner(layout).plan(text).reports)
    first, then = [], []
    for _ in range(RUNS):
        planner = Planner(layout)
        first.append(_speed(planner, text))
        then.append(_speed(planner, text * TIMES))
    return Section(
        "Keys",
        METHOD.format(length=len(text)),
        (
            one("reports a character, English prose", "", [reports / len(text)]),
            one("planned by a new planner", "characters a ms", first),
            one("planned by a used planner", "characters a ms", then),
        ),
    )


def _speed(planner: Planner, text: str) -> float:
    before = time.process_time()
    planner.plan(text)
    return len(text) / ((time.process_time() - before) * 1000)
