"""Text that must outlive a crash: which text that is, its bytes, and the file that keeps it."""

import logging
import shutil
import stat
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import COUCH, DESK, Story

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Verdict
from saykey.outbox.kept import Unusable, decode, encode, kept
from saykey.outbox.mirror import LARGEST, MODE, Mirror, file_system_of
from saykey.ports import Link
from saykey.settings.schema import HostSettings, Settings
from saykey.state.device import initial
from saykey.state.hosts import UNKNOWN_PIECE, After, Held

SPOKEN = "the spoken word"
KEPT = (("desk", Held(1, SPOKEN, 3, UNKNOWN_PIECE)), ("couch", Held(2, " Zażółć 👩‍👧")))


@pytest.fixture
def memory():
    """A folder in memory, as /run is."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def listening():
    story = Story()
    story.press()
    return story


# What is kept


def test_nothing_is_kept_of_a_device_at_rest():
    assert kept(Story().device) == ()


def test_text_that_waits_for_its_host_is_kept():
    story = listening()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "Hello.")
    assert kept(story.device) == (("desk", Held(1, "Hello.")),)


def test_the_piece_being_typed_is_kept_whole_and_in_doubt_until_it_is_typed():
    story = listening()
    story.say(1)
    story.hear(1, "Hello.")
    assert kept(story.device) == (("desk", Held(1, "Hello.", 5, UNKNOWN_PIECE)),)
    story.tell(ev.TypingAdvanced(1, 3))
    assert kept(story.device) == (("desk", Held(1, "Hello.", 5, UNKNOWN_PIECE)),)
    story.typed(1)
    assert kept(story.device) == ()


def test_pieces_behind_it_are_kept_as_they_are():
    story = listening()
    for number, text in enumerate(("One.", "Two.", "Three."), start=1):
        story.say(number)
        story.hear(number, text)
    assert [held for _, held in kept(story.device)] == [
        Held(1, "One.", 3, UNKNOWN_PIECE),
        Held(2, "Two.", after=After(1)),
        Held(3, "Three.", after=After(2)),
    ]


def test_text_that_waits_behind_a_phrase_not_recognised_yet_is_kept():
    story = listening()
    story.pause(1)
    story.hear(1, "One.")
    story.resume(1)
    story.say(1, revision=2)
    story.worker_dies_on(1, revision=2)
    story.say(2)
    story.hear(2, "Two.")
    assert [held.text for _, held in kept(story.device)] == ["Two."]


@pytest.mark.parametrize(("policy", "texts"), [("type", ["Two?"]), ("drop", [])])
def test_doubtful_text_is_kept_unless_it_will_be_dropped(policy, texts):
    story = Story(doubtful=policy)
    story.press()
    story.say(1)
    story.say(2)
    story.hear(2, "Two?", verdict=Verdict.DOUBTFUL)
    assert [held.text for _, held in kept(story.device)] == texts


def test_cancelled_text_is_not_kept_but_held_text_that_was_asked_for_is():
    story = listening()
    story.say(1)
    story.hear(1, "Hello.")
    story.tell(rq.Cancelled())
    assert kept(story.device) == ()
    story.stopped(1, "He", "", "llo.")
    story.link("desk", Link.DOWN)
    story.press()
    story.say(1, dictation=2)
    story.hear(1, "Again.", dictation=2)
    story.release()
    story.drained(2)
    story.link("desk", Link.UP)
    story.tell(rq.HeldTextWanted())
    story.tell(rq.Cancelled())
    assert kept(story.device) == (("desk", Held(2, " Again.", 7, UNKNOWN_PIECE)),)


def test_dropped_text_is_kept_no_longer():
    story = listening()
    story.link("desk", Link.DOWN)
    story.say(1)
    story.hear(1, "Hello.")
    story.tell(rq.HeldTextDropped())
    assert kept(story.device) == ()


def test_a_crash_keeps_the_very_texts_that_a_shutdown_holds():
    story = listening()
    for number in (1, 2, 3, 4):
        story.say(number)
    story.hear(1, "One.")
    story.hear(2, "Two.")
    story.hear(4, "Four.")
    after_a_crash = [held.text for _, held in kept(story.device)]
    story.tell(rq.ShutdownWanted())
    story.stopped(1, "", "", "One.")
    assert sorted(after_a_crash) == sorted(story.held())


def test_a_device_begins_with_what_was_kept_and_types_none_of_it_unasked():
    device, begun, _ = initial(Settings(host=(DESK, COUCH)), KEPT)
    assert kept(device) == KEPT
    assert [type(effect).__name__ for effect in begun] == ["LoadModel", "OpenLink", "OpenLink"]


def test_text_for_a_host_that_left_the_settings_is_kept_for_no_host():
    device = initial(Settings(host=(HostSettings(name="new"),)), KEPT).device
    assert [(name, held.text) for name, held in kept(device)] == [
        ("", SPOKEN),
        ("", " Zażółć 👩‍👧"),
    ]


# Its bytes

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
follows = st.sampled_from([None, UNKNOWN_PIECE])
helds = texts.flatmap(
    lambda text: st.builds(Held, st.just(0), st.just(text), st.integers(0, len(text)), follows)
)


@given(st.lists(st.tuples(texts, helds)))
def test_what_is_written_is_read_back_the_same_and_numbered(held):
    numbered = [
        (host, replace(text, number=number)) for number, (host, text) in enumerate(held, start=1)
    ]
    assert decode(encode(tuple(held))) == tuple(numbered)


@given(st.binary() | texts.map(str.encode))
def test_any_other_bytes_are_refused(data):
    with pytest.raises(Unusable):
        decode(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"version": 2, "held": []}',
        b'{"version": 1, "held": [{"host": "a", "text": "b", "doubtful": 2}]}',
        b'{"version": 1, "held": [{"host": "a", "text": "b", "doubtful": -1}]}',
        b'{"version": 1, "held": [{"host": "a", "text": 1}]}',
        b'{"version": 1, "held": [], "more": 1}',
    ],
)
def test_another_version_or_an_impossible_value_is_refused(data):
    with pytest.raises(Unusable):
        decode(data)


# Its file


def test_the_file_is_for_this_user_only_and_a_new_daemon_reads_it(memory):
    mirror = Mirror(memory / "held.json")
    mirror.open()
    mirror.keep(KEPT)
    assert stat.S_IMODE((memory / "held.json").stat().st_mode) == MODE
    assert [file.name for file in memory.iterdir()] == ["held.json"]
    assert Mirror(memory / "held.json").restore() == KEPT


def test_when_nothing_is_held_there_is_no_file(memory):
    mirror = Mirror(memory / "held.json")
    mirror.keep(KEPT)
    mirror.keep(())
    mirror.keep(())
    assert list(memory.iterdir()) == []
    assert Mirror(memory / "held.json").restore() == ()


def test_the_file_is_replaced_as_a_whole_and_only_when_the_text_changes(memory):
    path = memory / "held.json"
    mirror = Mirror(path)
    mirror.keep(KEPT)
    first = path.stat().st_ino
    mirror.keep(KEPT)
    assert path.stat().st_ino == first
    with path.open("rb") as before:
        mirror.keep(KEPT[:1])
        assert decode(before.read()) == KEPT
    assert Mirror(path).restore() == KEPT[:1]


def test_what_a_crash_left_of_a_write_does_no_harm(memory):
    unready = memory / ".held.json.new"
    unready.write_bytes(b'{"versi')
    unready.chmod(0o644)
    mirror = Mirror(memory / "held.json")
    assert mirror.restore() == ()
    mirror.keep(KEPT)
    assert [file.name for file in memory.iterdir()] == ["held.json"]
    assert stat.S_IMODE((memory / "held.json").stat().st_mode) == MODE


@pytest.mark.parametrize("data", [b"", b'{"version": 1', SPOKEN.encode(), bytes(LARGEST + 1)])
def test_a_damaged_file_is_removed_with_one_line_that_quotes_nothing_of_it(memory, caplog, data):
    path = memory / "held.json"
    path.write_bytes(data)
    assert Mirror(path).restore() == ()
    assert not path.exists()
    (line,) = caplog.messages
    assert str(path) in line
    assert SPOKEN not in line


def test_a_link_to_another_file_is_not_followed(memory, caplog):
    other = memory / "other"
    other.write_bytes(encode(KEPT))
    (memory / "held.json").symlink_to(other)
    mirror = Mirror(memory / "held.json")
    assert mirror.restore() == ()
    mirror.keep(KEPT[:1])
    assert decode(other.read_bytes()) == KEPT
    assert len(caplog.messages) == 1


def test_a_folder_that_is_not_in_memory_is_refused_once_and_nothing_is_written(caplog):
    mirror = Mirror(Path("/proc/self/held.json"))
    assert mirror.restore() == ()
    mirror.open()
    mirror.keep(KEPT)
    (line,) = caplog.messages
    assert "is not in memory (proc): set [held] mirror" in line
    assert SPOKEN not in line


def test_without_its_folder_nothing_is_kept_and_that_is_logged(memory, caplog):
    mirror = Mirror(memory / "absent" / "held.json")
    mirror.open()
    mirror.keep(KEPT)
    (line,) = caplog.messages
    assert "has no folder" in line


def test_a_folder_removed_later_is_logged_once_and_causes_no_crash(memory, caplog):
    folder = memory / "run"
    folder.mkdir()
    mirror = Mirror(folder / "held.json")
    mirror.open()
    mirror.keep(KEPT)
    shutil.rmtree(folder)
    mirror.keep(KEPT[:1])
    mirror.keep(())
    assert len(caplog.messages) == 1
    assert SPOKEN not in caplog.text


def test_the_file_system_of_a_folder_is_known_by_name(memory):
    assert file_system_of(memory) == "tmpfs"
    assert file_system_of(Path("/proc")) == "proc"


def test_no_repr_shows_the_text(caplog):
    caplog.set_level(logging.DEBUG)
    assert SPOKEN not in repr(KEPT)
