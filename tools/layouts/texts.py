"""Lists the letters, ASCII and typographic characters that a layout types; makes text of them.

Text files below tests/data pin the lists, so that a table that lost entries is noticed.
"""

import random
import string
from collections.abc import Mapping
from pathlib import Path
from unicodedata import normalize

from layouts.coverage import can_type, letters_of
from saykey.flow import Stroke
from saykey.keyboard.layouts import LayoutSummary, load_layout

LENGTH = 3_000
ASCII = string.ascii_letters + string.digits + string.punctuation + " "
TYPOGRAPHIC = "‘’‚“”„‹›«»–—…•·°§¡¿€£"  # noqa: RUF001 - what recognisers and people write
DATA = Path(__file__).parents[2] / "tests/data"


def pinned(name: str) -> dict[str, str]:
    """What `coverage_of` should return for each layout, by its name, from a file in tests/data."""
    return dict(line.split(": ", 1) for line in (DATA / name).read_text("utf-8").splitlines())


def characters(
    strokes: Mapping[str, tuple[Stroke, ...]], language: str
) -> tuple[list[str], list[str]]:
    """The letters, ASCII and typographic characters that the strokes type, and those they lack."""
    wanted = dict.fromkeys([*letters_of(language), *ASCII, *TYPOGRAPHIC])
    reached = [character for character in wanted if can_type(character, strokes)]
    return reached, [character for character in wanted if character not in reached]


def coverage_of(summary: LayoutSummary) -> str:
    """A layout's pinned line: its language, how many characters it reaches, which it lacks."""
    strokes = load_layout(summary.os, summary.name).strokes
    reached, lacking = characters(strokes, summary.language)
    direct = sum(len(strokes.get(character, ())) == 1 for character in reached)
    lacks = " ".join(lacking) or "nothing"
    return f"{summary.language} reaches {len(reached)}, {direct} by one stroke, lacks {lacks}"


def random_text(summary: LayoutSummary, seed: str) -> str:
    """LENGTH random characters that the layout types; NFC may make them somewhat fewer."""
    reached, _ = characters(load_layout(summary.os, summary.name).strokes, summary.language)
    choose = random.Random(seed)  # noqa: S311 - nothing secret
    return normalize("NFC", "".join(choose.choices(reached, k=LENGTH)))
