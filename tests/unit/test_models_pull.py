"""Pulling a model survives bad connections and refuses bad files; a real server sends them."""

import errno
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from file_server import FileServer

from damaged_models.files import LARGER, LARGER_WEIGHTS, ggml_sample
from saykey.errors import ModelError
from saykey.models.fetch.http import checked_address, next_address
from saykey.models.fetch.pull import Wanted, pull
from saykey.models.store import store, user_store
from saykey.models.store.card import Card, read_card
from saykey.models.store.memory import megabytes

BODY = ggml_sample(size=LARGER, weights=LARGER_WEIGHTS).image
SHA = hashlib.sha256(BODY).hexdigest()
HALF = len(BODY) // 2
PATIENCE = 60


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("SAYKEY_STATE", str(tmp_path))
    return tmp_path


@pytest.fixture
def server():
    with FileServer(BODY) as server:
        yield server


def fetched(server, sha=SHA, **how):
    """Pull the model without waiting between tries; returns the progress reported."""
    told = []
    wanted = Wanted("mine", server.address, Card(origin=server.address, sha256=sha), len(BODY))
    path, card = pull(
        wanted, lambda done, total: told.append((done, total)), pause=lambda _: None, **how
    )
    assert path == store.find("mine")
    assert path.read_bytes() == BODY
    assert read_card(path) == card
    assert not list(user_store.incoming().iterdir())
    return told


def refused(server, **how):
    with pytest.raises(ModelError) as refusal:
        fetched(server, **how)
    assert "\n" not in str(refusal.value)
    assert store.names() == ("tiny.en-short",)
    return str(refusal.value)


def test_a_model_is_pulled_checked_and_found_under_its_name(server):
    told = fetched(server)
    assert told[0] == (0, len(BODY))
    assert told[-1] == (len(BODY), len(BODY))
    assert server.asked == [None]


