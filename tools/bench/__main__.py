"""``python -m bench``: measure all, print the tables, write docs/bench.md.

The exit status is 0 even if a bound is missed, because the machine may be busy.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

from bench import (
    answers,
    cost,
    engine,
    keys,
    models,
    peers,
    reports,
    round_trip,
    start,
    switching,
    waiting,
)
from bench.figures import Section, for_terminal, page
from bench.machine import described, watched

DOCS = Path(__file__).parents[2] / "docs"
PAGE, PICTURES = DOCS / "bench.md", DOCS / "images"


def main() -> None:
    """Take all measurements, the quickest first."""
    machine = described()
    print(machine, end="\n\n", flush=True)
    small = [_told(watched(measure)) for measure in (start.measured_help, start.measured_start)]
    small += [
        _told(watched(measure))
        for measure in (keys.measured, round_trip.measured, reports.measured)
    ]
    before = os.getloadavg()[0]
    sections = [
        _told(replace(section, load=(before, os.getloadavg()[0]))) for section in cost.measured()
    ]
    sections += [
        _told(watched(measure))
        for measure in (
            answers.measured,
            lambda: waiting.measured_guesses(PICTURES),
            waiting.measured_lengths,
            engine.measured_ratio,
            engine.measured_memory,
            engine.measured_sizes,
            models.measured,
            switching.measured,
        )
    ]
    if os.environ.get("PEERS"):
        sections.append(_told(watched(peers.measured)))
    sections += small
    PAGE.write_text(page(machine, sections), "utf-8")
    missed = [figure.name for section in sections for figure in section.missed]
    print(f"MISSED: {'; '.join(missed)}" if missed else "All bounds are kept.")
    sys.stdout.write("Written to docs/bench.md.\n")


def _told(section: Section) -> Section:
    print(for_terminal(section), end="\n\n", flush=True)
    return section


if __name__ == "__main__":
    main()
