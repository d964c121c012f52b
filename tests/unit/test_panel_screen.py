"""The screen of each state of the device."""

import pkgutil
from dataclasses import replace
from itertools import product

import pytest

from saykey.flow import Loudness
from saykey.panel import screens
from saykey.panel.screen import BAR_STEPS, Bar, BarKind, Mark
from saykey.panel.screens.order import SCREENS, screen_of
from saykey.panel.view import Fault, Listening, ModelState, View
from saykey.ports import Link

IDLE = View(host="office", link=Link.UP, model="tiny.en-short", model_state=ModelState.READY)
LOST = Fault("No microphone", "Plug it in again, then press the button.")
QUIET, CLIPPED = Loudness.TOO_QUIET, Loudness.CLIPPED


def shown(**changes):
    return screen_of(replace(IDLE, **changes))


@pytest.mark.parametrize(
    ("changes", "headline"),
    [
        ({}, "Ready"),
        ({"capture": Listening.LISTENING}, "Listening"),
        ({"capture": Listening.FINISHING}, "Finishing"),
        ({"phrases": 1}, "Thinking"),
        ({"typing": (3, 20)}, "Typing"),
        ({"held": 34}, "Held"),
        ({"failed": 1}, "Not recognised"),
        ({"faults": (LOST,)}, "No microphone"),
        ({"model_state": ModelState.LOADING}, "Loading"),
        ({"model_state": ModelState.FAILED}, "No model"),
        ({"link": Link.ASLEEP}, "Asleep"),
        ({"link": Link.DOWN}, "Not connected"),
        ({"link": Link.UNKNOWN}, "Connecting"),
    ],
)
def test_the_headline_of_each_state(changes, headline):
    assert shown(**changes).headline == headline


def test_while_listening_nothing_else_takes_the_headline():
    everything = {"phrases": 2, "typing": (1, 9), "held": 5, "failed": 1, "faults": (LOST,)}
    assert shown(capture=Listening.LISTENING, link=Link.DOWN, **everything).headline == "Listening"


def test_faults_come_before_text_that_waits():
    assert shown(held=34, failed=1, faults=(LOST,)).headline == "No microphone"


@pytest.mark.parametrize(
    ("changes", "note", "loud"),
    [
        ({}, "Hold to talk", False),
        ({"toggle": True}, "Tap to talk", False),
        ({"held": 34}, "Tap to type 34 held", True),
        ({"held": 34, "toggle": True}, "Hold to type 34 held", True),
        ({"held": 12345}, "Tap to type 12345", True),
        ({"held": 34, "link": Link.DOWN}, "34 wait for the link", False),
        ({"held": 34, "faults": (LOST,)}, "Tap to type 34 held", True),
        ({"link": Link.DOWN}, "Text will be held", False),
        ({"link": Link.ASLEEP}, "Press to wake it", False),
        ({"substitutions": 1}, "1 letter replaced", False),
        ({"substitutions": 2}, "2 letters replaced", False),
        ({"lost_ms": 240, "substitutions": 2}, "Lost 240 ms of sound", False),
        ({"capture": Listening.LISTENING}, "", False),
        ({"capture": Listening.LISTENING, "phrases": 1}, "1 phrase at work", False),
        ({"capture": Listening.LISTENING, "phrases": 2}, "2 phrases at work", False),
        ({"capture": Listening.LISTENING, "held": 34}, "34 held", False),
        ({"capture": Listening.LISTENING, "link": Link.DOWN}, "Text will be held", False),
        ({"loudness": QUIET}, "Too quiet: go closer", False),
        ({"loudness": CLIPPED}, "Too loud: move back", False),
        ({"loudness": QUIET, "substitutions": 2}, "Too quiet: go closer", False),
        ({"loudness": QUIET, "lost_ms": 240}, "Lost 240 ms of sound", False),
        ({"loudness": QUIET, "capture": Listening.LISTENING}, "Too quiet: go closer", False),
        ({"loudness": CLIPPED, "phrases": 3}, "Too loud: move back", False),
        ({"loudness": CLIPPED, "typing": (1, 9), "substitutions": 2}, "Too loud: move back", False),
        ({"loudness": QUIET, "phrases": 3, "link": Link.DOWN}, "Text will be held", False),
        ({"loudness": QUIET, "held": 34}, "Tap to type 34 held", True),
        ({"wordless": True}, "No words heard", False),
        ({"wordless": True, "toggle": True}, "No words heard", False),
        ({"wordless": True, "link": Link.ASLEEP}, "No words heard", False),
        ({"phrases": 1}, "", False),
        ({"phrases": 3}, "3 phrases at work", False),
    ],
)
def test_the_note_says_what_the_user_can_do_or_should_know(changes, note, loud):
    screened = shown(**changes)
    assert (screened.note, screened.loud) == (note, loud)


