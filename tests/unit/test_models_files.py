"""Files are written whole or not at all, by one process at a time, even after crashes."""

import os
import subprocess
import sys

import pytest

from saykey.errors import ModelError
from saykey.models.formats.file_io import write_all
from saykey.models.store.atomic_files import alone, written


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_a_file_takes_its_name_when_it_is_whole(tmp_path):
    target = tmp_path / "m.bin"
    with written(target) as out:
        assert names_in(tmp_path) == [".m.bin.part"]
        write_all(out, b"model")
    assert target.read_bytes() == b"model"
    assert names_in(tmp_path) == ["m.bin"]


def test_what_goes_wrong_leaves_the_file_before_and_nothing_else(tmp_path):
    (tmp_path / "m.bin").write_bytes(b"before")

    def interrupted():
        with written(tmp_path / "m.bin") as out:
            write_all(out, b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert (tmp_path / "m.bin").read_bytes() == b"before"
    assert names_in(tmp_path) == ["m.bin"]


KILLED = """
import os, sys
from pathlib import Path
from saykey.models.formats.file_io import write_all
from saykey.models.store.atomic_files import written
with written(Path(sys.argv[1])) as out:
    write_all(out, b"much of a model")
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_process_left_is_written_over(tmp_path):
    target = tmp_path / "m.bin"
    subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert names_in(tmp_path) == [".m.bin.part"]
    with written(target) as out:
        write_all(out, b"whole")
    assert target.read_bytes() == b"whole"
    assert names_in(tmp_path) == ["m.bin"]


WAITING = """
import sys
from pathlib import Path
from saykey.models.formats.file_io import write_all
from saykey.models.store.atomic_files import written
print("begins", flush=True)
with written(Path(sys.argv[1])) as out:
    write_all(out, b"theirs")
"""


def test_two_that_write_the_same_file_take_turns(tmp_path):
    target = tmp_path / "m.bin"
    with written(target) as out:
        other = subprocess.Popen(
            [sys.executable, "-c", WAITING, str(target)], stdout=subprocess.PIPE, text=True
        )
        assert other.stdout.readline() == "begins\n"
        with pytest.raises(subprocess.TimeoutExpired):
            other.wait(0.2)
        write_all(out, b"ours")
    # the other process had opened the file that is m.bin now: it must not write to it
    assert other.wait(30) == 0
    other.stdout.close()
    assert target.read_bytes() == b"theirs"
    assert names_in(tmp_path) == ["m.bin"]


def test_a_file_another_has_is_refused_at_once_to_who_does_not_wait(tmp_path):
    path = tmp_path / "x"
    with (
        alone(path, wait=False),
        pytest.raises(BlockingIOError),
        alone(path, wait=False),
    ):
        pass
    with alone(path, wait=False) as file:
        assert file.readall() == b""


@pytest.mark.parametrize("leads", ["elsewhere", "nowhere"])
def test_a_link_in_the_place_of_the_unfinished_file_is_not_followed(tmp_path, leads):
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (tmp_path / ".m.bin.part").symlink_to(tmp_path / leads)
    with pytest.raises(ModelError, match="cannot be written: Too many levels of symbolic links"), (
        written(tmp_path / "m.bin")
    ):  # fmt: skip
        pytest.fail("it was opened")
    assert (tmp_path / "elsewhere").read_bytes() == b"precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ModelError) as refused, written(tmp_path / "no" / "m.bin"):
        pytest.fail("it was opened")
    assert str(refused.value) == (
        f"{tmp_path}/no/m.bin cannot be written: No such file or directory; make room or choose "
        "another place"
    )


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir])
def test_nothing_but_a_file_is_replaced(tmp_path, make):
    make(tmp_path / "m.bin")
    refused = pytest.raises(ModelError, match="exists and is not a regular file")
    with refused, written(tmp_path / "m.bin"):
        pytest.fail("it was opened")
    assert not (tmp_path / "m.bin").is_file()
    assert names_in(tmp_path) == ["m.bin"]


def test_a_file_that_changes_its_name_meanwhile_is_opened_anew(tmp_path):
    path = tmp_path / "x"
    with alone(path, wait=False) as first:
        path.rename(tmp_path / "y")
        with alone(path, wait=False) as second:
            assert os.fstat(first.fileno()).st_ino != os.fstat(second.fileno()).st_ino
