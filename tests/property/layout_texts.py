"""What layouts reach of their language's letters, of ASCII and of typography; text made of that."""

import random
import string
from pathlib import Path
from unicodedata import normalize

from layouts.coverage import can_type, letters_of
from saykey.keyboard.layouts import load_layout

LENGTH = 3_000
ASCII = string.ascii_letters + string.digits + string.punctuation + " "
TYPOGRAPHIC = "‘’‚“”„‹›«»–—…•·°§¡¿€£"  # noqa: RUF001 - what recognisers and people write
DATA = Path(__file__).parents[1] / "data"


def pinned(name):
    return dict(line.split(": ", 1) for line in (DATA / name).read_text("utf-8").splitlines())


def characters(strokes, language):
    """Of letters, ASCII and typographic marks those that strokes type, and those they lack."""
    wanted = dict.fromkeys([*letters_of(language), *ASCII, *TYPOGRAPHIC])
    reached = [character for character in wanted if can_type(character, strokes)]
    return reached, [character for character in wanted if character not in reached]


def coverage_of(summary):
    """What is pinned of a layout: its language, how many characters it reaches, which it lacks."""
    strokes = load_layout(summary.os, summary.name).strokes
    reached, lacking = characters(strokes, summary.language)
    direct = sum(len(strokes.get(character, ())) == 1 for character in reached)
    lacks = " ".join(lacking) or "nothing"
    return f"{summary.language} reaches {len(reached)}, {direct} by one stroke, lacks {lacks}"


def random_text(summary, seed):
    reached, _ = characters(load_layout(summary.os, summary.name).strokes, summary.language)
    choose = random.Random(seed)  # noqa: S311 - nothing secret
    return normalize("NFC", "".join(choose.choices(reached, k=LENGTH)))
