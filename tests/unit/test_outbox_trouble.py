"""Trouble with the file of held text: a full disk, and names that exist already."""

import asyncio
import logging
import os
import resource
import shutil
import stat
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from saykey import events as ev
from saykey import requests as rq
from saykey.flow import Phrase, PhraseId, Transcript, Verdict
from saykey.hub import Hub
from saykey.keeper import Keeper
from saykey.outbox.kept import encode, kept
from saykey.outbox.mirror import MODE, Mirror, only_ours
from saykey.ports import Link
from saykey.settings.schema import Settings
from saykey.simulated.clock import VirtualClock
from saykey.state.device import initial
from saykey.state.hosts import Held

ONE = (("desk", Held(1, "the first spoken words")),)
TWO = (*ONE, ("desk", Held(2, "and the second")))
THREE = (*TWO, ("desk", Held(3, "and the third")))
FITS = 8
"""Bytes left on the full file system: enough to create a file with part of the text."""


@pytest.fixture
def memory():
    """A folder in memory, as /run is."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def log(caplog):
    caplog.set_level(logging.INFO)
    return caplog


@contextmanager
def full():
    """Limit the files of this process to a few bytes, as on a full file system.

    Python ignores SIGXFSZ, so a write fails with EFBIG (setrlimit(2)).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FITS, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def restored(folder):
    return Mirror(folder / "held.json").restore()


# A full file system


def test_text_that_cannot_be_updated_is_removed_and_written_again_at_the_next_change(memory):
    mirror = Mirror(memory / "held.json")
    mirror.keep(ONE)
    with full():
        mirror.keep(TWO)
        assert list(memory.iterdir()) == []
    mirror.keep(THREE)
    assert restored(memory) == THREE


def test_the_same_text_is_tried_again_too(memory):
    mirror = Mirror(memory / "held.json")
    with full():
        mirror.keep(ONE)
    mirror.keep(ONE)
    assert restored(memory) == ONE


def test_dropped_text_is_erased_though_nothing_can_be_written(memory):
    mirror = Mirror(memory / "held.json")
    mirror.keep(TWO)
    with full():
        mirror.keep(())
    assert list(memory.iterdir()) == []


def test_each_period_of_trouble_is_logged_once_and_so_is_its_end(memory, log):
    mirror = Mirror(memory / "held.json")
    for _ in range(2):
        with full():
            for held in (ONE, TWO, THREE):
                mirror.keep(held)
        mirror.keep(TWO)
        mirror.keep(ONE)
    begun, over = "held text would be lost in a crash", "held text survives a crash again"
    assert [begun in line for line in log.messages] == [True, False, True, False]
    assert [over in line for line in log.messages] == [False, True, False, True]
    assert "spoken" not in log.text


def test_a_folder_that_comes_back_is_used_again(memory, log):
    folder = memory / "run"
    mirror = Mirror(folder / "held.json")
    mirror.open()
    mirror.keep(ONE)
    folder.mkdir()
    mirror.keep(TWO)
    assert restored(folder) == TWO
    assert len(log.messages) == 2


def test_a_file_in_place_of_the_folder_is_logged_in_one_line(memory, log):
    (memory / "run").touch()
    mirror = Mirror(memory / "run/held.json")
    mirror.open()
    mirror.keep(ONE)
    (line,) = log.messages
    assert "has no folder" in line


DICTATING_TO_NOBODY = (
    ev.ModelReady("tiny.en-short"),
    ev.LinkChanged("computer", Link.DOWN),
    rq.DictationStarted(0),
)
TYPED = (
    ev.LinkChanged("computer", Link.UP),
    rq.HeldTextWanted(),
    ev.TypingFinished(1),
    ev.TypingFinished(2),
)


def spoken(number, text):
    ident = PhraseId(1, number)
    return (
        ev.PhraseEnded(Phrase(ident, 1, number * 16_000, number * 16_000 + 8_000)),
        ev.Recognised(Transcript(ident, 1, text, "en", "tiny.en-short", 1, Verdict.GOOD)),
    )


def life(path, *, before=(), while_full=(), after=()):
    """Run a device from its start to its crash: the texts it found, and those it held last."""

    async def lived():
        keeper = Keeper(Mirror(path), None, VirtualClock())
        hub = Hub(initial(Settings(), keeper.found), VirtualClock(), lambda _effect: None)
        hub.observe(keeper.observe)
        running = asyncio.create_task(hub.run())
        for event in before:
            await hub.ask(event)
        with full():
            for event in while_full:
                await hub.ask(event)
        for event in after:
            await hub.ask(event)
        running.cancel()
        return texts(keeper.found), texts(kept(hub.device))

    return asyncio.run(lived())


def texts(held):
    return [text.text for _, text in held]