def test_a_broken_download_is_resumed_where_it_broke(server):
    server.breaks = [HALF, 1000, HALF // 2]
    fetched(server)
    assert server.asked == [None, f"bytes={HALF}-", f"bytes={HALF + 1000}-", server.asked[3]]


def test_a_server_that_ignores_ranges_sends_it_all_again(server):
    server.ranges, server.breaks = False, [HALF]
    fetched(server)


def test_without_an_etag_the_download_begins_again(server):
    for etag in (None, 'W/"weak"'):
        server.etag, server.breaks, server.asked = etag, [HALF], []
        fetched(server)
        assert server.asked == [None, None]
        user_store.remove(store.find_stored("mine"))


def test_another_version_since_the_break_is_taken_from_its_beginning(server):
    server.body = BODY[:-1] + b"!"
    wanted = Wanted("mine", server.address, Card(sha256=SHA), len(BODY))
    server.breaks = [HALF]

    def new_version(done, _total):
        if done == HALF:
            server.body, server.etag = BODY, '"two"'

    path, _ = pull(wanted, new_version, pause=lambda _: None)
    assert path.read_bytes() == BODY
    assert server.asked == [None, f"bytes={HALF}-"]


def test_a_server_that_is_busy_is_asked_again(server):
    server.answers = [503, 429, 500]
    fetched(server)


def test_a_server_that_sends_nothing_more_is_given_up_and_what_came_is_kept(server):
    server.breaks = [HALF, 0, 0, 0, 0]
    line = refused(server)
    assert line.startswith(
        "mine cannot be pulled: the connection broke; the part received is kept; "
    )
    assert "USB stick: `saykey model import FILE --name mine`" in line
    fetched(server)
    assert server.asked[-1] == f"bytes={HALF}-"


def test_without_a_network_the_message_explains_the_way_by_usb_stick():
    with FileServer(BODY) as server:
        address = server.address  # no server listens there any more
    wanted = Wanted("mine", address, Card(sha256=SHA), len(BODY))
    with pytest.raises(ModelError, match="Connection refused; try again online, or fetch") as off:
        pull(wanted, lambda *_: None, pause=lambda _: None)
    assert f"fetch {address} on another computer" in str(off.value)


def test_a_file_with_another_checksum_is_deleted(server):
    server.body = BODY[:HALF] + b"?" + BODY[HALF + 1 :]
    line = refused(server)
    assert line.startswith("mine: the download has the SHA-256 ")
    assert f"not {SHA[:12]}…, and was deleted" in line
    assert not list(user_store.incoming().iterdir())


def test_a_file_of_another_size_is_refused_before_it_comes(server):
    server.body = BODY + b"?"
    assert f"has {len(BODY) + 1} bytes, not {len(BODY)}: it is not this model" in refused(server)


def test_a_server_that_does_not_stop_sending_is_stopped(server):
    server.body, server.tells_length = BODY * 2, False
    assert "sends too many bytes" in refused(server)


def test_a_web_page_in_place_of_a_model_is_no_model(server):
    server.body = b"<!doctype html><html>Sign in to the hotel's network</html>"
    wanted = Wanted("mine", server.address, Card())
    with pytest.raises(ModelError, match=r"model\.bin is a web page, the answer of a failed"):
        pull(wanted, lambda *_: None)
    assert store.names() == ("tiny.en-short",)


def test_a_missing_page_is_reported_at_once(server):
    server.answers = [404]
    assert f"answers 404 for {server.address}" in refused(server)
    assert len(server.asked) == 1


def test_an_unknown_checksum_is_pinned_at_the_first_download(server):
    _, card = pull(Wanted("mine", server.address, Card()), lambda *_: None)
    assert card.pinned
    assert card.sha256 == SHA
    server.body = BODY[:-1] + b"!"
    with pytest.raises(ModelError, match="the download has the SHA-256"):
        pull(Wanted("mine", server.address, card), lambda *_: None)
    assert store.find("mine").read_bytes() == BODY


def test_a_redirect_to_the_same_machine_is_followed(server):
    server.redirect = "/elsewhere.bin"
    fetched(server)


@pytest.mark.parametrize(
    "target", ["http://mirror.example/model.bin", "file:///etc/passwd", "ftp://mirror.example/x"]
)
def test_a_redirect_away_from_https_is_refused(server, target):
    server.redirect = target
    assert refused(server) == f"{target}: files are pulled over https only; use an https:// address"


def test_a_redirect_in_a_circle_ends(server):
    server.redirect = server.address
    assert "redirected more than 5 times" in refused(server)


def test_a_redirect_from_https_stays_on_https_even_to_this_machine():
    here = "https://models.example/a/b.bin"
    assert next_address(here, "/c.bin") == "https://models.example/c.bin"
    assert next_address(here, "//cdn.example/c.bin") == "https://cdn.example/c.bin"
    with pytest.raises(ModelError, match="which is not https; nothing was pulled"):
        next_address(here, "http://127.0.0.1/c.bin")


@pytest.mark.parametrize("address", ["http://models.example/x", "file:///x", "x.bin", "https://"])
def test_only_https_is_pulled_from(address):
    with pytest.raises(ModelError, match="over https only"):
        checked_address(address)


def test_too_little_disk_space_is_reported_before_the_download(server):
    told = []
    line = refused(server, free=lambda _: 40 << 20)
    assert line.startswith(f"{megabytes(len(BODY))} are needed in ")
    assert "8.4 MB may be used" in line
    assert told == []
    assert [part.stat().st_size for part in user_store.incoming().iterdir()] == [0]
    fetched(server, free=lambda _: 50 << 20)


COMMAND = "import sys; from saykey.cli import main; sys.exit(main(sys.argv[1:]))"
LIMITED = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({HALF}, {HALF})); {COMMAND}"


def command(server, code=COMMAND):
    pull = ("model", "pull", "mine", "--from", server.address)
    return subprocess.Popen(
        [sys.executable, "-c", code, *pull],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_disk_that_fills_up_meanwhile_keeps_what_came(server):
    """The kernel refuses to let the file grow, as on a full disk (EFBIG, setrlimit(2))."""
    full = command(server, LIMITED)
    _, lines = full.communicate(timeout=PATIENCE)
    assert full.returncode == 1
    assert lines.splitlines()[-1].startswith("saykey: the disk is full, ")
    fetched(server)
    assert server.asked[-1] == f"bytes={HALF}-"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_and_a_full_quota_are_reported_alike(number):
    with pytest.raises(ModelError, match="the disk is full"), user_store.writing(Path("x")):
        raise OSError(number, os.strerror(number))


def test_a_pull_that_was_killed_is_resumed_where_it_was(state, server):
    server.stalls = HALF
    killed = command(server)
    part = state / "models" / "incoming" / "mine.part"
    until(lambda: part.exists() and part.stat().st_size > HALF // 2)
    with pytest.raises(ModelError, match="mine is being pulled by another process"):
        fetched(server)
    killed.kill()
    killed.communicate(timeout=PATIENCE)
    kept = part.stat().st_size
    assert store.names() == ("tiny.en-short",)
    server.stalls = None
    server.go_on.set()
    again = command(server)
    out, _ = again.communicate(timeout=PATIENCE)
    assert again.returncode == 0
    assert f"later downloads must have SHA-256 {SHA}" in out
    assert server.asked == [None, f"bytes={kept}-"]
    assert store.find("mine").read_bytes() == BODY


def until(condition):
    """Poll another process until this is true: it cannot notify us."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
