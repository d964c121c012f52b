"""GTK's text views receive exactly the planned text through a real X server.

Each report is turned into the key events that Linux makes of it, and XTEST presses those keys. GTK
uses its own input method, as on any desktop where no other one is installed.
"""

import random
import string
import time
from unicodedata import normalize

import pytest
from desktop import PATIENCE_S, Desktop

from layouts.coverage import can_type, letters_of
from saykey.keyboard.layouts import layout_summaries, load_layout
from saykey.keyboard.pace import SAFE, SLOW, WIRE
from saykey.keyboard.profile import Profile
from saykey.keyboard.reports import Planner

LANGUAGES = {summary.name: summary.language for summary in layout_summaries("linux")}
LAYOUTS = ["us", "us+intl", "de", "de+T3", "fr", "es", "pl", "gr", "ru", "vn"]
MARKS = "‘’‚“”„‹›«»–—…•·°§¡¿€£\n"  # noqa: RUF001 - what recognisers and people write
FASTER = 20
"""The times of a pace are divided by this. "human" differs from "slow" in its times only."""

GTK_3_LACKS = frozenset("ỚớỜờỞởỠỡỢợỨứỪừỬửỮữỰự")
"""Characters that GTK 3 does not compose of a dead key and a base, whatever the keyboard.

It keeps 16 bits of a keysym (gtkimcontextsimple.c, compose_buffer); those of ơ and ư have 25.
"""


@pytest.fixture(scope="module", params=["3.0", "4.0"], ids=["GTK 3", "GTK 4"])
def desktop(request, tmp_path_factory):
    opened = Desktop(request.param, tmp_path_factory.mktemp("home"))
    if opened.gtk == "4.0":
        wait_for_sequences(opened)
    yield opened
    opened.close()


def wait_for_sequences(desktop):
    """GTK 4 reads the file of all sequences in a thread, and composes fewer until it has.

    See gtk_im_context_simple_init_compose_table in gtkimcontextsimple.c.
    """
    desktop.set_layout("vn")
    reports = Planner(load_layout("linux", "vn"), Profile(pace=WIRE)).plan("ớ").reports
    until = time.monotonic() + PATIENCE_S
    while desktop.shown_after(reports, FASTER) != "ớ":
        assert time.monotonic() < until, f"no sequences read in {PATIENCE_S} s"


def layout_without(name, lacking):
    """The strokes of a layout, less those sequences by which it types the characters given."""
    strokes = load_layout("linux", name).strokes
    return {c: keys for c, keys in strokes.items() if c not in lacking or len(keys) == 1}


def text_for(name, lacking=frozenset()):
    """Letters of the language, ASCII and marks, as far as the layout has them; each twice."""
    wanted = dict.fromkeys([*letters_of(LANGUAGES[name]), *string.printable[:95], *MARKS])
    typed = layout_without(name, lacking)
    twice = [c for c in wanted if c == "\n" or can_type(c, typed)] * 2
    random.Random(name).shuffle(twice)  # noqa: S311 - nothing secret
    return normalize("NFC", "".join(twice))


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_text_view_shows_what_was_to_be_typed_at_every_pace(desktop, name, record_property):
    desktop.set_layout(name)
    text = text_for(name, GTK_3_LACKS if desktop.gtk == "3.0" else frozenset())
    record_property(f"characters typed into a text view of GTK {desktop.gtk}, {name}", len(text))
    for pace in (WIRE, SAFE, SLOW):
        plan = Planner(load_layout("linux", name), Profile(pace=pace)).plan(text)
        assert plan.substitutions == ()
        shown = desktop.shown_after(plan.reports, FASTER)
        assert normalize("NFC", shown) == text, pace.name


def test_gtk_3_alone_does_not_compose_what_is_left_out_of_its_text(desktop):
    desktop.set_layout("vn")
    planner = Planner(load_layout("linux", "vn"), Profile(pace=WIRE))
    composed = {
        character: desktop.shown_after(planner.plan(character).reports, FASTER) == character
        for character in sorted(GTK_3_LACKS)
    }
    assert set(composed.values()) == {desktop.gtk == "4.0"}