def test_what_was_typed_while_the_disk_was_full_is_not_offered_after_a_crash(memory):
    path = memory / "held.json"
    said = (*DICTATING_TO_NOBODY, *spoken(1, "One."))
    assert life(path, before=said, while_full=(*spoken(2, "Two."), *TYPED)) == ([], [])
    assert life(path) == ([], [])


def test_what_is_held_once_the_disk_has_room_again_is_offered_after_a_crash(memory):
    path = memory / "held.json"
    one, two = spoken(1, "One."), spoken(2, "Two.")
    _, held = life(path, before=DICTATING_TO_NOBODY, while_full=one, after=two)
    assert held == ["One.", "Two."]
    assert life(path) == (held, held)


# Names that exist already


def _file(path, _other):
    path.touch()
    path.chmod(0o666)


def _hard_link(path, other):
    path.hardlink_to(other)


def _symbolic_link(path, other):
    path.symlink_to(other)


def _fifo(path, _other):
    os.mkfifo(path, 0o666)


TAKEN = [_file, _hard_link, _symbolic_link, _fifo]


@pytest.mark.parametrize("take", TAKEN)
@pytest.mark.parametrize("name", [".held.json.new", "held.json"])
def test_a_file_that_has_the_name_already_receives_nothing_spoken(memory, take, name):
    other = memory / "other"
    other.write_text("of another")
    take(memory / name, other)
    reading = os.open(memory / name, os.O_RDONLY | os.O_NONBLOCK)
    mirror = Mirror(memory / "held.json")
    mirror.keep(ONE)
    assert b"spoken" not in os.read(reading, 1000)
    os.close(reading)
    assert other.read_text() == "of another"
    status = (memory / "held.json").lstat()
    assert (stat.S_ISREG(status.st_mode), stat.S_IMODE(status.st_mode)) == (True, MODE)
    assert restored(memory) == ONE
    assert not (memory / ".held.json.new").exists()


@pytest.mark.parametrize("take", TAKEN)
def test_a_file_that_has_the_name_at_the_start_is_removed_and_not_read(memory, take, log):
    other = memory / "other"
    other.write_text("of another")
    take(memory / "held.json", other)
    assert restored(memory) == ()
    assert os.listdir(memory) == ["other"]  # noqa: PTH208  a link that leads nowhere counts
    assert other.read_text() == "of another"
    (line,) = log.messages
    assert "it is removed" in line


@pytest.mark.parametrize("name", [".held.json.new", "held.json"])
def test_a_folder_of_that_name_is_logged_and_once_it_is_gone_text_is_kept(memory, name, log):
    (memory / name).mkdir()
    mirror = Mirror(memory / "held.json")
    mirror.keep(ONE)
    assert [file.name for file in memory.iterdir()] == [name]
    (line,) = log.messages
    assert "is a folder: set" in line or "(Is a directory): check" in line
    (memory / name).rmdir()
    mirror.keep(ONE)
    assert restored(memory) == ONE


def test_half_a_write_that_a_crash_left_is_removed_at_the_start(memory):
    (memory / ".held.json.new").write_bytes(encode(ONE)[:-5])
    assert restored(memory) == ()
    assert list(memory.iterdir()) == []


def test_old_text_that_cannot_be_removed_is_logged_and_removed_when_it_can_be(memory, log):
    mirror = Mirror(memory / "held.json")
    mirror.keep(ONE)
    (memory / "held.json").unlink()
    (memory / "held.json").mkdir()
    mirror.keep(())
    (line,) = log.messages
    assert "contains old text and cannot be removed (Is a directory): remove it" in line
    (memory / "held.json").rmdir()
    (memory / "held.json").write_bytes(encode(ONE))
    mirror.keep(())
    assert list(memory.iterdir()) == []


# Folders that others may write to


def folder_of(mode, user):
    return os.stat_result((stat.S_IFDIR | mode, 0, 0, 2, user, 0, 0, 0, 0, 0))


@pytest.mark.parametrize(
    ("mode", "owner", "ours"),
    [
        (0o700, 1000, True),
        (0o755, 0, True),
        (0o1777, 0, True),
        (0o775, 1000, True),
        (0o777, 1000, False),
        (0o1777, 1001, False),
        (0o700, 1001, False),
    ],
)
def test_a_folder_is_used_if_nobody_else_can_rename_what_is_in_it(mode, owner, ours):
    assert only_ours(folder_of(mode, owner), user=1000) is ours


def test_a_folder_that_all_may_write_to_is_refused(memory, log):
    memory.chmod(0o777)
    mirror = Mirror(memory / "held.json")
    mirror.open()
    mirror.keep(ONE)
    assert list(memory.iterdir()) == []
    (line,) = log.messages
    assert f"in {memory}, where others can replace it" in line
