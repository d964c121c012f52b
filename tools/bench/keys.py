"""Key strokes: reports per character, the speed of typing, and the cost of planning."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Section, one
from saykey.keyboard.layouts import load_layout
from saykey.keyboard.pace import MS, PACES
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Plan, Planner

PROSE = Path(__file__).parents[2] / "tests/data/prose.txt"
RUNS, LOADS = 5, 7
LENGTH = 20_000
NS = 1_000_000_000
MOST_REPORTS = {"wire": 1.05, "safe": 1.35}
MOST_PLANNING_US = 5.0  # 200,000 characters a second
MOST_LOAD_MS, MOST_LOAD_MB = 15.0, 3.0
POLL_NS = 1 * MS
_BOUNDED = {"English prose", "German", "Chinese"}

METHOD = f"""\
Reports: tests/data/prose.txt ({{length:,}} characters) on the layout us. Typing speed is computed:
a report is held as long as its pace says, but at least for the host's polling interval of a
millisecond, as f_hid lets a high-speed host poll. Planning: CPU time of {LENGTH:,} characters,
{RUNS} runs, each with a new planner that meets every character for the first time; 200,000
characters a second are {MOST_PLANNING_US:g} µs each. A bound is set where the layout has the
letters or the characters come back; elsewhere the search for similar characters takes most of the
time. Prose is repeated. The other texts are random: German letters and punctuation on the layout
de; on us, Chinese of 2,500 different characters, emoji, and a mixture of all four. The last line is
of {LENGTH:,} out of 20,900 characters: most occur only once, and none is on the keyboard. Loading
the layout de: processes that do nothing else, {LOADS} runs; memory is the growth of the peak
resident set, in MB of 10^6 bytes."""

LOADING = """
import json, re, time
from saykey.keyboard.layouts import load_layout
def peak():
    return int(re.search(r"VmHWM:\\s*(\\d+) kB", open("/proc/self/status").read())[1]) * 1024 / 1e6
memory, cpu = peak(), time.process_time()
load_layout("linux", "de")
print(json.dumps([(time.process_time() - cpu) * 1000, peak() - memory]))
"""


def measured() -> Section:
    """Reports, planning and loading."""
    prose = PROSE.read_text("utf-8")
    figures = (*_reports(prose), *_planning(prose), *_loading())
    return Section("Keys", METHOD.format(length=len(prose)), figures)


def _reports(prose: str) -> Iterator[Figure]:
    plans = {
        name: Planner(load_layout("linux", "us"), Profile(pace=pace)).plan(prose)
        for name, pace in PACES.items()
    }
    for name, plan in plans.items():
        reports = len(plan.reports) / len(prose)
        yield one(f"reports a character, {name}", "", [reports], MOST_REPORTS.get(name))
    for name, plan in plans.items():
        speed = len(prose) / seconds_of(plan)
        yield one(f"typed at pace {name}", "characters a second", [speed])


def seconds_of(plan: Plan) -> float:
    """How long a plan takes on a host that polls each millisecond and is never late."""
    return sum(max(report.hold_ns, POLL_NS) for report in plan.reports) / NS


def _planning(prose: str) -> Iterator[Figure]:
    for what, (layout, text) in _texts(prose).items():
        table = load_layout("linux", layout)
        runs = [_us_a_character(Planner(table), text) for _ in range(RUNS)]
        bound = MOST_PLANNING_US if what in _BOUNDED else None
        yield one(f"planning {what}", "µs", runs, bound)


def _texts(prose: str) -> dict[str, tuple[str, str]]:
    chance = random.Random("texts to plan")  # noqa: S311 - nothing secret
    some = [chr(code) for code in chance.sample(range(0x4E00, 0x9FA5), 2_500)]
    letters = (
        "abcdefghijklmnopqrstuvwxyzäöüß" * 4 + "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÜ.,!?„“–" + " " * 20
    )
    emoji = [chr(code) for code in (*range(0x1F300, 0x1F650), *range(0x1F900, 0x1FA00))]
    english = (prose * (LENGTH // len(prose) + 1))[:LENGTH]
    german, chinese, pictures = (
        "".join(chance.choices(alphabet, k=LENGTH)) for alphabet in (letters, some, emoji)
    )
    mixed = "".join(map(chance.choice, zip(english, german, chinese, pictures, strict=True)))
    new = "".join(chr(code) for code in chance.choices(range(0x4E00, 0x9FA5), k=LENGTH))
    return {
        "English prose": ("us", english),
        "German": ("de", german),
        "Chinese": ("us", chinese),
        "emoji": ("us", pictures),
        "a mixture": ("us", mixed),
        "Chinese, all of it new": ("us", new),
    }


def _us_a_character(planner: Planner, text: str) -> float:
    before = time.process_time()
    planner.plan(text)
    return (time.process_time() - before) * 1e6 / len(text)


def _loading() -> Iterator[Figure]:
    runs = [
        json.loads(
            subprocess.run([sys.executable, "-c", LOADING], capture_output=True, check=True).stdout
        )
        for _ in range(LOADS)
    ]
    cpu, memory = zip(*runs, strict=True)
    yield one("loading a layout: CPU", "ms", cpu, MOST_LOAD_MS)
    yield one("loading a layout: memory", "MB", memory, MOST_LOAD_MB)