def test_advice_runs_on_into_the_note_when_that_is_free():
    assert (*shown(faults=(LOST,)).words, shown(faults=(LOST,)).note) == (
        "Plug it in again,",
        "then press the",
        "button.",
    )


def test_advice_cut_short_by_a_note_says_so():
    assert shown(faults=(LOST,), held=3).words == ("Plug it in again,", "then press the butto…")


def test_the_newest_words_are_shown_whatever_the_length_of_the_text():
    spoken = "This was said long ago, and this is what was said only just now."
    assert shown(text=spoken).words == ("…and this is what was", "said only just now.")


def test_held_text_in_doubt_says_that_its_start_may_be_doubled():
    held = shown(held=34, held_text="Could you send it by Friday?", held_doubtful=True)
    assert held.words == ("…send it by Friday?", "Start may be doubled")


@pytest.mark.parametrize(
    ("level_db", "filled"),
    [(-96.0, 0), (-61.0, 0), (-36.0, 6), (-12.0, BAR_STEPS), (0.0, BAR_STEPS)],
)
def test_the_level_bar_spans_a_quiet_room_to_loud_speech(level_db, filled):
    bar = shown(capture=Listening.LISTENING, level_db=level_db).bar
    assert bar == Bar(BarKind.LEVEL, filled)


def test_a_level_that_hardly_changes_is_no_new_screen():
    listening = replace(IDLE, capture=Listening.LISTENING)
    looks = {screen_of(replace(listening, level_db=db)) for db in (-28.0, -28.4, -29.0)}
    assert len(looks) == 1


def test_typing_shows_its_progress_if_that_is_known():
    assert shown(typing=(5, 10)).bar == Bar(BarKind.PROGRESS, BAR_STEPS // 2)
    assert shown(typing=(10, 10)).bar == Bar(BarKind.PROGRESS, BAR_STEPS)
    assert shown(typing=(0, 0)).bar is None


def test_spoken_words_stay_out_of_what_a_log_would_print():
    spoken = "xyzzy"
    view = replace(IDLE, text=spoken, held_text=spoken, held=5)
    assert spoken not in repr(view)
    assert spoken not in repr(screen_of(view))


def test_every_mark_is_used_by_some_state():
    used = {
        shown(**changes).mark
        for changes in (
            {},
            {"capture": Listening.LISTENING},
            {"phrases": 1},
            {"typing": (1, 2)},
            {"held": 1},
            {"model_state": ModelState.LOADING},
            {"link": Link.ASLEEP},
            {"link": Link.DOWN},
            {"failed": 1},
        )
    }
    assert used == set(Mark)


def test_every_file_of_a_screen_has_its_place_in_the_order():
    files = {module.name for module in pkgutil.iter_modules(screens.__path__)}
    ordered = [screen.__module__.rpartition(".")[2] for screen in SCREENS]
    assert sorted(ordered) == sorted(files - {"order", "parts"})


def test_a_view_has_a_screen_whatever_the_states_of_its_parts():
    for capture, link, model in product(Listening, Link, ModelState):
        assert shown(capture=capture, link=link, model_state=model).headline
